import { ConfigError } from '../config/config.ts';
import { EmbeddedPostgresError } from '../database/embedded/error.ts';
import { MigrationError } from '../database/migration-error.ts';
import { UnavailableError } from '../database/unavailable-error.ts';
import { StartError } from './start-error.ts';

// Errors whose messages were written for operators and carry no values.
const FOR_OPERATORS = [ConfigError, EmbeddedPostgresError, MigrationError, StartError];

/** An error in words for an operator. Of an unexpected error only name and code, because its message may quote values. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (FOR_OPERATORS.some((kind) => error instanceof kind)) return error.message;
  if (error instanceof UnavailableError) return `The database is away (${error.code}).`;
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}
