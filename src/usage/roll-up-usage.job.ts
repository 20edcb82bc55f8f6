import type pg from 'pg';

const BATCH = 5000;
const ROLL_UP = { name: 'sum-usage', text: 'SELECT sum_usage($1) AS moved' };

/**
 * Adds the rows that reports left in usage_part to usage_sum. Readers add up both tables, so no answer depends on when this
 * runs.
 */
export async function rollUpUsage(pool: pg.Pool): Promise<void> {
  for (let moved = BATCH; moved === BATCH; ) {
    const { rows } = await pool.query<{ moved: number }>({ ...ROLL_UP, values: [BATCH] });
    moved = rows[0]?.moved ?? 0;
  }
}
