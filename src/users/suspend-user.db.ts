import type pg from 'pg';
import { callerJson } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import type { User } from './user.ts';
import type { UserReference } from './user-reference.ts';
import { toUser, type UserRow, userColumns } from './user-row.db.ts';

const SUSPEND = `SELECT ${userColumns} FROM suspend_user($1, $2, $3, $4) AS u`;

/** Suspends a user, also one that has no session yet. Null: there is no user of that id. */
export function suspendUser(
  pool: pg.Pool,
  user: UserReference,
  reason: string | null,
  by: Caller,
): Promise<User | null> {
  return setSuspended(pool, true, user, reason, by);
}

/** Ends a suspension. Null: there is no such user. */
export function reinstateUser(pool: pg.Pool, user: UserReference, by: Caller): Promise<User | null> {
  return setSuspended(pool, false, user, null, by);
}

async function setSuspended(
  pool: pg.Pool,
  suspended: boolean,
  { id, externalId }: UserReference,
  reason: string | null,
  by: Caller,
): Promise<User | null> {
  // The reason is stored with the identities, which erasing removes.
  const values = [id, externalId, suspended, callerJson(by, reason)];
  const { rows } = await mapDatabaseErrors(() => pool.query<UserRow>(SUSPEND, values));
  return rows[0] === undefined ? null : toUser(rows[0]);
}
