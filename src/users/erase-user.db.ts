import type pg from 'pg';
import type { DetailOf } from '../audit/actions.ts';
import { byColumns } from '../audit/event-columns.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { signErasure } from '../sealing/erasure-proof.ts';
import type { SealingKey } from '../sealing/signed.ts';
import type { EraseUser } from './erasure.ts';
import type { User } from './user.ts';
import { toUser, type UserRow, userColumns } from './user-row.db.ts';

// So many that no statement takes long.
const SESSIONS = 50;
const REPORTS = 5000;
const IDENTITIES = 1000;

/**
 * Erases people: the name at once, with its audit event, then batch after batch what else is there.
 * @param key signs for it
 * @param onCommitted told when something is in the trail
 */
export function createEraseUser(
  pool: pg.Pool,
  key: SealingKey,
  onCommitted: () => void = () => {},
): EraseUser {
  return async (userId, by) => {
    const { rows } = await mapDatabaseErrors(
      pool.query<UserRow>(`SELECT ${userColumns} FROM begin_erasure($1, $2, $3) AS u`, [
        userId,
        toJsonb(signErasure(key, userId) satisfies DetailOf<'user.erased'>),
        byColumns(by),
      ]),
    );
    const [person] = rows;
    onCommitted();
    if (person === undefined) return null;
    return person.erasedAt === null ? endErasure(pool, userId) : toUser(person);
  };
}

/**
 * Removes all that is left of somebody whose erasure has begun.
 * @throws UnavailableError when it may not be all gone
 */
export async function endErasure(pool: pg.Pool, userId: string): Promise<User | null> {
  for (let after: string | null = '00000000-0000-0000-0000-000000000000'; after !== null; ) {
    const { rows }: pg.QueryResult<{ last: string | null }> = await mapDatabaseErrors(
      pool.query('SELECT erase_sessions($1, $2, $3, $4) AS last', [userId, after, SESSIONS, REPORTS]),
    );
    after = rows[0]?.last ?? null;
  }
  for (let erased = IDENTITIES; erased === IDENTITIES; ) {
    const { rows } = await mapDatabaseErrors(
      pool.query<{ erased: number }>('SELECT erase_identities($1, $2) AS erased', [userId, IDENTITIES]),
    );
    erased = rows[0]?.erased ?? 0;
  }
  const { rows } = await mapDatabaseErrors(
    pool.query<UserRow>(`SELECT ${userColumns} FROM end_erasure($1) AS u`, [userId]),
  );
  return rows[0] === undefined ? null : toUser(rows[0]);
}

/** Goes on with all erasures that were interrupted. @throws UnavailableError when one may not be finished */
export async function finishErasures(pool: pg.Pool, stopping: AbortSignal): Promise<void> {
  const { rows } = await mapDatabaseErrors(
    pool.query<{ id: string }>(
      'SELECT id FROM end_user WHERE erasure_began_at IS NOT NULL AND erased_at IS NULL LIMIT 100',
    ),
  );
  const failures: unknown[] = [];
  for (const { id } of rows) {
    if (stopping.aborted) return;
    // One that cannot be finished keeps nobody else's from it.
    await endErasure(pool, id).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
