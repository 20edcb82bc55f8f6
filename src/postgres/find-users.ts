import type pg from 'pg';
import type { User } from '../domain/records.ts';
import type { Visibility } from '../domain/visibility.ts';
import { toUser, type UserRow, userColumns } from './record-rows.ts';
import { orUnavailable } from './unavailable.ts';
import { visible } from './visible.ts';

/** The visible users with these ids, in no particular order; the others are left out. */
export function findUsers(pool: pg.Pool, visibility: Visibility, ids: readonly string[]): Promise<User[]> {
  return find(pool, visibility, 'u.id = ANY($1::uuid[])', ids);
}

/** The user that the applications know by that identifier, or null when there is none that is visible. */
export async function findUserByExternalId(
  pool: pg.Pool,
  visibility: Visibility,
  externalId: string,
): Promise<User | null> {
  return (await find(pool, visibility, 'u.external_id = $1', externalId))[0] ?? null;
}

async function find(
  pool: pg.Pool,
  visibility: Visibility,
  condition: string,
  value: unknown,
): Promise<User[]> {
  const { sql, values } = visible('users', visibility, 2);
  const { rows } = await orUnavailable(
    pool.query<UserRow>({
      name: `find-users ${condition} ${visibility.reach}`,
      text: `SELECT ${userColumns} FROM end_user AS u WHERE ${condition} AND ${sql}`,
      values: [value, ...values],
    }),
  );
  return rows.map(toUser);
}
