import pg from 'pg';
import { SYSTEM_ACTOR } from '../audit/system-actor.ts';
import { writeEvent } from '../audit/write-event.db.ts';
import { withClient } from '../platform/database/with-client.ts';
import { findOldPartitions, markOf, type OldPartition } from './find-old-partitions.db.ts';

/** The tables that are kept as long as sessions. */
export const SESSION_TABLES = ['realtime_session', 'usage_record'];
const LOCK_NOT_AVAILABLE = '55P03';
const LOCK_TIMEOUT_MS = 5000;
/** Counting a huge month takes long; but a server that is paused never answers, so there is a limit. */
const QUERY_TIMEOUT_MS = 600_000;

export type DroppedPartition = {
  readonly partition: string;
  readonly rows: number;
  readonly milliseconds: number;
};

export type DropOldPartitionsOptions = {
  /** The role that owns the tables. */
  readonly ownerUrl: string;
  /** Partitioned by month of an id, without a default partition. For each month they are dropped in the order of their names. */
  readonly tables: readonly string[];
  /** Called before a month is touched. If it throws, this month and all younger ones are left as they are. */
  readonly prepare?: (client: pg.ClientBase, partition: OldPartition) => Promise<void>;
  /** How many full months are kept; 1 or more. */
  readonly months: number;
  readonly onDropped: (dropped: DroppedPartition) => void;
  /** Called for a partition that was in use for the whole lock time-out; the next run tries again. */
  readonly onPostponed: (partition: string) => void;
  /** Ends the work at any point. */
  readonly signal: AbortSignal;
  readonly lockTimeoutMs?: number;
};

/**
 * Drops the months that ended at least `months` months ago, by the database's clock, oldest first. Nobody who reads or
 * writes the tables has to wait for it. If several gateways run it at once, one does the work, and the others return.
 * If it is interrupted, the next run continues from there.
 * @throws pg.DatabaseError when the role does not own the tables
 */
export async function dropOldPartitions(options: DropOldPartitionsOptions): Promise<void> {
  const { ownerUrl, signal, lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  if (signal.aborted) return;
  const config = {
    url: ownerUrl,
    application_name: 'gatehouse-retention',
    query_timeout: QUERY_TIMEOUT_MS,
    lock_timeout: lockTimeoutMs,
  };
  try {
    await withClient(config, async (client) => {
      const end = () => void client.end().catch(() => {});
      // Only once connected: a client that is ended while it connects never reports that it ended.
      if (signal.aborted) return;
      signal.addEventListener('abort', end, { once: true });
      try {
        await dropAll(client, options);
      } finally {
        signal.removeEventListener('abort', end);
      }
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Holds an advisory lock until the connection ends. */
async function dropAll(
  client: pg.Client,
  { tables, months, prepare, onDropped, onPostponed }: DropOldPartitionsOptions,
): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_lock(hashtext('gatehouse.drop_old_partitions ' || $1)) AS locked`,
    [tables.join(' ')],
  );
  if (rows[0]?.locked !== true) return;
  // Counting may take long; minting needs the cores.
  await client.query('SET max_parallel_workers_per_gather = 0');
  for (const partition of await findOldPartitions(client, tables, months)) {
    if (partition.state === 'attached') await prepare?.(client, partition);
    try {
      onDropped(await drop(client, partition));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
      onPostponed(partition.name);
      // PostgreSQL detaches only one partition of a table at a time: the others wait for this one.
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

/** CONCURRENTLY waits for the transactions that use the table, and does not make new ones wait. */
async function detach(client: pg.Client, partition: OldPartition): Promise<void> {
  const { name, table, state, to } = partition;
  if (state === 'detached') return;
  // Mark the table first: once detached it has no bounds, and an interrupted run could not recognise it.
  await client.query(`COMMENT ON TABLE ${name} IS ${pg.escapeLiteral(markOf(partition))}`);
  // Usually purged long ago. If no gateway ran to purge them, a repeated key would name a session that is gone.
  await client.query('DELETE FROM idempotency_key WHERE created_at < $1', [to]);
  const how = state === 'detaching' ? 'FINALIZE' : 'CONCURRENTLY';
  await client.query(`ALTER TABLE ${table} DETACH PARTITION ${name} ${how}`);
}

/** In one transaction with its event, so that the trail says that it was dropped if and only if it was. */
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
