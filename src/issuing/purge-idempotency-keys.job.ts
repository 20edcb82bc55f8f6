import type pg from 'pg';
import { selectIfClocksAgree } from '../platform/database/clock-skew.ts';
import { statement } from '../platform/database/statement.ts';
import { inBatches } from '../platform/process/in-batches.ts';

const BATCH = 1000;
// Keys are promised to work for at least 24 hours. An hour more, so that differing clocks do not matter.
const REMEMBERED = '25 hours';
const PURGE = statement<{ purged: number }>()({
  name: 'purge-idempotency-keys',
  // Keys that a wrong clock deletes too soon are gone for good, and a repeated request mints again.
  text: selectIfClocksAgree('purge_idempotency_keys($1::interval, $2, moment) AS purged', '$3'),
  columns: ['purged'],
});

/** Deletes expired idempotency keys, in batches, so that no statement takes long. */
export async function purgeIdempotencyKeys(pool: pg.Pool): Promise<void> {
  await inBatches(BATCH, async (size) => {
    const { rows } = await pool.query<{ purged: number }>({
      ...PURGE,
      values: [REMEMBERED, size, new Date()],
    });
    return rows[0]?.purged ?? 0;
  });
}
