import type { TestDatabase } from './database.ts';

/** The session of a user of that name, which has one. */
export async function sessionOf(database: TestDatabase, externalId: string): Promise<string> {
  const [row] = await database.query<{ id: string }>(
    `SELECT s.id FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id WHERE u.external_id = $1`,
    [externalId],
  );
  if (row === undefined) throw new Error(`${externalId} has no session`);
  return row.id;
}

/** Repeats an issued session, n = 1, 2, …, each with the expiry that the SQL says, and an id of a minute before it. */
export async function repeatSession(
  database: TestDatabase,
  id: string,
  times: number,
  expiresAt: string,
): Promise<void> {
  const columns = await database.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'realtime_session'::regclass AND attnum > 0 AND NOT attisdropped
     ORDER BY attnum`,
  );
  const changed: Readonly<Record<string, string>> = {
    id: `uuidv7_at(e.expires_at - interval '1 minute')`,
    expires_at: 'e.expires_at',
    provider: `'repeated'`,
  };
  await database.query(
    `INSERT INTO realtime_session SELECT ${columns.map(({ name }) => changed[name] ?? `s.${name}`).join(', ')}
     FROM realtime_session AS s, (SELECT ${expiresAt} AS expires_at FROM generate_series(1, $2::int) AS n) AS e
     WHERE s.id = $1`,
    [id, times],
  );
}

/** What the trail has of the sessions that `repeatSession` made. */
export async function announcedOf(database: TestDatabase) {
  const [found] = await database.query<{
    events: number;
    sessions: number;
    /** By the order of the events' ids. */
    oldestFirst: boolean;
    neverEarly: boolean;
    withinTwoSeconds: boolean;
    written: boolean;
  }>(
    `SELECT count(*)::int AS events, count(DISTINCT session_id)::int AS sessions,
       coalesce(bool_and(expires_at >= before), true) AS "oldestFirst",
       bool_and(at >= expires_at) AS "neverEarly",
       bool_and(at < expires_at + interval '2 seconds') AS "withinTwoSeconds",
       bool_and(at = expiry_announced_at AND id = overlay(uuidv7_at(at)::text PLACING right(id::text, 17) FROM 20)::uuid) AS written
     FROM (
       SELECT e.*, s.expires_at, s.expiry_announced_at, lag(s.expires_at) OVER (ORDER BY e.id) AS before
       FROM audit_event AS e JOIN realtime_session AS s ON s.id = e.session_id
       WHERE e.action = 'session.expired' AND s.provider = 'repeated'
     ) AS expired`,
  );
  return found;
}
