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
  const seen = seenTimes(visibility, params);
  const text = `SELECT ${userColumnsWith(seen)} FROM end_user AS u ${seen.join}
    WHERE ${condition(params)} AND ${visible('users', visibility, params)}`;
  return (await read<UserRow>(pool, text, params)).map(toUser);
}

/**
 * The time of the last session is that of the last one that the viewer sees. To an application a user is as old as its
 * first session there: when another application named it first is not its business.
 */
export function seenTimes(visibility: Visibility, params: SqlParameters): SeenTimes {
  if (visibility.reach !== 'OWN_APPLICATION') return SEEN_BY_ALL;
  // OFFSET 0 has each user looked up by itself: PostgreSQL might read all users of the application for a page of them.
  const pair = `SELECT first_session_at, last_session_at FROM application_user
    WHERE application_id = ${params.bind(visibility.applicationId)}::uuid AND user_id = u.id OFFSET 0`;
  return {
    createdAt: 'seen.first_session_at',
    lastSessionAt: 'seen.last_session_at',
    join: `LEFT JOIN LATERAL (${pair}) AS seen ON true`,
  };
}
