import type pg from 'pg';
import type { By } from '../authorization/actor.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { orUnavailable } from '../platform/database/unavailable.ts';
import type { Denial } from './denial.ts';
import { byColumns } from './event-columns.db.ts';

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
