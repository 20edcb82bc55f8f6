import type pg from 'pg';
import { query, statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { type Together, unlessRolledBack } from '../platform/database/together.ts';
import type { Reservation, ReserveOutcome } from './issue-store.ts';
import {
  outcomeOf,
  RESERVED,
  RESERVED_FIELDS,
  type Reserved,
  requestOf,
  tryReserveSession,
} from './reserve-session.db.ts';

const RESERVE_TOGETHER = statement<Reserved & { readonly place: number }>()({
  name: 'reserve-sessions',
  text: `SELECT r.place, ${RESERVED}, r.read_at AS "readAt" FROM reserve_sessions($1::jsonb) AS r`,
  columns: ['place', ...RESERVED_FIELDS, 'readAt'],
});

/**
 * Reserves sessions of any users in one transaction and one round trip (reserve-sessions.sql). Returns when they are durable.
 * @returns of each, in their order: "alone" where it would have waited for a lock, or repeats a key
 * @throws UnavailableError when they may not have been written
 */
export async function reserveSessions(
  pool: pg.Pool,
  reservations: readonly Reservation[],
): Promise<Together<ReserveOutcome>[]> {
  return unlessRolledBack(reservations, async () => {
    const [first, second] = reservations;
    // A tenth faster than as a batch of one.
    if (first !== undefined && second === undefined) return [orAlone(await tryReserveSession(pool, first))];
    // By user, so that two gateways that insert the same new users do not wait for each other.
    const sorted = reservations.toSorted((a, b) => (a.externalUserId < b.externalUserId ? -1 : 1));
    const requests = sorted.map((reservation) => toJsonb(requestOf(reservation, false)));
    const rows = await query(pool, RESERVE_TOGETHER, [`[${requests.join(',')}]`]);
    const outcomes = new Map<Reservation, ReserveOutcome | null>();
    for (const row of rows) {
      const reservation = sorted[row.place];
      if (reservation !== undefined) outcomes.set(reservation, outcomeOf(reservation, row));
    }
    return reservations.map((reservation) => {
      const outcome = outcomes.get(reservation);
      if (outcome === undefined) throw new Error('reserve_sessions returned too few rows');
      return orAlone(outcome);
    });
  });
}

function orAlone(outcome: ReserveOutcome | null): Together<ReserveOutcome> {
  return outcome === null ? 'alone' : { result: outcome };
}
