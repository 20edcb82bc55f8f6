import type pg from 'pg';
import { statement } from '../platform/database/statement.ts';
import { inBatches } from '../platform/process/in-batches.ts';

/** Quarters of an hour that one transaction adds up. */
const BATCH = 4;
const SUM = statement<{ summed: number }>()({
  name: 'sum-sessions',
  text: 'SELECT sum_sessions($1, $2) AS summed',
  columns: ['summed'],
});

/**
 * Adds up the quarters of an hour of which everything is final. Readers take the rest from the ledger, so no answer depends
 * on when this runs.
 * @param signal ends it after the batch that is under way; the next run continues from there
 */
export async function sumSessions(pool: pg.Pool, signal: AbortSignal): Promise<void> {
  await inBatches(BATCH, async (size) => {
    if (signal.aborted) return 0;
    const { rows } = await pool.query<{ summed: number }>({ ...SUM, values: [size, new Date()] });
    return rows[0]?.summed ?? 0;
  });
}
