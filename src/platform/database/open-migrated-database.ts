import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { StartError } from '../process/start-error.ts';
import type { Database, OpenDatabase } from './database.ts';
import { hasCluster } from './embedded/read-cluster-version.ts';
import { joinEmbeddedPostgres } from './embedded/start-embedded-postgres.ts';
import { requireSchema } from './migration-history.ts';
import { orStartError } from './or-start-error.ts';
import { createPool } from './pool.ts';
import { createPrisma } from './prisma.ts';

type Reached = {
  readonly url: string;
  readonly ownerUrl: string;
  readonly source: string;
  stop(): Promise<void>;
};

export type MigratedDatabase = Database & Pick<OpenDatabase, 'ownerUrl' | 'close'>;

export type OpenMigratedOptions = {
  readonly log: Logger;
  /** Whether all transactions are read-only: then a standby will do, and a role that may only read. */
  readonly readOnly: boolean;
};

/**
 * Opens a database that a gateway has migrated, with the role of DATABASE_URL alone: nothing is made, migrated or granted,
 * and the owner is not asked. Where all transactions are read-only, the schema of a newer version is refused, because this
 * version would overlook what it added.
 * @throws StartError, EmbeddedPostgresError or MigrationError, saying what an operator can do
 */
export async function openMigratedDatabase(
  config: Config,
  { log, readOnly }: OpenMigratedOptions,
): Promise<MigratedDatabase> {
  const { url, ownerUrl, source, stop } = await reachDatabase(config, log);
  const pool = createPool({
    url: readOnly ? asReadOnly(url) : url,
    size: config.poolSize,
    timeoutMs: config.databaseTimeoutMs,
    onError: (err) => log.warn({ err }, 'idle database connection lost'),
  });
  try {
    await orStartError(requireSchema(pool, { newer: !readOnly }), source);
  } catch (error) {
    await pool.end();
    await stop();
    throw error;
  }
  const prisma = createPrisma(pool);
  return {
    pool,
    prisma,
    ownerUrl,
    async close(): Promise<void> {
      await prisma.$disconnect();
      await pool.end();
      await stop();
    },
  };
}

async function reachDatabase({ database, dataDirectory }: Config, log: Logger): Promise<Reached> {
  if (database.kind === 'external') {
    const { url, ownerUrl = url } = database;
    return { url, ownerUrl, source: 'DATABASE_URL', stop: async () => {} };
  }
  // Starting the embedded server would make a new, empty one.
  if (!(await hasCluster(join(dataDirectory, 'postgres'))))
    throw new StartError(
      `There is no database in ${resolve(dataDirectory)}. Set GATEHOUSE_DATA_DIR to the folder of a gateway, or set DATABASE_URL.`,
    );
  const { applicationUrl: url, ownerUrl, stop } = await joinEmbeddedPostgres({ dataDirectory, log });
  return { url, ownerUrl, source: 'the embedded PostgreSQL', stop };
}

/** Whatever the role or the URL say otherwise, nothing that is run can write. */
function asReadOnly(url: string): string {
  const changed = new URL(url);
  const options = changed.searchParams.get('options') ?? '';
  changed.searchParams.set('options', `${options} -c default_transaction_read_only=on`.trim());
  return changed.href;
}
