import type pg from 'pg';
import type { Caller } from '../authorization/actor.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { Denial } from './denial.ts';
import { byColumns } from './event-columns.db.ts';

const RECORD = {
  name: 'record-denial',
  text: `SELECT write_event($1, clock_timestamp(), $2, 'DENIED', NULL, NULL, NULL, $3)`,
};

/**
 * Records a denial in the audit trail.
 * @throws UnavailableError when it may not have been written
 */
export async function recordDenial(pool: pg.Pool, { action, detail }: Denial, by: Caller): Promise<void> {
  await mapDatabaseErrors(pool.query({ ...RECORD, values: [byColumns(by), action, toJsonb(detail)] }));
}
