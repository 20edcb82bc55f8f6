import type { Config } from '../platform/config/config.ts';
import { readConfig } from '../platform/config/read-config.ts';
import type { OpenDatabase } from '../platform/database/database.ts';
import { joinEmbeddedPostgres } from '../platform/database/embedded/start-embedded-postgres.ts';
import { openDatabase } from '../platform/database/open-database.ts';
import { createLogger } from '../platform/process/logger.ts';
import { registry } from '../providers/registry.ts';
import { say } from './terminal.ts';

/**
 * Runs a command's work on the database that the gateway's variables name: the embedded one as well, running or not.
 * @throws StartError, ConfigError and others that say what an operator can do
 */
export async function withDatabase(
  work: (database: OpenDatabase, config: Config) => Promise<void>,
  change: (config: Config) => Config = (config) => config,
): Promise<void> {
  const config = change(readConfig(registry));
  const log = createLogger({ level: 'warn', pretty: true, destination: { write: say } });
  const database = await openDatabase(config, log, new AbortController().signal, joinEmbeddedPostgres);
  try {
    await work(database, config);
  } finally {
    await database.close();
  }
}
