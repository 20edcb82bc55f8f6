import type pg from 'pg';
import { statement } from '../platform/database/statement.ts';

const BATCH = 5000;
const SUM = statement<{ summed: number }>()({
  name: 'sum-usage',
  text: 'SELECT sum_usage($1) AS summed',
  columns: ['summed'],
});

/** Adds up what reports left for the sums over all users. Who reads them counts what is not added yet: no answer depends on it. */
export async function rollUpUsage(pool: pg.Pool): Promise<void> {
  for (let summed = BATCH; summed === BATCH; ) {
    const { rows } = await pool.query<{ summed: number }>({ ...SUM, values: [BATCH] });
    summed = rows[0]?.summed ?? 0;
  }
}
