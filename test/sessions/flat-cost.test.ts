import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Visibility } from '../../src/authorization/visibility.ts';
import type { CursorPosition, Edge, Page } from '../../src/platform/database/page.ts';
import type { Instant } from '../../src/platform/validation/instant.ts';
import { listSessions } from '../../src/sessions/list-sessions.db.ts';
import type { SessionFilter } from '../../src/sessions/session-filter.ts';
import type { SessionOrder } from '../../src/sessions/session-order.ts';
import { listUsers } from '../../src/users/list-users.db.ts';
import type { UserOrder } from '../../src/users/user-order.ts';
import { useDatabase } from '../support/fixture.ts';
import {
  addSessions,
  BUSY,
  FREQUENT,
  fingerprintOf,
  LIVE_SHARE,
  OCCASIONAL,
  prepareLedger,
  QUIET,
  QUIET_SHARE,
  UNSETTLED_SHARE,
  userId,
} from './flat-ledger.ts';

// What a page costs must not depend on how much the ledger holds. The ledger grows tenfold in everything at once: in
// each month's sessions, in users, and in what is live, which is the hardest meaning that "grows" can have. A ledger
// that only gets older grows in what is over, one with more users in all of this.
const SMALL = 6000;
// FLAT_COST_SESSIONS=1000000 is the full form.
const LARGE = Number(process.env['FLAT_COST_SESSIONS'] ?? 60_000);
const LIMIT = 10;
/** Where page 5,000 begins. A listing that ends before it is read at its own end instead. */
const DEEP = 49_990;
const GROWTH = 4 / 3;
/** In a partition of a few pages PostgreSQL finds a row without an index, or without its upper level. */
const SLACK = 10;
/**
 * Who each session of a page is for is looked up, and each user of a page in two indexes, which may grow by a level, and in
 * a table's page where VACUUM could not mark it as seen by all.
 */
const LEVEL = LIMIT + 1;
/** A month without rows, before a listing's newest or after its last, costs two; the ledger has a year of them. */
const EMPTY_MONTHS = 24;
/** What is as bad at every size would be flat too. */
const MOST = 100 + 3 * LEVEL;
/** What an application with few sessions has that is live. */
const QUIET_LIVE = LARGE * LIVE_SHARE * QUIET_SHARE;
/** How many pages may be read beside, and why; nothing of it grows with what is over. */
const BESIDE: readonly (readonly [RegExp, number])[] = [
  // All that is live is newer than what expired last: at most what is issued within the longest lifetime of a secret.
  [/^EXPIRED sessions, CREATED_AT_DESC/, LARGE * LIVE_SHARE],
  // Read from one index, and told apart by the clock: what is on its way, and what was left there.
  [/^(PENDING|UNCONFIRMED|UNSETTLED) sessions/, LARGE * UNSETTLED_SHARE],
  // Read by their age: at most what is issued within the longest time that one can be exposed.
  [/^EXPOSED sessions/, LARGE * LIVE_SHARE],
  // The same five hours, of the year over which the ledger is spread: the 564 of a million that are read and left out are on 32
  // pages. No depth of an index makes up for that, so it is an allowance for these rows and for nothing else.
  [/^sessions that were exposed half a year ago or later, CREATED_AT_ASC/, (LARGE * 5) / (365 * 24)],
  // All that it has is read and sorted, because the index of expiry times has it among what all others have: its page, the page of
  // its user, and a look-up of each in an index of at most three levels.
  [/EXPIR\w+, seen by a quiet application/, QUIET_LIVE * 2 * 4],
  // Each user of the page is also looked up among its own sessions, and is there on a page of its own.
  [/^users, NEXT_EXPIRY_AT_ASC/, (LIMIT + 1) * 5],
];

/** A bucket of each of two keys in each of fourteen months; and the event. */
const MOST_FOR_A_SECRET = 2 * 14 + 30;

const EVERYTHING: Visibility = { reach: 'EVERYTHING' };
const VIEWERS: readonly (readonly [string, Visibility])[] = [
  ['', EVERYTHING],
  [', seen by an application', { reach: 'OWN_APPLICATION', applicationId: BUSY }],
  [', seen by a quiet application', { reach: 'OWN_APPLICATION', applicationId: QUIET }],
  [', seen by a frequent user', { reach: 'SELF', externalId: `user-${FREQUENT}` }],
  [', seen by an occasional user', { reach: 'SELF', externalId: `user-${OCCASIONAL}` }],
];

type Read = (pool: pg.Pool, page: Page) => Promise<Edge<unknown>[]>;
const sessions =
  (visibility: Visibility, filter: SessionFilter, order: SessionOrder): Read =>
  (pool, page) =>
    listSessions(pool, visibility, filter, order, page, 'full');
const users =
  (visibility: Visibility, order: UserOrder): Read =>
  (pool, page) =>
    listUsers(pool, visibility, {}, order, page);

function hoursFromNow(hours: number): Instant {
  return { date: new Date(Date.now() + hours * 3_600_000), microseconds: 0 };
}

const BOTH = ['CREATED_AT_DESC', 'CREATED_AT_ASC'] as const;
const STATUSES = ['PENDING', 'ACTIVE', 'EXPIRED', 'REVOKED', 'FAILED', 'UNCONFIRMED'] as const;
const FILTERS: readonly (readonly [string, SessionFilter])[] = [
  ['sessions of a frequent user', { userId: userId(FREQUENT) }],
  ['sessions of an occasional user', { userId: userId(OCCASIONAL) }],
  ['sessions of somebody by name', { externalUserId: `user-${FREQUENT}` }],
  ['sessions of an application', { applicationId: BUSY }],
  ['sessions of a quiet application', { applicationId: QUIET }],
  ['sessions of a model', { models: ['model-2'] }],
  ['sessions of two models', { models: ['model-1', 'model-2'] }],
  ['sessions of a rare model', { models: ['model-rare'] }],
  ['sessions of an unknown model', { models: ['model-unknown'] }],
  ['sessions by upstream id', { upstreamSessionId: 'sess_12' }],
  ['sessions with a common label', { labels: [{ key: 'channel', value: 'phone' }] }],
  ['sessions with a label that none has', { labels: [{ key: 'channel', value: 'letter' }] }],
  ['sessions with a common failure code', { failureCodes: ['common'] }],
  ['sessions with a rare failure code', { failureCodes: ['rare'] }],
  ['sessions with a failure code that none has', { failureCodes: ['upstream_redirected'] }],
  ['sessions with one of three failure codes', { failureCodes: ['rare', 'upstream_redirected', 'common'] }],
  ['FAILED sessions with a rare failure code', { statuses: ['FAILED'], failureCodes: ['rare'] }],
  ['UNSETTLED sessions by their failure code', { failureCodes: ['not_settled'] }],
  ['sessions that are exposed later than any can be', { exposedAfter: hoursFromNow(6) }],
  ['sessions that were exposed half a year ago or later', { exposedAfter: hoursFromNow(-4380) }],
  ['EXPOSED sessions, now', { exposedAfter: hoursFromNow(0) }],
  ['EXPOSED sessions, an hour from now', { exposedAfter: hoursFromNow(1) }],
  ['EXPOSED sessions, three hours from now', { exposedAfter: hoursFromNow(3) }],
  ...STATUSES.map((status) => [`${status} sessions`, { statuses: [status] }] as const),
];
const LISTINGS: readonly (readonly [string, Read])[] = [
  ...FILTERS.flatMap(([name, filter]) =>
    BOTH.map((order) => [`${name}, ${order}`, sessions(EVERYTHING, filter, order)] as const),
  ),
  ...VIEWERS.flatMap(([seen, viewer]) => [
    ...BOTH.map((order) => [`sessions, ${order}${seen}`, sessions(viewer, {}, order)] as const),
    [`sessions, EXPIRES_AT_ASC${seen}`, sessions(viewer, {}, 'EXPIRES_AT_ASC')] as const,
    [`users, LAST_SESSION_AT_DESC${seen}`, users(viewer, 'LAST_SESSION_AT_DESC')] as const,
    [`users, NEXT_EXPIRY_AT_ASC${seen}`, users(viewer, 'NEXT_EXPIRY_AT_ASC')] as const,
  ]),
];

const database = useDatabase();
const buffersWhenSmall = new Map<string, number>();
let pool: pg.Pool;

beforeAll(async () => {
  // A plain pool, whose query() gets what a gateway's own connections are sent message by message.
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
  await prepareLedger(database);
  await addSessions(database, SMALL);
  for (const [name, read] of LISTINGS)
    buffersWhenSmall.set(name, await costOf(await statementOf(read, null)));
  await addSessions(database, LARGE - SMALL);
}, 60_000 + LARGE);
afterAll(() => pool.end());

describe.each(LISTINGS)('%s', (name, read) => {
  it('costs as much in a large ledger as in a small one, at its start and deep inside', async () => {
    const beside = BESIDE.reduce((sum, [pattern, pages]) => sum + (pattern.test(name) ? pages : 0), 0);
    const small = buffersWhenSmall.get(name) ?? Number.NaN;
    const first = await statementOf(read, null);
    const large = await costOf(first);
    const boundary = await placeIn(first);
    const deep = boundary === null ? 0 : await costOf(await statementOf(read, boundary));
    expect(Math.max(small, large, deep)).toBeLessThanOrEqual(MOST + beside);
    const levels = name.startsWith('users') ? 3 * LEVEL : LEVEL;
    expect(large).toBeLessThanOrEqual(GROWTH * small + SLACK + levels + beside);
    expect(deep).toBeLessThanOrEqual(large + SLACK + EMPTY_MONTHS + beside);
  });
});

// Of one that is there, and of one that is not, each under two keys. Once before: the first one of a connection also plans.
it.each([
  ['is there', 4242],
  ['is not there', -1],
])('looking up a secret that %s reads each month by its index', async (_, n) => {
  const fingerprints = { old: '0'.repeat(64), k: fingerprintOf(n, LARGE - SMALL) };
  const by = { actor_kind: 'OPERATOR', actor_name: 'root' };
  const values = [JSON.stringify(fingerprints), null, JSON.stringify(by)];
  const text = 'SELECT id FROM identify_secret($1::jsonb, $2::uuid, $3::jsonb)';
  const { rows } = await pool.query(text, values);
  expect(rows).toHaveLength(n < 0 ? 0 : 1);
  expect(await buffersOf({ text, values }, 'auto')).toBeLessThanOrEqual(MOST_FOR_A_SECRET);
});

/** Unnamed, it is planned for its values each time; named, PostgreSQL may come to keep one plan for all values. */
const statement = z.object({
  name: z.string().optional(),
  text: z.string(),
  values: z.array(z.unknown()),
});
type Statement = z.infer<typeof statement>;

/** What the gateway sends to read a page. */
async function statementOf(read: Read, boundary: CursorPosition | null): Promise<Statement> {
  const query = vi.spyOn(pool, 'query');
  await read(pool, { limit: LIMIT, after: boundary, direction: 'forward' });
  const sent = query.mock.calls.map(([of]) => of);
  query.mockRestore();
  expect(sent).toHaveLength(1);
  return statement.parse(sent[0]);
}

/** How many buffers it reads, by the worst of the plans that PostgreSQL may choose. */
async function costOf(of: Statement): Promise<number> {
  const custom = await buffersOf(of, 'force_custom_plan');
  return of.name === undefined ? custom : Math.max(custom, await buffersOf(of, 'force_generic_plan'));
}

type Plan = { 'Shared Hit Blocks': number; 'Shared Read Blocks': number };

async function buffersOf({ text, values }: Statement, mode: string): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query(`SET plan_cache_mode = ${mode}`);
    await client.query(`PREPARE page AS ${text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE page (${values.map(literal).join(', ')})`,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    return (plan?.['Shared Hit Blocks'] ?? Number.NaN) + (plan?.['Shared Read Blocks'] ?? Number.NaN);
  } finally {
    await client.query('DEALLOCATE page; RESET plan_cache_mode');
    client.release();
  }
}

function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  return pg.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : String(value));
}

/** Where page 5,000 of a listing begins, or else its last page; null when all of it is on one page. */
async function placeIn({ text, values }: Statement): Promise<CursorPosition | null> {
  const unlimited = text.replaceAll(/ LIMIT \d+/g, '');
  const [last] = await database.query<{ id: string; sorted_by: string | null }>(
    `SELECT id, sorted_by FROM (
      SELECT row_number() OVER () AS place, id, sorted_by FROM (${unlimited}) AS listing) AS placed
    ORDER BY place DESC OFFSET ${LIMIT} LIMIT 1`,
    values.map((value) => (value === LIMIT + 1 ? DEEP + LIMIT : value)),
  );
  return last === undefined ? null : { id: last.id, sortedBy: last.sorted_by };
}
