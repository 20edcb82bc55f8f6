import type pg from 'pg';
import type { DetailOf } from '../audit/actions.ts';
import { callerJson } from '../audit/event-columns.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { inBatches } from '../platform/process/in-batches.ts';
import { signErasure } from '../sealing/erasure-proof.ts';
import type { SealingKey } from '../sealing/signed.ts';
import type { EraseUser } from './erasure.ts';
import type { User } from './user.ts';
import { toUser, type UserRow, userColumns } from './user-row.db.ts';

// How many are erased by one statement, so that none takes long.
const SESSIONS = 50;
const REPORTS = 5000;
const IDENTITIES = 1000;

/**
 * Erases people: first the name, with the audit event, then everything else in batches.
 * @param key signs the proof that goes into the event
 * @param onCommitted called when the event was committed
 */
export function createEraseUser(
  pool: pg.Pool,
  key: SealingKey,
  onCommitted: () => void = () => {},
): EraseUser {
  return async (userId, by) => {
    const { rows } = await mapDatabaseErrors(() =>
      pool.query<UserRow>(`SELECT ${userColumns} FROM begin_erasure($1, $2, $3) AS u`, [
        userId,
        toJsonb(signErasure(key, userId) satisfies DetailOf<'user.erased'>),
        callerJson(by),
      ]),
    );
    const [person] = rows;
    onCommitted();
    if (person === undefined) return null;
    return person.erasedAt === null ? endErasure(pool, userId) : toUser(person);
  };
}

/**
 * Removes everything that is left of a user whose erasure has begun.
 * @throws UnavailableError when something may be left
 */
export async function endErasure(pool: pg.Pool, userId: string): Promise<User | null> {
  for (let after: string | null = '00000000-0000-0000-0000-000000000000'; after !== null; ) {
    const { rows }: pg.QueryResult<{ last: string | null }> = await mapDatabaseErrors(() =>
      pool.query('SELECT erase_sessions($1, $2, $3, $4) AS last', [userId, after, SESSIONS, REPORTS]),
    );
    after = rows[0]?.last ?? null;
  }
  await inBatches(IDENTITIES, async (size) => {
    const { rows } = await mapDatabaseErrors(() =>
      pool.query<{ erased: number }>('SELECT erase_identities($1, $2) AS erased', [userId, size]),
    );
    return rows[0]?.erased ?? 0;
  });
  const { rows } = await mapDatabaseErrors(() =>
    pool.query<UserRow>(`SELECT ${userColumns} FROM end_erasure($1) AS u`, [userId]),
  );
  return rows[0] === undefined ? null : toUser(rows[0]);
}

/** Finishes interrupted erasures. @throws UnavailableError when one of them may not be finished */
export async function finishErasures(pool: pg.Pool, stopping: AbortSignal): Promise<void> {
  const { rows } = await mapDatabaseErrors(() =>
    pool.query<{ id: string }>(
      'SELECT id FROM end_user WHERE erasure_began_at IS NOT NULL AND erased_at IS NULL LIMIT 100',
    ),
  );
  const failures: unknown[] = [];
  for (const { id } of rows) {
    if (stopping.aborted) return;
    // If one cannot be finished, the others are.
    await endErasure(pool, id).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
