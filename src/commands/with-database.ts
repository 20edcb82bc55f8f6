import { resolve } from 'node:path';
import pg from 'pg';
import type { Config, Needs } from '../platform/config/config.ts';
import { readConfig } from '../platform/config/read-config.ts';
import type { Database, OwnedDatabase } from '../platform/database/database.ts';
import { describeDatabase } from '../platform/database/describe-database.ts';
import { joinEmbeddedPostgres } from '../platform/database/embedded/start-embedded-postgres.ts';
import { openDatabase } from '../platform/database/open-database.ts';
import { openMigratedDatabase } from '../platform/database/open-migrated-database.ts';
import { toStartError } from '../platform/database/or-start-error.ts';
import { createLogger } from '../platform/process/logger.ts';
import { registry } from '../providers/registry.ts';
import { orAborted, untilInterrupted } from './interrupt.ts';
import { say } from './terminal.ts';

/** An export over years may take a statement longer than an HTTP client would wait, in milliseconds. */
const READ_TIMEOUT_MS = 60_000;

/** The keys that a command uses, of those that have to be set with DATABASE_URL. */
type Keys = Exclude<Needs, 'gateway'>;

/**
 * Runs a command's work on the database that the gateway's variables name, after bringing it to the newest schema: the
 * embedded one as well, running or not. It makes one where there is none, so only `migrate` uses it.
 * @throws StartError, ConfigError and others that say what an operator can do
 */
export async function withDatabase(
  keys: Keys,
  work: (database: OwnedDatabase, config: Config) => Promise<void>,
): Promise<void> {
  const config = readConfig(registry, keys);
  await closing(config, (signal) => openDatabase(config, createLog(), signal, joinEmbeddedPostgres), work);
}

/** Likewise on a database that a gateway has migrated, by the role of DATABASE_URL: it needs no owner's rights. */
export async function withMigratedDatabase(
  keys: Keys,
  work: (database: OwnedDatabase, config: Config) => Promise<void>,
): Promise<void> {
  const config = readConfig(registry, keys);
  await closing(config, () => openMigratedDatabase(config, { log: createLog(), readOnly: false }), work);
}

/** Likewise for work that only reads: on a standby too, and by a role that may do nothing else. */
export async function withDatabaseToRead(
  keys: Keys,
  work: (database: Database, config: Config) => Promise<void>,
): Promise<void> {
  const config = readConfig(registry, keys);
  const databaseTimeoutMs = Math.max(config.databaseTimeoutMs, READ_TIMEOUT_MS);
  const open = () =>
    openMigratedDatabase({ ...config, databaseTimeoutMs }, { log: createLog(), readOnly: true });
  await closing(config, open, work);
}

/** What the parts of a gateway that a command uses log: warnings, on standard error. */
export function createLog() {
  return createLogger({ level: 'warn', pretty: true, destination: { write: say } });
}

/**
 * Opens the ledger, names it, and closes it after the work or when the command is interrupted; says in words what the
 * database refused, mostly for want of a privilege.
 */
async function closing(
  config: Config,
  open: (signal: AbortSignal) => Promise<OwnedDatabase>,
  work: (database: OwnedDatabase, config: Config) => Promise<void>,
): Promise<void> {
  await untilInterrupted(async (signal) => {
    const opened = await open(signal);
    say(`The ledger is ${describeLedger(config)}.`);
    try {
      await orAborted(() => work(opened, config), signal);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      throw toStartError(
        error,
        config.database.kind === 'external' ? 'DATABASE_URL' : 'the embedded PostgreSQL',
      );
    } finally {
      await opened.close();
    }
  });
}

/** Which ledger the variables name, without credentials. */
export function describeLedger({ database, dataDirectory }: Config): string {
  return database.kind === 'external'
    ? describeDatabase(database.url)
    : `the embedded database in ${resolve(dataDirectory)}`;
}
