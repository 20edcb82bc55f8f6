import type pg from 'pg';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { type SessionRow, sessionColumns, toSession } from '../sessions/session-row.db.ts';
import type { SessionEvent } from './session-event.ts';
import { sessionEventTypeOf } from './session-event.ts';

/** An entry of the trail, as far as subscribers depend on it. */
export type TrailEntry = {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly sessionId: string | null;
  readonly userId: string | null;
  /** Of what is about an API key. */
  readonly apiKeyId: string | null;
};

/** How far the trail can be read in order. Its places are ids in text, which sort as the trail does. */
export type Horizon = {
  /** Whatever comes before it is there. */
  readonly until: string;
  /** What commits from now on stands after it. */
  readonly begin: string;
  /** From where on to read again for what came late all the same. */
  readonly overlap: string;
  /** Transactions under way keep it back: it will be further in a moment. */
  readonly held: boolean;
};

// An event gets its time, and with it its place, before its transaction commits, so that events appear out of order.
// In order are those from before the oldest transaction that has written something; what it writes is later than its
// begin. A transaction is not known to write before it has: the margin is for what happens between reading the clock
// and writing. One that stays open holds nobody up for longer than half a second; what it wrote then comes late, and
// is found by reading again from before its begin.
const HORIZON = {
  name: 'trail-horizon',
  text: `
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now), writing AS MATERIALIZED (
      SELECT min(xact_start) AS since FROM pg_stat_activity
      WHERE datname = current_database() AND usename = current_user AND backend_xid IS NOT NULL
    ), horizon AS (
      -- Both leave NULL out: without anybody writing only the margin counts.
      SELECT least(now - interval '50 ms', CASE WHEN since IS NOT NULL THEN greatest(since, now - interval '500 ms') END) AS until,
        since,
        coalesce(since < now - interval '50 ms', false) AS held
      FROM clock, writing
    )
    SELECT uuidv7_floor(until)::text AS until, uuidv7_floor(least(until, since))::text AS begin,
      uuidv7_floor(least(until - $1 * interval '1 millisecond', since))::text AS overlap, held
    FROM horizon`,
};

/**
 * Asks how far the trail can be read. What is read afterwards, in a statement of its own, is complete up to there.
 * @param overlapMs longer than any transaction takes
 * @throws UnavailableError
 */
export async function readHorizon(pool: pg.Pool, overlapMs: number): Promise<Horizon> {
  const { rows } = await mapDatabaseErrors(pool.query<Horizon>({ ...HORIZON, values: [overlapMs] }));
  const [horizon] = rows;
  if (horizon === undefined) throw new Error('The horizon of the trail has no row');
  return horizon;
}

/** Entries after one id and before another, in order; as many as asked for say that there are more. @throws UnavailableError */
export async function readTrail(
  pool: pg.Pool,
  after: string,
  before: string,
  limit: number,
): Promise<TrailEntry[]> {
  const { rows } = await mapDatabaseErrors(
    pool.query<TrailEntry>({
      name: 'trail',
      text: `
        SELECT id, at, action, session_id AS "sessionId", user_id AS "userId", detail->>'apiKeyId' AS "apiKeyId"
        FROM audit_event WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3`,
      values: [after, before, limit],
    }),
  );
  return rows;
}

/** What some entries say of sessions, in their order, whoever may see it. @throws UnavailableError */
export async function readSessionEvents(
  pool: pg.Pool,
  entries: readonly TrailEntry[],
): Promise<SessionEvent[]> {
  const changes = entries.flatMap(({ id, at, action, sessionId }) => {
    const type = sessionEventTypeOf(action);
    return type === null || sessionId === null ? [] : [{ id, at, type, sessionId }];
  });
  if (changes.length === 0) return [];
  const ids = [...new Set(changes.map(({ sessionId }) => sessionId))];
  const { rows } = await mapDatabaseErrors(
    pool.query<SessionRow & { externalUserId: string | null }>({
      name: 'trail-sessions',
      text: `
        SELECT ${sessionColumns}, u.external_id AS "externalUserId" FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id
        WHERE s.id = ANY($1::uuid[])`,
      values: [ids],
    }),
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return changes.flatMap(({ id, at, type, sessionId }) => {
    const row = found.get(sessionId);
    // Dropped by retention: there is no session to show any more.
    return row === undefined
      ? []
      : [{ id, at, type, session: toSession(row), externalUserId: row.externalUserId }];
  });
}

/** What the applications call some users, by id. @throws UnavailableError */
export async function readExternalIds(
  pool: pg.Pool,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (userIds.length === 0) return new Map();
  const { rows } = await mapDatabaseErrors(
    pool.query<{ id: string; external_id: string }>(
      'SELECT id, external_id FROM end_user WHERE id = ANY($1::uuid[]) AND external_id IS NOT NULL',
      [userIds],
    ),
  );
  return new Map(rows.map(({ id, external_id }) => [id, external_id]));
}

/** Whether a person is suspended now. @throws UnavailableError */
export async function isSuspended(pool: pg.Pool, externalId: string): Promise<boolean> {
  const { rows } = await mapDatabaseErrors(
    pool.query('SELECT FROM end_user WHERE external_id = $1 AND suspended_at IS NOT NULL', [externalId]),
  );
  return rows.length > 0;
}
