import type pg from 'pg';
import { BY_GATEHOUSE } from '../audit/system-actor.ts';
import { statement } from '../platform/database/statement.ts';

const BATCH = 500;
const SETTLE = statement<{ settled: number }>()({
  name: 'settle-overdue',
  text: 'SELECT settle_overdue($1, $2::jsonb) AS settled',
  columns: ['settled'],
});

/**
 * Records as UNCONFIRMED the sessions that nobody settled before their deadline, because a gateway died or lost its
 * database. They are read as UNCONFIRMED anyway; this writes it, with one audit event whatever the number of gateways.
 * @param onSettled called after each batch was committed
 */
export async function settleOverdue(pool: pg.Pool, onSettled: () => void = () => {}): Promise<void> {
  for (let settled = BATCH; settled === BATCH; ) {
    const { rows } = await pool.query<{ settled: number }>({ ...SETTLE, values: [BATCH, BY_GATEHOUSE] });
    settled = rows[0]?.settled ?? 0;
    if (settled > 0) onSettled();
  }
}
