import type pg from 'pg';
import { unavailableCode } from './map-database-errors.ts';

const CHECK = {
  name: 'check-ledger',
  text: `SELECT to_regclass('realtime_session' || suffix) IS NOT NULL AND to_regclass('audit_event' || suffix) IS NOT NULL
      AND to_regclass('audit_identity' || suffix) IS NOT NULL AND to_regclass('usage_record' || suffix) IS NOT NULL AS ready
    FROM to_char(now() AT TIME ZONE 'UTC', '"_"YYYY"_"MM') AS suffix`,
};

/** Why sessions cannot be written now, as a short code; null when they can. Never throws. */
export async function checkDatabase(pool: pg.Pool): Promise<string | null> {
  try {
    const { rows } = await pool.query<{ ready: boolean }>(CHECK);
    return rows[0]?.ready ? null : 'partition_missing';
  } catch (error) {
    return unavailableCode(error) ?? 'database_error';
  }
}
