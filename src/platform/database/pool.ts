import pg from 'pg';

export type PoolOptions = {
  readonly url: string;
  readonly size: number;
  /** Longest time for one statement, in milliseconds, enforced on both sides: a paused server enforces nothing. */
  readonly timeoutMs: number;
  readonly onError: (error: Error) => void;
};

/** The one pool of a gateway, shared by Prisma and the hand-written statements. */
export function createPool({ url, size, timeoutMs, onError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: inUtc(url),
    max: size,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    // A lock times out before its statement, so that a locked row is not taken for a database that hangs. A third, because
    // who waits in line for a row waits twice: for its turn, and then for the transaction that holds the row.
    lock_timeout: Math.ceil(timeoutMs / 3),
    query_timeout: timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs,
    keepAlive: true,
    application_name: 'gatehouse',
  });
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', onError);
  return pool;
}

/** Prisma's adapter writes times without their zone and reads them as UTC, whatever zone the server or the role is set to. */
function inUtc(url: string): string {
  const changed = new URL(url);
  const options = [changed.searchParams.get('options') ?? '', '-c TimeZone=UTC'].join(' ').trim();
  changed.searchParams.set('options', options);
  return changed.href;
}
