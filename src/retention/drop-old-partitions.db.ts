import pg from 'pg';
import { SYSTEM_ACTOR } from '../audit/system-actor.ts';
import { writeEvent } from '../audit/write-event.db.ts';
import { findOldPartitions, markOf, type OldPartition } from './find-old-partitions.db.ts';

/** What is kept for as long as sessions are. */
export const SESSION_TABLES = ['realtime_session', 'usage_record'];
const LOCK_NOT_AVAILABLE = '55P03';
const LOCK_TIMEOUT_MS = 5000;
/** Counting a huge month takes its time; a server that was paused never answers. */
const QUERY_TIMEOUT_MS = 600_000;

export type DroppedPartition = {
  readonly partition: string;
  readonly rows: number;
  readonly milliseconds: number;
};

export type DropOldPartitionsOptions = {
  /** The role that owns the tables. */
  readonly ownerUrl: string;
  /** Partitioned by month of an id, without a default partition. Of one month they go in the order of their names. */
  readonly tables: readonly string[];
  /** Done before a month is touched; what it throws leaves the month and all younger ones as they are. */
  readonly prepare?: (client: pg.ClientBase, partition: OldPartition) => Promise<void>;
  /** Nothing younger is dropped; 1 or more. */
  readonly months: number;
  readonly onDropped: (dropped: DroppedPartition) => void;
  /** Told of a partition that somebody has used for too long now; the next run goes on with it. */
  readonly onPostponed: (partition: string) => void;
  /** Ends the work where it stands. */
  readonly signal: AbortSignal;
  readonly lockTimeoutMs?: number;
};

/**
 * Drops the months that are over for at least `months` months, by the database's clock, oldest first. Makes nobody
 * who reads or writes the table wait. Of several that run it at once one does it, and the others return. Wherever it is
 * interrupted, the next run goes on from there.
 * @throws pg.DatabaseError when the role does not own the tables
 */
export async function dropOldPartitions(options: DropOldPartitionsOptions): Promise<void> {
  const { ownerUrl, signal, lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  if (signal.aborted) return;
  const client = new pg.Client({
    connectionString: ownerUrl,
    application_name: 'gatehouse-retention',
    connectionTimeoutMillis: 10_000,
    query_timeout: QUERY_TIMEOUT_MS,
    lock_timeout: lockTimeoutMs,
    keepAlive: true,
  });
  client.on('error', () => {});
  const end = () => void client.end().catch(() => {});
  try {
    // Not ended before: a client that is ended while it connects never says so.
    await client.connect();
    if (signal.aborted) return;
    signal.addEventListener('abort', end, { once: true });
    await dropAll(client, options);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', end);
    await client.end();
  }
}

/** The advisory lock ends with the connection. */
async function dropAll(
  client: pg.Client,
  { tables, months, prepare, onDropped, onPostponed }: DropOldPartitionsOptions,
): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_lock(hashtext('gatehouse.drop_old_partitions ' || $1)) AS locked`,
    [tables.join(' ')],
  );
  if (rows[0]?.locked !== true) return;
  // Counting has time; those who mint need the cores.
  await client.query('SET max_parallel_workers_per_gather = 0');
  for (const partition of await findOldPartitions(client, tables, months)) {
    if (partition.state === 'attached') await prepare?.(client, partition);
    try {
      onDropped(await drop(client, partition));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
      onPostponed(partition.name);
      // No other can be detached before this one is.
      return;
    }
  }
}

async function drop(client: pg.Client, partition: OldPartition): Promise<DroppedPartition> {
  const startedAt = performance.now();
  await detach(client, partition);
  const rows = await dropDetached(client, partition);
  return { partition: partition.name, rows, milliseconds: Math.round(performance.now() - startedAt) };
}

/** Concurrently: it waits for those who use the table, and nobody who comes after waits for it. */
async function detach(client: pg.Client, partition: OldPartition): Promise<void> {
  const { name, table, state, to } = partition;
  if (state === 'detached') return;
  // Before it has no bounds any more, so that the next run knows it when this one does not get to the end.
  await client.query(`COMMENT ON TABLE ${name} IS ${pg.escapeLiteral(markOf(partition))}`);
  // Long out of date, unless no gateway ran to purge them: then one would answer for a session that is gone.
  await client.query('DELETE FROM idempotency_key WHERE created_at < $1', [to]);
  const how = state === 'detaching' ? 'FINALIZE' : 'CONCURRENTLY';
  await client.query(`ALTER TABLE ${table} DETACH PARTITION ${name} ${how}`);
}

/** In one transaction with its event: the trail says that it was dropped if, and only if, it was. */
async function dropDetached(client: pg.Client, { name, table, from, to }: OldPartition): Promise<number> {
  await client.query('BEGIN');
  try {
    await client.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${name}`);
    const count = Number(rows[0]?.count);
    await writeEvent(client, SYSTEM_ACTOR, {
      action: 'partition.dropped',
      outcome: 'SUCCEEDED',
      detail: { table, partition: name, from, to, rows: count },
    });
    await client.query(`DROP TABLE ${name}`);
    await client.query('COMMIT');
    return count;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
