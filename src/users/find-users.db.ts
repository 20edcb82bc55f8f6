import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { read, type SqlParameters, sqlParameters } from '../platform/database/statement.ts';
import type { User } from './user.ts';
import { toUser, type UserRow, userColumns, userColumnsWith } from './user-row.db.ts';

/** The visible users with these ids, in no particular order; the others are left out. */
export function findUsers(pool: pg.Pool, visibility: Visibility, ids: readonly string[]): Promise<User[]> {
  return find(pool, visibility, (given) => `u.id = ANY(${given.bind(ids)}::uuid[])`);
}

/** The user that the applications know by that identifier, or null when there is none that is visible. */
export async function findUserByExternalId(
  pool: pg.Pool,
  visibility: Visibility,
  externalId: string,
): Promise<User | null> {
  const [user] = await find(pool, visibility, (given) => `u.external_id = ${given.bind(externalId)}`);
  return user ?? null;
}

async function find(
  pool: pg.Pool,
  visibility: Visibility,
  condition: (given: SqlParameters) => string,
): Promise<User[]> {
  const given = sqlParameters();
  const text = `SELECT ${visibleUserColumns(visibility, given)} FROM end_user AS u
    WHERE ${condition(given)} AND ${visible('users', visibility, given)}`;
  return (await read<UserRow>(pool, text, given)).map(toUser);
}

/** Columns of a user `u`: the last session is the last of those that the viewer sees. */
export function visibleUserColumns(visibility: Visibility, given: SqlParameters): string {
  if (visibility.reach !== 'OWN_APPLICATION') return userColumns;
  return userColumnsWith(`(
    SELECT pair.last_session_at FROM application_user AS pair
    WHERE pair.application_id = ${given.bind(visibility.applicationId)}::uuid AND pair.user_id = u.id
  )`);
}
