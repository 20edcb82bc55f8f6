import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { StartError } from '../process/start-error.ts';
import type { OwnedDatabase } from './database.ts';
import { hasCluster } from './embedded/read-cluster-version.ts';
import { joinEmbeddedPostgres } from './embedded/start-embedded-postgres.ts';
import { findPooler, type Pooler } from './find-pooler.ts';
import { requireSchema } from './migration-history.ts';
import { orStartError } from './or-start-error.ts';
import { createPool } from './pool.ts';
import { createPrisma } from './prisma.ts';

/** A database that can be connected to. */
export type Reached = {
  readonly url: string;
  readonly ownerUrl: string;
  readonly source: string;
  readonly pooler: Pooler;
  stop(): Promise<void>;
};

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
): Promise<OwnedDatabase> {
  const { url, ownerUrl, source, pooler, stop } = await reachDatabase(config, log);
  const pool = createPool({
    url: readOnly ? asReadOnly(url) : url,
    size: config.poolSize,
    timeoutMs: config.databaseTimeoutMs,
    pooler: pooler !== 'none',
    preparedStatements: config.preparedStatements === 'on',
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

/**
 * Finds the database and the pooler before it. Nothing is made, and of its schema nothing is known yet.
 * @throws StartError, EmbeddedPostgresError
 */
export async function reachDatabase(
  { database, dataDirectory, databaseTimeoutMs: timeoutMs, preparedStatements }: Config,
  log: Logger,
): Promise<Reached> {
  if (database.kind === 'external') {
    const { url, ownerUrl = url } = database;
    const source = 'DATABASE_URL';
    const pooler = await findPooler({
      url,
      source,
      timeoutMs,
      preparedStatements: preparedStatements === 'on',
    });
    return { url, ownerUrl, source, pooler, stop: async () => {} };
  }
  // Starting the embedded server would make a new, empty one.
  if (!(await hasCluster(join(dataDirectory, 'postgres'))))
    throw new StartError(
      `There is no database in ${resolve(dataDirectory)}. Set GATEHOUSE_DATA_DIR to the folder of a gateway, or set DATABASE_URL.`,
    );
  const { applicationUrl: url, ownerUrl, stop } = await joinEmbeddedPostgres({ dataDirectory, log });
  return { url, ownerUrl, source: 'the embedded PostgreSQL', pooler: 'none', stop };
}

/** Whatever the role or the URL say otherwise, nothing that is run can write. */
function asReadOnly(url: string): string {
  const changed = new URL(url);
  const options = changed.searchParams.get('options') ?? '';
  changed.searchParams.set('options', `${options} -c default_transaction_read_only=on`.trim());
  return changed.href;
}
