import type pg from 'pg';

const BATCH = 500;
const BY = JSON.stringify({ actor_kind: 'SYSTEM', actor_name: 'gatehouse' });
const SETTLE = { name: 'settle-overdue', text: 'SELECT settle_overdue($1, $2::jsonb) AS settled' };

/**
 * Records as UNCONFIRMED what nobody settled before its deadline: sessions of a gateway that died, or lost its
 * database. They read so already; this writes it down, with its audit event, exactly once among all replicas.
 */
export async function settleOverdue(pool: pg.Pool): Promise<void> {
  for (let settled = BATCH; settled === BATCH; ) {
    const { rows } = await pool.query<{ settled: number }>({ ...SETTLE, values: [BATCH, BY] });
    settled = rows[0]?.settled ?? 0;
  }
}
