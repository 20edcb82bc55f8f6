import pg from 'pg';
import { connectThroughPooler, connectTo, settingsThroughPooler } from './connection.ts';
import { allowPreparedQueries } from './prepared-query.ts';
import { setInEachTransaction } from './transaction-settings.ts';
import { leaveOutNames } from './unnamed-statements.ts';

export type PoolOptions = {
  readonly url: string;
  readonly size: number;
  /** Longest time for one statement, in milliseconds, enforced on both sides: a paused server enforces nothing. */
  readonly timeoutMs: number;
  /** Whether a pooler is in between. Then each transaction sets what the connection would have. */
  readonly pooler?: boolean;
  /** False: statements have no names, for poolers that lose those. */
  readonly preparedStatements?: boolean;
  readonly onError: (error: Error) => void;
};

const TOO_MANY_CONNECTIONS = '53300';
const GROW_AGAIN_MS = 10_000;

/**
 * The one pool of a gateway, shared by Prisma and the hand-written statements. While the server has fewer connections
 * left than `size`, the pool makes do with those that it has: statements wait for a free one.
 */
export function createPool({
  url,
  size,
  timeoutMs,
  pooler = false,
  preparedStatements = true,
  onError,
}: PoolOptions): pg.Pool {
  const limits = {
    statement_timeout: timeoutMs,
    // A lock times out before its statement, so that a locked row is not taken for a database that hangs. A third, because
    // who waits in line for a row waits twice: for its turn, and then for the transaction that holds the row.
    lock_timeout: Math.ceil(timeoutMs / 3),
    idle_in_transaction_session_timeout: timeoutMs,
  };
  const pool = new pg.Pool({
    ...(pooler ? connectThroughPooler(url) : { ...connectTo(url), ...limits }),
    max: size,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'gatehouse',
    // The only place where a pool tells of a connection that could not be made.
    log: (...told: readonly unknown[]) => {
      if (told.some(isRefusedForNumber)) makeDo();
    },
  });
  if (pooler) {
    const texts = Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, String(value)]));
    const settings = settingsThroughPooler(url, texts, 'transaction');
    pool.on('connect', (client) => setInEachTransaction(client, settings));
  }
  if (!preparedStatements) pool.on('connect', leaveOutNames);
  else if (!pooler) allowPreparedQueries(pool);
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', onError);
  // So would one that breaks while it is handed over, when the pool has stopped listening and nobody else listens yet.
  pool.on('connect', (client) => client.on('error', () => {}));

  function makeDo(): void {
    if (pool.options.max === size) setTimeout(grow, GROW_AGAIN_MS).unref();
    // The connection that failed is still counted.
    pool.options.max = Math.max(1, pool.totalCount - 1);
  }
  function grow(): void {
    pool.options.max = size;
  }
  return pool;
}

function isRefusedForNumber(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === TOO_MANY_CONNECTIONS;
}
