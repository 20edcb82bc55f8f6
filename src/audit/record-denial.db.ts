import type pg from 'pg';
import { byColumns } from '../issuing/session-columns.db.ts';
import type { By } from '../limits/limits-ledger.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { orUnavailable } from '../platform/database/unavailable.ts';
import type { Denial } from './denial.ts';

const RECORD = {
  name: 'record-denial',
  text: `SELECT write_event($1, clock_timestamp(), $2, 'DENIED', NULL, NULL, NULL, $3)`,
};

/**
 * Records a denial in the audit trail.
 * @throws LedgerUnavailableError when it may not have been written
 */
export async function recordDenial(pool: pg.Pool, { action, detail }: Denial, by: By): Promise<void> {
  await orUnavailable(pool.query({ ...RECORD, values: [byColumns(by), action, toJsonb(detail)] }));
}
