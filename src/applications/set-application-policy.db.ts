import type pg from 'pg';
import { byColumns } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import type { PolicyChanges } from '../limits/policy.ts';
import { policyChangeColumns } from '../limits/policy-row.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { Application } from './application.ts';
import { type ApplicationRow, applicationColumns, toApplication } from './application-row.db.ts';

const SET_POLICY = `SELECT ${applicationColumns} FROM set_application_policy($1, $2, $3)`;

/** Changes the limits that hold for each user an application asks for. Null: there is no such application. */
export async function setApplicationPolicy(
  pool: pg.Pool,
  id: string,
  changes: PolicyChanges,
  by: Caller,
): Promise<Application | null> {
  const values = [id, toJsonb(policyChangeColumns(changes)), byColumns(by)];
  const { rows } = await mapDatabaseErrors(pool.query<ApplicationRow>(SET_POLICY, values));
  return rows[0] === undefined ? null : toApplication(rows[0]);
}
