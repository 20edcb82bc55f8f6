import type pg from 'pg';
import { statement } from '../platform/database/statement.ts';

const BATCH = 1000;
// Keys are promised to be remembered for at least 24 hours; an hour more keeps clocks out of it.
const REMEMBERED = '25 hours';
const PURGE = statement<{ purged: number }>()({
  name: 'purge-idempotency-keys',
  text: 'SELECT purge_idempotency_keys($1::interval, $2) AS purged',
  columns: ['purged'],
});

/** Forgets idempotency keys after their time, in batches that are short whatever has piled up. */
export async function purgeIdempotencyKeys(pool: pg.Pool): Promise<void> {
  for (let purged = BATCH; purged === BATCH; ) {
    const { rows } = await pool.query<{ purged: number }>({ ...PURGE, values: [REMEMBERED, BATCH] });
    purged = rows[0]?.purged ?? 0;
  }
}
