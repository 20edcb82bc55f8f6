import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { sessionOptions } from '../connection.ts';
import { EmbeddedPostgresError, errorCode } from './error.ts';
import type { ServerContext } from './server-context.ts';

/** The right to use, and to stop, the server of a data directory. It ends with its connection. */
export type Lock = {
  readonly client: pg.Client;
  /** Resolves when the connection has ended, for whatever reason; never rejects. */
  readonly lost: Promise<void>;
  release(): Promise<void>;
};

// "gate", "hous": a session-level advisory lock of the database `postgres`.
const KEY = [0x67617465, 0x686f7573];
const NAME = 'gatehouse gateway';
const RETRY_MS = 50;

/**
 * Takes the lock of the server on `port`. Answers the reason when the server does not take connections yet.
 * A predecessor that was killed loses the lock when its sockets close, so a lock that is held is tried again for
 * `patience` milliseconds.
 * @throws EmbeddedPostgresError IN_USE when another gateway has it, PASSWORD_UNUSABLE when the password is wrong.
 */
export async function takeLock(
  { paths, password }: ServerContext,
  { port, patience, signal }: { port: number; patience: number; signal: AbortSignal },
): Promise<Lock | { notReady: string }> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    database: 'postgres',
    password,
    ssl: false,
    application_name: `${NAME} ${process.pid}`,
    // Given here so that PGOPTIONS of the environment has no say.
    options: sessionOptions('-c statement_timeout=60000'),
    connectionTimeoutMillis: 5000,
  });
  const { promise: lost, resolve: onLost } = Promise.withResolvers<void>();
  // Without a listener a broken connection would end the process; `lost` is what tells of it.
  client.on('error', () => undefined);
  client.once('end', () => onLost());
  const release = () => client.end().catch(() => undefined);
  try {
    await client.connect();
    if (await tryFor(patience, client, signal)) return { client, lost, release };
    throw new EmbeddedPostgresError('IN_USE', await inUse(client, paths.dataDirectory));
  } catch (error) {
    await release();
    signal.throwIfAborted();
    if (error instanceof EmbeddedPostgresError) throw error;
    if (errorCode(error) !== '28P01') return { notReady: errorCode(error) };
    const message = `The password in ${paths.passwordFile} is not that of the database in ${paths.cluster}. Restore the file that belongs to it, or move ${paths.dataDirectory} away to start with an empty database.`;
    throw new EmbeddedPostgresError('PASSWORD_UNUSABLE', message);
  }
}

async function tryFor(patience: number, client: pg.Client, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + patience;
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1, $2) AS locked',
      KEY,
    );
    if (rows[0]?.locked === true) return true;
    if (performance.now() >= deadline) return false;
    await delay(RETRY_MS, undefined, { signal });
  }
}

async function inUse(client: pg.Client, dataDirectory: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2 AND granted`,
    KEY,
  );
  const pid = rows[0]?.name.slice(NAME.length).trim();
  const who = pid === undefined || pid === '' ? '' : ` (pid ${pid})`;
  return `Another gateway${who} is using ${dataDirectory}. Stop that one, set GATEHOUSE_DATA_DIR to another folder, or give both the same DATABASE_URL.`;
}
