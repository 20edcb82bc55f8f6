import { ConfigError } from '../config/config.ts';
import { EmbeddedPostgresError } from '../database/embedded/error.ts';
import { MigrationError } from '../database/migrate.ts';
import { UnavailableError } from '../database/unavailable-error.ts';
import { StartError } from './start-error.ts';

const FORESEEN = [ConfigError, EmbeddedPostgresError, MigrationError, StartError];

/** An error as an operator may read it: what was not foreseen gives only its name and code, for its message may quote values. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (FORESEEN.some((kind) => error instanceof kind)) return error.message;
  if (error instanceof UnavailableError) return `The database is away (${error.code}).`;
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}
