import type pg from 'pg';
import { SYSTEM_ACTOR } from '../audit/system-actor.ts';

const BATCH = 500;
const SETTLE = { name: 'settle-overdue', text: 'SELECT settle_overdue($1, $2::jsonb) AS settled' };

/**
 * Records as UNCONFIRMED what nobody settled before its deadline: sessions of a gateway that died, or lost its
 * database. They read so already; this writes it down, with its audit event, exactly once among all replicas.
 * @param onSettled told of each batch after it was committed
 */
export async function settleOverdue(pool: pg.Pool, onSettled: () => void = () => {}): Promise<void> {
  for (let settled = BATCH; settled === BATCH; ) {
    const { rows } = await pool.query<{ settled: number }>({ ...SETTLE, values: [BATCH, SYSTEM_ACTOR] });
    settled = rows[0]?.settled ?? 0;
    if (settled > 0) onSettled();
  }
}
