import { resolve } from 'node:path';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { StartError } from '../process/start-error.ts';
import { checkDatabase } from './check-database.ts';
import { MAX_SKEW_SECONDS, measureClockSkew } from './clock-skew.ts';
import type { OpenDatabase } from './database.ts';
import { type joinEmbeddedPostgres, startEmbeddedPostgres } from './embedded/start-embedded-postgres.ts';
import { findPooler, needsSession, type Pooler, requireSession } from './find-pooler.ts';
import { migrate } from './migrate.ts';
import { orStartError } from './or-start-error.ts';
import { createPool } from './pool.ts';
import { createPrisma } from './prisma.ts';

type Database = {
  readonly url: string;
  readonly ownerUrl: string;
  /** Where an operator finds the two. */
  readonly source: string;
  readonly ownerSource: string;
  /** What to do when its schema is too old; see MigrateOptions. */
  readonly ifTooOld?: string;
  /** What is in between for `url`. */
  readonly pooler: Pooler;
  stop(): Promise<void>;
};

/** How the embedded server is come by: a gateway has it alone, a command beside it joins. */
type StartEmbedded = typeof joinEmbeddedPostgres;

/**
 * Starts or reaches the database, migrates it, and opens the pool that everything shares.
 * @throws StartError, EmbeddedPostgresError or MigrationError, saying what an operator can do
 */
export async function openDatabase(
  config: Config,
  log: Logger,
  signal: AbortSignal,
  startEmbedded: StartEmbedded = startEmbeddedPostgres,
): Promise<OpenDatabase> {
  const database = await reachDatabase(config, log, signal, startEmbedded);
  const pool = createPool({
    url: database.url,
    size: config.poolSize,
    timeoutMs: config.databaseTimeoutMs,
    pooler: database.pooler !== 'none',
    preparedStatements: config.preparedStatements === 'on',
    onError: (err) => log.warn({ err }, 'idle database connection lost'),
  });
  try {
    // Before migrating: what is wrong with this role is then found while nothing has been changed.
    await orStartError(requireUtf8(pool, database.source), database.source);
    const migrated = migrate({
      ownerUrl: database.ownerUrl,
      applicationRole: decodeURIComponent(new URL(database.url).username),
      onApplied: (migration) => log.info({ migration }, 'migration applied'),
      ...(database.ifTooOld === undefined ? {} : { ifTooOld: database.ifTooOld }),
    });
    await unlessAborted(orStartError(migrated, database.ownerSource), signal);
    if ((await checkDatabase(pool)) === 'partition_missing') {
      await requireSameTime(pool);
      throw new StartError(
        'DATABASE_URL and DATABASE_OWNER_URL must lead to the same database and schema: they name two databases, or the search_path of their users differs.',
      );
    }
  } catch (error) {
    await pool.end();
    await database.stop();
    throw error;
  }
  const prisma = createPrisma(pool);
  return {
    pool,
    prisma,
    listenUrl: database.pooler === 'transaction' ? database.ownerUrl : database.url,
    ownerUrl: database.ownerUrl,
    async close(): Promise<void> {
      await prisma.$disconnect();
      await pool.end();
      await database.stop();
    },
  };
}

async function reachDatabase(
  { database, dataDirectory, databaseTimeoutMs: timeoutMs, preparedStatements }: Config,
  log: Logger,
  signal: AbortSignal,
  startEmbedded: StartEmbedded,
): Promise<Database> {
  if (database.kind === 'embedded') {
    const embedded = await startEmbedded({ dataDirectory, log, signal });
    const source = 'the embedded PostgreSQL';
    const { applicationUrl: url, ownerUrl } = embedded;
    const ifTooOld = `move the folder ${resolve(dataDirectory, 'postgres')} away to begin with a new database (docs/operations.md, "Upgrading").`;
    const ownerSource = source;
    return { url, ownerUrl, source, ownerSource, ifTooOld, pooler: 'none', stop: () => embedded.stop() };
  }
  if (database.ownerUrl === undefined) {
    log.warn(
      'DATABASE_OWNER_URL is unset: the gateway owns its tables, and the audit trail is not protected from it',
    );
  }
  const { url, ownerUrl = url } = database;
  const source = 'DATABASE_URL';
  const ownerSource = database.ownerUrl === undefined ? source : 'DATABASE_OWNER_URL';
  const found = findPooler({ url, source, timeoutMs, preparedStatements: preparedStatements === 'on' });
  const pooler = await unlessAborted(found, signal);
  if (database.ownerUrl !== undefined)
    await unlessAborted(requireSession({ url: ownerUrl, source: ownerSource, timeoutMs }), signal);
  else if (pooler === 'transaction') throw needsSession(source);
  return { url, ownerUrl, source, ownerSource, pooler, stop: async () => {} };
}

/** In another encoding the database refuses texts that users may send, one by one. @throws StartError */
async function requireUtf8(pool: pg.Pool, source: string): Promise<void> {
  const { rows } = await pool.query<{ server_encoding: string }>('SHOW server_encoding');
  const encoding = rows[0]?.server_encoding;
  if (encoding === 'UTF8') return;
  throw new StartError(
    `The database of ${source} has the encoding ${encoding}, and UTF8 is needed: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
  );
}

/** Without agreement on the time no partition is made, and so one can be missing. @throws StartError */
async function requireSameTime(pool: pg.Pool): Promise<void> {
  const seconds = Math.round(await measureClockSkew(pool));
  if (Math.abs(seconds) <= MAX_SKEW_SECONDS) return;
  throw new StartError(
    `The database's clock is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} the gateway's. Set the wrong one right.`,
  );
}

/** A server that does not answer must not hold up SIGTERM. What was asked of it ends with the process. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
  });
  return Promise.race([work, aborted]);
}
