import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { read, type SqlParameters, sqlParameters } from '../platform/database/statement.ts';
import type { User } from './user.ts';
import { SEEN_BY_ALL, type SeenTimes, toUser, type UserRow, userColumnsWith } from './user-row.db.ts';

/** The users with these ids, in no particular order. Ids that are unknown or not visible are left out. */
export function findUsers(pool: pg.Pool, visibility: Visibility, ids: readonly string[]): Promise<User[]> {
  return find(pool, visibility, (params) => `u.id = ANY(${params.bind(ids)}::uuid[])`);
}

/** The user with that external id; null if there is none that is visible. */
export async function findUserByExternalId(
  pool: pg.Pool,
  visibility: Visibility,
  externalId: string,
): Promise<User | null> {
  const [user] = await find(pool, visibility, (params) => `u.external_id = ${params.bind(externalId)}`);
  return user ?? null;
}

async function find(
  pool: pg.Pool,
  visibility: Visibility,
  condition: (params: SqlParameters) => string,
): Promise<User[]> {
  const params = sqlParameters();
  const text = `SELECT ${visibleUserColumns(visibility, params)} FROM end_user AS u
    WHERE ${condition(params)} AND ${visible('users', visibility, params)}`;
  return (await read<UserRow>(pool, text, params)).map(toUser);
}

/** Columns of a user `u`. */
export function visibleUserColumns(visibility: Visibility, params: SqlParameters): string {
  return userColumnsWith(seenTimes(visibility, params));
}

/**
 * The time of the last session is that of the last one that the viewer sees. To an application a user is as old as its
 * first session there: when another application named it first is not its business.
 */
export function seenTimes(visibility: Visibility, params: SqlParameters): SeenTimes {
  if (visibility.reach !== 'OWN_APPLICATION') return SEEN_BY_ALL;
  const application = `${params.bind(visibility.applicationId)}::uuid`;
  const ofPair = (column: string) => `(
    SELECT pair.${column} FROM application_user AS pair
    WHERE pair.application_id = ${application} AND pair.user_id = u.id
  )`;
  return { createdAt: ofPair('first_session_at'), lastSessionAt: ofPair('last_session_at') };
}
