import pg from 'pg';
import { SYSTEM_ACTOR } from '../audit/system-actor.ts';
import { writeEvent } from '../audit/write-event.db.ts';
import { withClient } from '../platform/database/with-client.ts';
import { type ClocksDiffer, findOldPartitions, markOf, type OldPartition } from './find-old-partitions.db.ts';
import type { RetentionRule } from './retention-rules.db.ts';

const DONE = { kind: 'done' } as const;
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
  readonly rule: Omit<RetentionRule, 'name'>;
  /** Whether an operator said that more than one month may go. */
  readonly severalMonths: boolean;
  readonly onDropped: (dropped: DroppedPartition) => void;
  /** Called for a partition that was in use for the whole lock time-out; the next run tries again. */
  readonly onPostponed: (partition: string) => void;
  /** Ends the work at any point. */
  readonly signal: AbortSignal;
  readonly lockTimeoutMs?: number;
};

/** What a run came to. `busy`: another run is at it. The other two kept months that are due, and say why. */
export type RetentionOutcome =
  | { readonly kind: 'done' | 'busy' }
  | ClocksDiffer
  | { readonly kind: 'several_months'; readonly partitions: readonly string[] };

/**
 * Drops the months that ended at least so many months ago as the rule says, oldest first. Nobody who reads or writes the
 * tables has to wait for it. If several gateways run it at once, one does the work, and the others return. If it is
 * interrupted, the next run continues from there.
 *
 * A wrong clock must not cost data: nothing is dropped while the clocks of database and gateway differ, nor when more
 * than one month falls due at once, unless an operator said so. What was begun is finished.
 * @throws pg.DatabaseError when the role does not own the tables
 */
export async function dropOldPartitions(options: DropOldPartitionsOptions): Promise<RetentionOutcome> {
  const { ownerUrl, signal, lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  if (signal.aborted) return DONE;
  const config = {
    url: ownerUrl,
    application_name: 'gatehouse-retention',
    query_timeout: QUERY_TIMEOUT_MS,
    lock_timeout: lockTimeoutMs,
  };
  try {
    return await withClient(config, async (client) => {
      const end = () => void client.end().catch(() => {});
      // Only once connected: a client that is ended while it connects never reports that it ended.
      if (signal.aborted) return DONE;
      signal.addEventListener('abort', end, { once: true });
      try {
        return await dropAll(client, options);
      } finally {
        signal.removeEventListener('abort', end);
      }
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    return DONE;
  }
}

/** Holds an advisory lock until the connection ends. */
async function dropAll(
  client: pg.Client,
  { rule, severalMonths, onDropped, onPostponed }: DropOldPartitionsOptions,
): Promise<RetentionOutcome> {
  const { tables, months, prepare } = rule;
  const { rows } = await client.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_lock(hashtext('gatehouse.drop_old_partitions ' || $1)) AS locked`,
    [tables.join(' ')],
  );
  if (rows[0]?.locked !== true) return { kind: 'busy' };
  // Counting may take long; minting needs the cores.
  await client.query('SET max_parallel_workers_per_gather = 0');
  const found = await findOldPartitions(client, tables, months);
  if (found.kind === 'clocks_differ') return found;
  const due = found.partitions;
  const untouched = due.filter(({ state }) => state === 'attached');
  const isHeld = !severalMonths && new Set(untouched.map(({ to }) => to)).size > 1;
  for (const partition of isHeld ? due.filter(({ state }) => state !== 'attached') : due) {
    if (partition.state === 'attached') await prepare?.(client, partition);
    try {
      onDropped(await drop(client, partition));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
      onPostponed(partition.name);
      // PostgreSQL detaches only one partition of a table at a time: the others wait for this one.
      return DONE;
    }
  }
  return isHeld ? { kind: 'several_months', partitions: untouched.map(({ name }) => name) } : DONE;
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
