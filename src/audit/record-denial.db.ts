import type pg from 'pg';
import type { Caller } from '../authorization/actor.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import type { Denial } from './denial.ts';
import { callerJson } from './event-columns.db.ts';
import { writeEvent } from './write-event.db.ts';

/**
 * Records a denial in the audit trail.
 * @throws UnavailableError when it may not have been written
 */
export async function recordDenial(pool: pg.Pool, denial: Denial, caller: Caller): Promise<void> {
  await mapDatabaseErrors(() => writeEvent(pool, callerJson(caller), denial));
}
