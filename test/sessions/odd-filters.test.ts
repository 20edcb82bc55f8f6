import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { CREATE } from '../support/documents.ts';
import { fewestStatements } from '../support/fewest-statements.ts';
import { useDatabase, useGateway, useProxy } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';

const database = useDatabase();
const proxy = useProxy(database);
const gateway = useGateway(proxy);
/** Newest first. */
let ids: readonly string[];

const LABELS = [{ key: 'say "hi"', value: `it's {"a": [1]} \\` }];

beforeAll(async () => {
  const made: string[] = [];
  for (const externalUserId of ['alice', 'bob', 'alice']) {
    const { body } = await gateway.ask(CREATE, { input: { externalUserId, labels: LABELS } });
    made.unshift(body.data.createRealtimeSession.session.id);
  }
  ids = made;
});

const SESSIONS = /* GraphQL */ `
  query ($filter: RealtimeSessionFilter, $order: RealtimeSessionOrder) {
    listing: realtimeSessions(filter: $filter, orderBy: $order) { totalCount nodes { id } }
    user(externalId: "alice") { listing: sessions(filter: $filter) { totalCount nodes { id } } }
  }
`;
const USERS = /* GraphQL */ `
  query ($filter: UserFilter, $order: UserOrder) {
    listing: users(filter: $filter, orderBy: $order) { totalCount nodes { externalId } }
  }
`;
const NONE = { totalCount: 0, nodes: [] };
const encode = (text: string) => Buffer.from(text).toString('base64');
const UNKNOWN = '01890000-0000-7000-8000-000000000000';
const ODD_TEXTS = ['', '\0', 'a\0', '\ud800', 'x\udfff', '%', "'; --", 'x'.repeat(10_000)];
const ODD_IDS = [
  ...ODD_TEXTS,
  'nonsense',
  encode('User:nonsense'),
  encode(`User:${UNKNOWN}`),
  encode(`Application:${UNKNOWN}`),
  encode(`RealtimeSession:${UNKNOWN}`),
  encode(`User:${UNKNOWN.toUpperCase()}x`),
];

const NOTHING: readonly object[] = [
  ...ODD_IDS.flatMap((id) => [{ userId: id }, { applicationId: id }]),
  ...ODD_TEXTS.flatMap((text) => [
    { externalUserId: text },
    { upstreamSessionId: text },
    { models: [text] },
    { providers: [text] },
    { labels: [{ key: text, value: 'x' }] },
    { labels: [{ key: 'x', value: text }] },
  ]),
  { statuses: [] },
  { types: [] },
  { models: [] },
  { providers: [] },
  { failureCodes: [] },
  { failureCodes: ['upstream_timeout', 'not_settled'] },
  { failureCodes: ['upstream_timeout'], statuses: ['ACTIVE'] },
  { exposedAfter: '9999-12-31T23:59:59.999Z' },
  { models: Array.from({ length: 1000 }, (_, n) => `model-${n}`) },
  { statuses: ['EXPIRED'], expiresBefore: '9999-12-31T23:59:59.999Z' },
  { statuses: ['FAILED', 'PENDING'] },
  { createdFrom: '2026-11-22T00:00:00Z', createdTo: '2026-11-21T00:00:00Z' },
  { createdFrom: '9999-12-31T23:59:59.999Z' },
  { createdTo: '0001-01-01T00:00:00Z' },
  { createdTo: '0000-01-01T00:00:00Z' },
  { createdTo: '1969-12-31T23:59:59.999Z' },
  { expiresBefore: '0001-01-01T00:00:00Z' },
  { expiresBefore: '0000-01-01T00:00:00Z' },
  { labels: [{ key: 'say "hi"', value: 'it' }] },
];

const ALL: readonly object[] = [
  {},
  Object.fromEntries(
    'userId externalUserId applicationId upstreamSessionId statuses types models providers createdFrom createdTo expiresBefore failureCodes exposedAfter labels'
      .split(' ')
      .map((name) => [name, null]),
  ),
  { createdFrom: '0001-01-01T00:00:00Z', createdTo: '9999-12-31T23:59:59.999Z' },
  { createdFrom: '0000-01-01T00:00:00Z' },
  { expiresBefore: '9999-12-31T23:59:59.999Z' },
  { exposedAfter: '0000-01-01T00:00:00Z' },
  { exposedAfter: new Date().toISOString() },
  { labels: [] },
  { labels: LABELS },
  { labels: [...LABELS, ...LABELS] },
  { statuses: ['ACTIVE', 'ACTIVE', 'UNCONFIRMED'] },
];

const ORDERS = ['CREATED_AT_DESC', 'CREATED_AT_ASC', 'EXPIRES_AT_ASC'];
/** By name; each in another order than the one before. */
const name = (filter: object, n: number) =>
  [JSON.stringify(filter).slice(0, 90), filter, ORDERS[n % ORDERS.length]] as const;

test.each(NOTHING.map(name))('no session fits %s', async (_, filter, order) => {
  const { status, body } = await gateway.ask(SESSIONS, { filter, order });
  expect({ status, body }).toEqual({
    status: 200,
    body: { data: { listing: NONE, user: { listing: NONE } } },
  });
});

test.each(ALL.map(name))('every session fits %s', async (_, filter) => {
  for (const order of ORDERS) {
    const { body } = await gateway.ask(SESSIONS, { filter, order });
    expect(body.errors).toBeUndefined();
    expect(body.data.listing.totalCount).toBe(3);
    expect(body.data.listing.nodes.map(({ id }: { id: string }) => id)).toEqual(
      order === 'CREATED_AT_DESC' ? ids : ids.toReversed(),
    );
    expect(body.data.user.listing.nodes).toEqual([{ id: ids[0] }, { id: ids[2] }]);
  }
});

test('a failure code that does not exist is refused with those that do', async () => {
  for (const code of ['upstream_timeuot', '', '\0', 'toString']) {
    const { body } = await gateway.ask(SESSIONS, { filter: { failureCodes: ['upstream_timeout', code] } });
    expect(body.errors[0]).toMatchObject({
      message: expect.stringMatching(
        /^filter\.failureCodes can have upstream_unreachable, .*, not_settled\b/,
      ),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(JSON.stringify(body)).not.toContain('timeuot');
  }
});

test.each(['\0', 'a\0', '\ud800', 'a%', '_', 'alice\\', '%', 'x'.repeat(10_000)])(
  'nobody is called %j',
  async (externalIdPrefix) => {
    for (const order of ['LAST_SESSION_AT_DESC', 'NEXT_EXPIRY_AT_ASC', 'CREATED_AT_DESC']) {
      const { body } = await gateway.ask(USERS, { filter: { externalIdPrefix }, order });
      expect(body).toEqual({ data: { listing: NONE } });
    }
  },
);

test.each<[string, string[]]>([
  ['an empty list', []],
  ['texts that PostgreSQL cannot store', ['\0', 'alice\0']],
  ['other names, and patterns', ['Alice', 'alice ', 'a%', '', 'x'.repeat(10_000)]],
])('nobody is found by externalIds: %s', async (_, externalIds) => {
  for (const order of ['LAST_SESSION_AT_DESC', 'NEXT_EXPIRY_AT_ASC', 'CREATED_AT_DESC']) {
    const { body } = await gateway.ask(USERS, { filter: { externalIds }, order });
    expect(body).toEqual({ data: { listing: NONE } });
  }
});

test('users are found by externalIds in the order of the listing, each once', async () => {
  const externalIds = ['bob', 'nobody', 'alice', 'bob', '\0', ...Array.from({ length: 95 }, String)];
  for (const [order, names] of [
    ['LAST_SESSION_AT_DESC', ['alice', 'bob']],
    ['CREATED_AT_DESC', ['bob', 'alice']],
    ['NEXT_EXPIRY_AT_ASC', ['alice', 'bob']],
  ] as const) {
    const { body } = await gateway.ask(USERS, { filter: { externalIds }, order });
    const nodes = names.map((externalId) => ({ externalId }));
    expect(body).toEqual({ data: { listing: { totalCount: 2, nodes } } });
  }
  const { body } = await gateway.ask(USERS, { filter: { externalIds: [...externalIds, 'one more'] } });
  expect(body.errors[0]).toMatchObject({
    message: 'filter.externalIds must be at most 100',
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

test.each([
  null,
  {},
  { externalIdPrefix: null, externalIds: null, suspended: null, hasActiveSessions: null },
])('everybody fits %j', async (filter) => {
  const { body } = await gateway.ask(USERS, { filter });
  expect(body.data.listing).toEqual({
    totalCount: 2,
    nodes: [{ externalId: 'alice' }, { externalId: 'bob' }],
  });
});

describe('totalCount', () => {
  const COUNT =
    'query ($upTo: Int) { realtimeSessions { totalCount(upTo: $upTo) } users { totalCount(upTo: $upTo) } }';

  test.each([
    [null, 3, 2],
    [0, 0, 0],
    [1, 1, 1],
    [2, 2, 2],
    [1_000_000, 3, 2],
  ])('up to %s is %s of three and %s of two', async (upTo, sessions, users) => {
    const { body } = await gateway.ask(COUNT, { upTo });
    expect(body).toEqual({
      data: { realtimeSessions: { totalCount: sessions }, users: { totalCount: users } },
    });
  });

  test.each([-1, -2_147_483_648, 1_000_001, 2_147_483_647])('up to %s is refused', async (upTo) => {
    const { status, body } = await gateway.ask(COUNT, { upTo });
    expect(status).toBe(200);
    expect(body.data).toEqual({ realtimeSessions: { totalCount: null }, users: { totalCount: null } });
    for (const error of body.errors) expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('is a statement of its own, and only when it is asked for', async () => {
    const ask = (selection: string) => () => gateway.ask(`{ ${selection} }`);
    expect(await fewestStatements(proxy, ask('realtimeSessions { nodes { id } }'))).toBe(1);
    expect(await fewestStatements(proxy, ask('realtimeSessions { nodes { id } totalCount }'))).toBe(2);
    expect(
      await fewestStatements(proxy, ask('realtimeSessions { nodes { id usage { totalTokens } } }')),
    ).toBe(2);
    expect(await fewestStatements(proxy, ask('users { nodes { id } }'))).toBe(1);
    expect(await fewestStatements(proxy, ask('users { nodes { id } totalCount }'))).toBe(2);
  });

  test('gives up after as long as a statement may take, and the page is there', async () => {
    const patient = await startGateway(database, { GATEHOUSE_DATABASE_TIMEOUT_MS: '1000' });
    const blocker = new pg.Client({ connectionString: database.superuserUrl });
    await blocker.connect();
    try {
      const { body: first } = await patient.ask('{ realtimeSessions(first: 1) { pageInfo { endCursor } } }');
      const { endCursor } = first.data.realtimeSessions.pageInfo;
      // A page that ends at a cursor looks into no older month, and its count into all.
      await database.query(`SELECT create_partitions(now() - interval '3 months', now())`);
      const [{ partition } = { partition: '' }] = await database.query<{ partition: string }>(
        `SELECT min(inhrelid::regclass::text) AS partition FROM pg_inherits WHERE inhparent = 'realtime_session'::regclass`,
      );
      await blocker.query(`BEGIN; LOCK TABLE ${partition}`);
      const { status, body } = await patient.ask(
        'query ($before: String) { realtimeSessions(last: 5, before: $before) { totalCount nodes { id } pageInfo { hasNextPage } } }',
        { before: endCursor },
      );
      expect(status).toBe(200);
      expect(body).toMatchObject({
        data: { realtimeSessions: { totalCount: null, nodes: [], pageInfo: { hasNextPage: true } } },
        errors: [
          {
            message: 'Counting took too long. Ask for totalCount(upTo: …), or narrow the filter.',
            path: ['realtimeSessions', 'totalCount'],
            extensions: { code: 'SERVICE_UNAVAILABLE' },
          },
        ],
      });
    } finally {
      await blocker.end();
      await patient.close();
    }
  });
});

test('a page of 100 costs as many statements as one of 3, whatever is shown of each', async () => {
  const sessions = (first: number) => () =>
    gateway.ask(
      `{ realtimeSessions(first: ${first}) { nodes { id user { externalId activeSessionCount nextExpiryAt } application { name } } } }`,
    );
  const users = (first: number) => () =>
    gateway.ask(`{ users(first: ${first}) { nodes { id activeSessionCount nextExpiryAt lastSessionAt } } }`);
  expect(await fewestStatements(proxy, sessions(3))).toBe(3);
  expect(await fewestStatements(proxy, users(3))).toBe(1);
  await Promise.all(
    Array.from({ length: 100 }, (_, n) => gateway.ask(CREATE, { input: { externalUserId: `user-${n}` } })),
  );
  const [ofSessions, ofUsers] = [(await sessions(100)()).body, (await users(100)()).body];
  expect(ofSessions.data.realtimeSessions.nodes).toHaveLength(100);
  expect(ofUsers.data.users.nodes).toHaveLength(100);
  expect(await fewestStatements(proxy, sessions(100))).toBe(3);
  expect(await fewestStatements(proxy, users(100))).toBe(1);
});
