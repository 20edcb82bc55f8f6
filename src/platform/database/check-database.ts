import type pg from 'pg';
import { query, statement } from './statement.ts';
import { UnavailableError } from './unavailable-error.ts';

const CHECK = statement<{ partitions: boolean; readonly: boolean }>()({
  name: 'check-ledger',
  text: `SELECT to_regclass('realtime_session' || suffix) IS NOT NULL AND to_regclass('realtime_call' || suffix) IS NOT NULL AND to_regclass('audit_event' || suffix) IS NOT NULL
      AND to_regclass('audit_identity' || suffix) IS NOT NULL AND to_regclass('usage_record' || suffix) IS NOT NULL AS partitions,
      current_setting('transaction_read_only')::boolean AS readonly
    FROM to_char(now() AT TIME ZONE 'UTC', '"_"YYYY"_"MM') AS suffix`,
  columns: ['partitions', 'readonly'],
});

/** Why sessions cannot be written now, as a short code; null when they can. Never throws. */
export async function checkDatabase(pool: pg.Pool): Promise<string | null> {
  try {
    const [found] = await query(pool, CHECK, []);
    if (found?.readonly === true) return 'read_only';
    return found?.partitions ? null : 'partition_missing';
  } catch (error) {
    return error instanceof UnavailableError ? error.code : 'database_error';
  }
}
