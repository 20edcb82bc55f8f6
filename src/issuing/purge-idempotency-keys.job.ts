import type pg from 'pg';
import { statement } from '../platform/database/statement.ts';

const BATCH = 1000;
// Keys are promised to work for at least 24 hours. An hour more, so that differing clocks do not matter.
const REMEMBERED = '25 hours';
const PURGE = statement<{ purged: number }>()({
  name: 'purge-idempotency-keys',
  text: 'SELECT purge_idempotency_keys($1::interval, $2) AS purged',
  columns: ['purged'],
});

/** Deletes expired idempotency keys, in batches, so that no statement takes long. */
export async function purgeIdempotencyKeys(pool: pg.Pool): Promise<void> {
  for (let purged = BATCH; purged === BATCH; ) {
    const { rows } = await pool.query<{ purged: number }>({ ...PURGE, values: [REMEMBERED, BATCH] });
    purged = rows[0]?.purged ?? 0;
  }
}
