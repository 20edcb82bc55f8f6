import type pg from 'pg';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { query, statement } from '../platform/database/statement.ts';
import { SESSION_FIELDS, type SessionRow, sessionColumns, toSession } from '../sessions/session-row.db.ts';
import { type SessionEvent, sessionEventTypeOf } from './session-event.ts';
import type { Horizon, TrailEntry, TrailPage, TrailReader } from './trail.ts';

// How many entries are read, and held in memory, at a time.
const PAGE = 1000;

/** @param overlapMs longer than any transaction takes */
export function createTrailReader(pool: pg.Pool, overlapMs: number): TrailReader {
  return {
    readHorizon: () => readHorizon(pool, overlapMs),
    readPage: (after, before) => readPage(pool, after, before),
    readSessionEvents: (entries) => readSessionEvents(pool, entries),
    readExternalIds: (userIds) => readExternalIds(pool, userIds),
    isSuspended: (externalUserId) => isSuspended(pool, externalUserId),
  };
}

// An entry gets its time, and with it its id, before its transaction commits, so entries appear out of order. Entries
// from before the start of the oldest transaction that has written something are in order, because whatever that one
// writes is later than its start. A transaction counts as writing only once it has written: the margin of 50 ms covers
// the time between reading the clock and writing. A transaction that stays open holds the horizon back for 500 ms at
// most; its entries then appear late, and are found by reading again from before its start.
const HORIZON = statement<Horizon>()({
  name: 'trail-horizon',
  columns: ['until', 'begin', 'overlap', 'held'],
  text: `
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now), writing AS MATERIALIZED (
      SELECT min(xact_start) AS since FROM pg_stat_activity
      WHERE datname = current_database() AND usename = current_user AND backend_xid IS NOT NULL
    ), horizon AS (
      -- least and greatest ignore NULL: if nobody is writing, only the margin counts.
      SELECT least(now - interval '50 ms', CASE WHEN since IS NOT NULL THEN greatest(since, now - interval '500 ms') END) AS until,
        since,
        coalesce(since < now - interval '50 ms', false) AS held
      FROM clock, writing
    )
    SELECT uuidv7_floor(until)::text AS until, uuidv7_floor(least(until, since))::text AS begin,
      uuidv7_floor(least(until - $1 * interval '1 millisecond', since))::text AS overlap, held
    FROM horizon`,
});

async function readHorizon(pool: pg.Pool, overlapMs: number): Promise<Horizon> {
  const [horizon] = await query(pool, HORIZON, [overlapMs]);
  if (horizon === undefined) throw new Error('The horizon of the trail has no row');
  return horizon;
}

const ENTRIES = statement<TrailEntry>()({
  name: 'trail',
  columns: ['id', 'at', 'action', 'sessionId', 'userId', 'apiKeyId'],
  text: `
    SELECT id, at, action, session_id AS "sessionId", user_id AS "userId", detail->>'apiKeyId' AS "apiKeyId"
    FROM audit_event WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3`,
});

async function readPage(pool: pg.Pool, after: string, before: string): Promise<TrailPage> {
  const entries = await query(pool, ENTRIES, [after, before, PAGE]);
  return { entries, next: entries.length < PAGE ? null : (entries.at(-1)?.id ?? null) };
}

type ChangedSessionRow = Omit<SessionRow, 'upstreamConfig' | 'externalUserId'> & {
  externalUserId: string | null;
};

const SESSIONS = statement<ChangedSessionRow>()({
  name: 'trail-sessions',
  columns: [...SESSION_FIELDS, 'externalUserId'],
  text: `
    SELECT ${sessionColumns}, u.external_id AS "externalUserId" FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id
    WHERE s.id = ANY($1::uuid[])`,
});

/** The changes to sessions among entries, in the same order, whoever may see them. @throws UnavailableError */
export async function readSessionEvents(
  pool: pg.Pool,
  entries: readonly TrailEntry[],
): Promise<SessionEvent[]> {
  const changes = entries.flatMap(({ id, at, action, sessionId }) => {
    const type = sessionEventTypeOf(action);
    return type === null || sessionId === null ? [] : [{ id, at, type, sessionId }];
  });
  if (changes.length === 0) return [];
  const sessionIds = [...new Set(changes.map(({ sessionId }) => sessionId))];
  const rows = await query(pool, SESSIONS, [sessionIds]);
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  return changes.flatMap(({ id, at, type, sessionId }) => {
    const row = rowsById.get(sessionId);
    // Retention has dropped the session, so there is none to show.
    if (row === undefined) return [];
    return [{ id, at, type, session: toSession(row), externalUserId: row.externalUserId }];
  });
}

async function readExternalIds(
  pool: pg.Pool,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (userIds.length === 0) return new Map();
  const { rows } = await mapDatabaseErrors(() =>
    pool.query<{ id: string; external_id: string }>(
      'SELECT id, external_id FROM end_user WHERE id = ANY($1::uuid[]) AND external_id IS NOT NULL',
      [userIds],
    ),
  );
  return new Map(rows.map(({ id, external_id }) => [id, external_id]));
}

async function isSuspended(pool: pg.Pool, externalUserId: string): Promise<boolean> {
  const { rows } = await mapDatabaseErrors(() =>
    pool.query('SELECT FROM end_user WHERE external_id = $1 AND suspended_at IS NOT NULL', [externalUserId]),
  );
  return rows.length > 0;
}
