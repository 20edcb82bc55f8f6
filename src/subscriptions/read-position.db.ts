import type pg from 'pg';
import { query, statement } from '../platform/database/statement.ts';

// An entry is never older than the start of its transaction. So what is not visible yet, and what is still to begin, comes
// after the start of the oldest transaction that is open. One that has not written anything may be a long read:
// it counts for as long as a transaction of ours may take. The margin is for transactions that begin just now.
const POSITION = statement<{ position: string }>()({
  name: 'trail-position',
  columns: ['position'],
  text: `
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now), open AS MATERIALIZED (
      SELECT xact_start AS since, backend_xid IS NOT NULL AS writing FROM pg_stat_activity
      WHERE datname = current_database() AND usename = current_user AND xact_start IS NOT NULL
    )
    -- least ignores NULL: if nothing is open, only the margin counts.
    SELECT uuidv7_floor(least(
      now - interval '50 ms',
      (SELECT min(CASE WHEN writing THEN since ELSE greatest(since, now - $1 * interval '1 millisecond') END) FROM open)
    ))::text AS position
    FROM clock`,
});

/**
 * A position of the trail. Of every change that a statement sent after this call does not see, the entry comes
 * after the position, however late it is committed.
 * @param overlapMs longer than any transaction takes
 * @throws UnavailableError
 */
export async function readPosition(pool: pg.Pool, overlapMs: number): Promise<string> {
  const [row] = await query(pool, POSITION, [overlapMs]);
  if (row === undefined) throw new Error('The position of the trail has no row');
  return row.position;
}
