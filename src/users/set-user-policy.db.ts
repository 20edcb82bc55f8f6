import type pg from 'pg';
import { callerJson } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import type { PolicyChanges } from '../limits/policy.ts';
import { policyChangeColumns } from '../limits/policy-row.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { User } from './user.ts';
import type { UserReference } from './user-reference.ts';
import { toUser, type UserRow, userColumns } from './user-row.db.ts';

const SET_POLICY = `SELECT ${userColumns} FROM set_user_policy($1, $2, $3, $4) AS u`;

/** Changes a user's own limits, also of one that has no session yet. Null: there is no user of that id. */
export async function setUserPolicy(
  pool: pg.Pool,
  { id, externalId }: UserReference,
  changes: PolicyChanges,
  by: Caller,
): Promise<User | null> {
  const values = [id, externalId, toJsonb(policyChangeColumns(changes)), callerJson(by)];
  const { rows } = await mapDatabaseErrors(() => pool.query<UserRow>(SET_POLICY, values));
  return rows[0] === undefined ? null : toUser(rows[0]);
}
