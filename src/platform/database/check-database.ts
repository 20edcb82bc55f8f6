import type pg from 'pg';
import { unavailableCode } from './map-database-errors.ts';
import { statement } from './statement.ts';

const CHECK = statement<{ ready: boolean }>()({
  name: 'check-ledger',
  text: `SELECT to_regclass('realtime_session' || suffix) IS NOT NULL AND to_regclass('audit_event' || suffix) IS NOT NULL
      AND to_regclass('audit_identity' || suffix) IS NOT NULL AND to_regclass('usage_record' || suffix) IS NOT NULL AS ready
    FROM to_char(now() AT TIME ZONE 'UTC', '"_"YYYY"_"MM') AS suffix`,
  columns: ['ready'],
});

/** Why sessions cannot be written now, as a short code; null when they can. Never throws. */
export async function checkDatabase(pool: pg.Pool): Promise<string | null> {
  try {
    const { rows } = await pool.query<{ ready: boolean }>(CHECK);
    return rows[0]?.ready ? null : 'partition_missing';
  } catch (error) {
    return unavailableCode(error) ?? 'database_error';
  }
}
