import type pg from 'pg';
import type { Denial } from '../domain/denial.ts';
import type { By } from '../domain/limits-ledger.ts';
import { toJsonb } from './to-jsonb.ts';
import { orUnavailable } from './unavailable.ts';
import { byColumns } from './write-rows.ts';

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
