import { ConfigError } from '../platform/config/config.ts';
import { EmbeddedPostgresError } from '../platform/database/embedded/error.ts';
import { MigrationError } from '../platform/database/migration-error.ts';
import { UnavailableError } from '../platform/database/unavailable-error.ts';
import { StartError } from '../platform/process/start-error.ts';

/** How a command ends: part of the contract (docs/operations.md, "Command line"). */
export const EXIT = {
  ok: 0,
  /** It found something, or nothing, or a rule refused it; or it failed in a way that nobody expected. */
  refused: 1,
  /** The command line or the configuration cannot be used. */
  usage: 2,
  /** The database, or a key that is needed, cannot be reached or used. */
  unavailable: 3,
  /** As of a process that SIGINT ended. */
  interrupted: 130,
} as const;

const UNAVAILABLE = [UnavailableError, StartError, MigrationError, EmbeddedPostgresError];

/** The exit code of a command that threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError) return EXIT.usage;
  return UNAVAILABLE.some((kind) => error instanceof kind) ? EXIT.unavailable : EXIT.refused;
}
