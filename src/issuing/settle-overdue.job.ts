import type pg from 'pg';
import { SYSTEM_ACTOR } from '../audit/system-actor.ts';
import { selectIfClocksAgree } from '../platform/database/clock-skew.ts';
import { statement } from '../platform/database/statement.ts';
import { inBatches } from '../platform/process/in-batches.ts';

const BATCH = 500;
const SETTLE = statement<{ settled: number }>()({
  name: 'settle-overdue',
  // A wrong clock would end the mints in flight. Without this a session that is overdue reads the same.
  text: selectIfClocksAgree('settle_overdue($1, $2::jsonb, moment) AS settled', '$3'),
  columns: ['settled'],
});

/**
 * Records as UNCONFIRMED the sessions that nobody settled before their deadline, because a gateway died or lost its
 * database. They are read as UNCONFIRMED anyway; this writes it, with one audit event whatever the number of gateways.
 * @param onSettled called after each batch was committed
 */
export async function settleOverdue(pool: pg.Pool, onSettled: () => void = () => {}): Promise<void> {
  await inBatches(BATCH, async (size) => {
    const { rows } = await pool.query<{ settled: number }>({
      ...SETTLE,
      values: [size, SYSTEM_ACTOR, new Date()],
    });
    const settled = rows[0]?.settled ?? 0;
    if (settled > 0) onSettled();
    return settled;
  });
}
