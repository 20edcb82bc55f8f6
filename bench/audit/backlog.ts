import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { idAt, isNotSealed } from '../../src/sealing/sealed-columns.db.ts';

/** Events without a seal, and for how many milliseconds the oldest of them has been there; 0 without any. */
export type Backlog = { readonly events: number; readonly oldestMs: number };

export type ReadBacklog = () => Promise<Backlog>;

const BACKLOG = `
  SELECT count(*)::integer AS events, extract(epoch FROM statement_timestamp())::float8 * 1000 AS now,
    (extract(epoch FROM greatest('0', statement_timestamp() - min(e.at))) * 1000)::float8 AS "oldestMs"
  FROM audit_event AS e WHERE e.id > $1 AND ${isNotSealed}`;

// No statement of the benchmark's takes as long from its event to its commit.
const LATE_MS = 2000;
const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 60_000;

/** Looks from where the last look found everything sealed: at the whole trail, each look would be longer than the one before. */
export function createBacklogReader(client: pg.Client): ReadBacklog {
  let from = 0;
  return async () => {
    const { rows } = await client.query<{ events: number; now: number; oldestMs: number | null }>(BACKLOG, [
      idAt(from),
    ]);
    const [row] = rows;
    if (row === undefined) throw new Error('The backlog has no row');
    const oldestMs = row.oldestMs ?? 0;
    from = row.now - oldestMs - LATE_MS;
    return { events: row.events, oldestMs };
  };
}

/** Waits until there is no event without a seal; answers how many milliseconds that took, null: it gave up. */
export async function untilSealed(read: ReadBacklog, signal: AbortSignal): Promise<number | null> {
  const startedAt = performance.now();
  while ((await read()).events > 0) {
    if (performance.now() - startedAt > PATIENCE_MS) return null;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
  return performance.now() - startedAt;
}
