import type pg from 'pg';
import { statement } from '../platform/database/statement.ts';
import { inBatches } from '../platform/process/in-batches.ts';

const BATCH = 5000;
const SUM = statement<{ summed: number }>()({
  name: 'sum-usage',
  text: 'SELECT sum_usage($1) AS summed',
  columns: ['summed'],
});

/**
 * Adds the rows that reports left in usage_part to usage_sum. Readers add up both tables, so no answer depends on when this
 * runs.
 */
export async function rollUpUsage(pool: pg.Pool): Promise<void> {
  await inBatches(BATCH, async (size) => {
    const { rows } = await pool.query<{ summed: number }>({ ...SUM, values: [size] });
    return rows[0]?.summed ?? 0;
  });
}
