import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { countSessions, listSessions } from '../../src/sessions/list-sessions.db.ts';
import { summaryColumns } from '../../src/sessions/session-row.db.ts';
import { listUsers } from '../../src/users/list-users.db.ts';
import { userColumns } from '../../src/users/user-row.db.ts';
import { useDatabase } from '../support/fixture.ts';

// The statements of some listings as PostgreSQL gets them: the finished text for a reader, and for a review what a change
// of one part does to the whole.

const database = useDatabase();
let pool: pg.Pool;

beforeAll(async () => {
  // A plain pool, whose query() gets what a gateway's own connections are sent message by message.
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await pool?.end();
});

const USER = '01930000-0000-7000-8000-00000000000a';
const APPLICATION = '01930000-0000-7000-8000-00000000000b';
const SESSION = '01930000-0000-7000-8000-00000000000c';
const FIRST_PAGE = { limit: 20, after: null, direction: 'forward' } as const;

const query = z.object({ name: z.string().optional(), text: z.string(), values: z.array(z.unknown()) });

/** The statement that a listing sends, a line for each condition. One with a name is prepared: its plan may be kept. */
async function statementOf(run: () => Promise<unknown>): Promise<string> {
  const sent = vi.spyOn(pool, 'query');
  await run();
  const { name, text, values } = query.parse(sent.mock.lastCall?.[0]);
  sent.mockRestore();
  const lines = text
    .replace(summaryColumns, '…')
    .replace(userColumns, '…')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/SELECT (s\.\w+(, )?)+ /g, 'SELECT … ')
    .replaceAll(/ (AND|UNION ALL|ORDER BY) /g, '\n$1 ');
  return `${name === undefined ? 'planned for' : 'prepared, with'} ${JSON.stringify(values)}\n${lines}`;
}

test("a user's sessions, seen by an application: prepared, because the range leads every plan to the user's index", async () => {
  const visibility = { reach: 'OWN_APPLICATION', applicationId: APPLICATION } as const;
  const list = () =>
    listSessions(pool, visibility, { userId: USER }, 'CREATED_AT_DESC', FIRST_PAGE, 'summary');
  expect(await statementOf(list)).toMatchInlineSnapshot(`
    "prepared, with ["01930000-0000-7000-8000-00000000000b","01930000-0000-7000-8000-00000000000a",21,"01930000-0000-7000-8000-00000000000a"]
    SELECT …, (SELECT u.external_id FROM end_user AS u WHERE u.id = $4::uuid) AS "externalUserId", NULL::text AS sorted_by FROM ((SELECT … FROM realtime_session AS s WHERE true
    AND s.application_id = $1::uuid
    AND s.user_id = $2::uuid
    AND s.user_id >= $2::uuid
    AND s.user_id <= $2::uuid
    AND true
    ORDER BY s.id DESC LIMIT $3)) AS s
    ORDER BY s.id DESC LIMIT $3"
  `);
});

test('UNCONFIRMED sessions after a cursor: planned for its values, and a SELECT for each of two indexes', async () => {
  const filter = { statuses: ['UNCONFIRMED'], models: ['gpt-realtime', 'gpt-realtime-mini'] } as const;
  const page = { limit: 20, after: { id: SESSION, sortedBy: null }, direction: 'forward' } as const;
  const list = () => listSessions(pool, { reach: 'EVERYTHING' }, filter, 'CREATED_AT_ASC', page, 'summary');
  expect(await statementOf(list)).toMatchInlineSnapshot(`
    "planned for [["gpt-realtime","gpt-realtime-mini"],"01930000-0000-7000-8000-00000000000c",21]
    SELECT …, (SELECT u.external_id FROM end_user AS u WHERE u.id = s.user_id) AS "externalUserId", NULL::text AS sorted_by FROM ((SELECT … FROM realtime_session AS s WHERE s.outcome = 'UNCONFIRMED'
    AND s.model = ANY($1::text[])
    AND s.id > $2::uuid
    ORDER BY s.id ASC LIMIT 101)
    UNION ALL (SELECT … FROM realtime_session AS s WHERE s.outcome IS NULL
    AND s.deadline <= now()
    AND s.model = ANY($1::text[])
    AND s.id > $2::uuid
    ORDER BY s.id ASC LIMIT 101)) AS s
    ORDER BY s.id ASC LIMIT $3"
  `);
});

test('a count of labelled sessions, up to a number', async () => {
  const filter = { labels: [{ key: 'team', value: 'red' }] };
  const count = () =>
    countSessions(pool, { reach: 'SELF', externalId: 'alice' }, filter, 'EXPIRES_AT_ASC', 1001);
  expect(await statementOf(count)).toMatchInlineSnapshot(`
    "planned for ["alice","[{\\"key\\":\\"team\\",\\"value\\":\\"red\\"}]",1001]
    SELECT count(*)::integer AS count FROM (SELECT FROM realtime_session AS s WHERE ((s.outcome = 'ISSUED'
    AND s.revoked_at IS NULL
    AND s.expires_at > now()
    AND s.expiry_announced_at IS NULL
    AND s.id >= uuidv7_floor(now() - interval '5 hours')))
    AND s.user_id = (SELECT id FROM end_user WHERE external_id = $1)
    AND s.labels @> $2::jsonb
    AND s.labels <> '[]' LIMIT $3) AS counted"
  `);
});

test('users by their next expiry: a page of sessions, each looked for among those of its user, and then the users', async () => {
  const list = () =>
    listUsers(pool, { reach: 'SELF', externalId: 'alice' }, {}, 'NEXT_EXPIRY_AT_ASC', FIRST_PAGE);
  expect(await statementOf(list)).toMatchInlineSnapshot(`
    "planned for ["alice","alice",21,21]
    SELECT …, CASE WHEN isfinite(u.sort_time) THEN (extract(epoch FROM u.sort_time) * 1000000)::bigint::text ELSE '-infinity' END AS sorted_by FROM (SELECT u.*, first.expires_at AS sort_time FROM ( SELECT … FROM realtime_session AS s WHERE true
    AND s.outcome = 'ISSUED'
    AND s.revoked_at IS NULL
    AND s.expires_at > now()
    AND s.expiry_announced_at IS NULL
    AND s.id >= uuidv7_floor(now() - interval '5 hours')
    AND s.user_id = (SELECT id FROM end_user WHERE external_id = $1)
    AND true
    AND true
    AND NOT EXISTS (SELECT FROM realtime_session AS e WHERE e.user_id = s.user_id
    AND e.outcome = 'ISSUED'
    AND num_nonnulls(e.revoked_at, e.expiry_announced_at) = 0
    AND e.expires_at > now()
    AND e.id >= (SELECT uuidv7_floor(now() - interval '5 hours'))
    AND e.user_id = (SELECT id FROM end_user WHERE external_id = $2)
    AND (e.expires_at, e.id) < (s.expires_at, s.id) OFFSET 0)
    ORDER BY s.expires_at ASC, s.user_id ASC LIMIT $3 ) AS first JOIN end_user AS u ON u.id = first.user_id) AS u
    ORDER BY u.sort_time ASC, u.id ASC LIMIT $4"
  `);
});

test('users with ACTIVE sessions, by their last: only recent ones are looked up, each by itself', async () => {
  const list = () =>
    listUsers(pool, { reach: 'EVERYTHING' }, { hasActiveSessions: true }, 'LAST_SESSION_AT_DESC', FIRST_PAGE);
  expect(await statementOf(list)).toMatchInlineSnapshot(`
    "planned for [21]
    SELECT …, CASE WHEN isfinite(u.sort_time) THEN (extract(epoch FROM u.sort_time) * 1000000)::bigint::text ELSE '-infinity' END AS sorted_by FROM (SELECT u.*, coalesce(u.last_session_at, '-infinity') AS sort_time FROM end_user AS u WHERE true
    AND coalesce(u.last_session_at, '-infinity') >= now() - interval '5 hours'
    AND true
    AND EXISTS ( SELECT FROM realtime_session AS s WHERE s.user_id = u.id
    AND s.outcome = 'ISSUED'
    AND s.revoked_at IS NULL
    AND s.expires_at > now()
    AND s.expiry_announced_at IS NULL
    AND s.id >= (SELECT uuidv7_floor(now() - interval '5 hours'))
    AND true OFFSET 0)
    AND true
    ORDER BY coalesce(u.last_session_at, '-infinity') DESC, u.id DESC LIMIT 101) AS u
    ORDER BY u.sort_time DESC, u.id DESC LIMIT $1"
  `);
});

test('users by their next expiry who have none: nothing is read', async () => {
  const list = () =>
    listUsers(pool, { reach: 'EVERYTHING' }, { hasActiveSessions: false }, 'NEXT_EXPIRY_AT_ASC', FIRST_PAGE);
  expect(await statementOf(list)).toMatch(/WHERE false\s+AND/);
});
