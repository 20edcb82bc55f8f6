import { beforeAll, describe, expect, test } from 'vitest';
import { CREATE } from '../support/documents.ts';
import { fewestStatements } from '../support/fewest-statements.ts';
import { useDatabase, useGateway, useProxy } from '../support/fixture.ts';

const database = useDatabase();
const proxy = useProxy(database);
const gateway = useGateway(proxy);
/** Oldest first. */
const ids: string[] = [];

beforeAll(async () => {
  for (let n = 0; n < 7; n += 1) {
    const { body } = await gateway.ask(CREATE, { input: { externalUserId: n % 2 === 0 ? 'alice' : 'bob' } });
    ids.push(body.data.createRealtimeSession.session.id);
  }
});

const LIST = /* GraphQL */ `
  query ($first: Int, $after: String, $last: Int, $before: String) {
    realtimeSessions(first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { id } }
      nodes { id }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

async function list(variables: Record<string, unknown>) {
  const { body } = await gateway.ask(LIST, variables);
  const { edges, nodes, pageInfo } = body.data.realtimeSessions;
  expect(nodes).toEqual(edges.map(({ node }: { node: unknown }) => node));
  return { ids: nodes.map(({ id }: { id: string }) => id), pageInfo };
}

const newest = (from: number, to: number) => ids.toReversed().slice(from, to);

describe('realtimeSessions', () => {
  test('reads newest first, page by page, to the end', async () => {
    const first = await list({ first: 3 });
    expect(first.ids).toEqual(newest(0, 3));
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await list({ first: 3, after: first.pageInfo.endCursor });
    expect(second.ids).toEqual(newest(3, 6));
    const third = await list({ first: 3, after: second.pageInfo.endCursor });
    expect(third.ids).toEqual(newest(6, 7));
    expect(third.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const beyond = await list({ first: 3, after: third.pageInfo.endCursor });
    expect(beyond).toMatchObject({
      ids: [],
      pageInfo: { hasNextPage: false, startCursor: null, endCursor: null },
    });
  });

  test('reads backwards, in the same order', async () => {
    const last = await list({ last: 3 });
    expect(last.ids).toEqual(newest(4, 7));
    expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const before = await list({ last: 3, before: last.pageInfo.startCursor });
    expect(before.ids).toEqual(newest(1, 4));
    expect(before.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    expect((await list({ last: 3, before: before.pageInfo.startCursor })).pageInfo).toMatchObject({
      hasPreviousPage: false,
    });
  });

  test('is 20 long by default and 100 at most', async () => {
    expect((await list({})).ids).toHaveLength(7);
    expect((await list({ first: 100 })).ids).toHaveLength(7);
    expect((await list({ first: 0 })).ids).toEqual([]);
    for (const args of [{ first: 101 }, { last: 101 }, { first: -1 }]) {
      const { body } = await gateway.ask(LIST, args);
      expect(body.errors[0]).toMatchObject({
        message: expect.stringContaining(`${Object.keys(args)[0]} must be from 0 to 100`),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });

  test.each([
    [{ first: 1, last: 1 }, 'first'],
    [{ first: 1, before: 'x' }, 'first'],
    [{ last: 1, after: 'x' }, 'after'],
    [{ after: 'nonsense' }, 'after'],
    [{ before: Buffer.from('realtimeSessions/CREATED_AT_DESC:x').toString('base64url') }, 'before'],
  ])('refuses %o, naming %s', async (args, name) => {
    const { body } = await gateway.ask(LIST, args);
    expect(body.errors[0]).toMatchObject({
      message: expect.stringMatching(new RegExp(`^${name} `)),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test('refuses the cursor of another listing', async () => {
    const trail = await gateway.ask(
      'query ($id: ID!) { realtimeSession(id: $id) { auditEvents(first: 1) { pageInfo { endCursor hasNextPage } } } }',
      { id: ids[0] },
    );
    const { endCursor, hasNextPage } = trail.body.data.realtimeSession.auditEvents.pageInfo;
    expect(hasNextPage).toBe(true);
    const { body } = await gateway.ask(LIST, { after: endCursor });
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  const NODES = 'nodes { id user { externalId } application { name } }';

  test.each([
    ['a page with its users and its applications', `{ realtimeSessions(first: 7) { ${NODES} } }`],
    ['a page in the order of expiry', `{ realtimeSessions(orderBy: EXPIRES_AT_ASC) { ${NODES} } }`],
    ['users with what is counted of their sessions', '{ users { nodes { id activeSessionCount } } }'],
  ])('asks the ledger once for %s', async (_what, query) => {
    expect(await fewestStatements(proxy, () => gateway.ask(query))).toBe(1);
  });
});

test('a mint takes two round trips to the ledger', async () => {
  const mint = () => gateway.ask(CREATE, { input: { externalUserId: 'carol' } });
  expect(await fewestStatements(proxy, mint)).toBe(2);
});

describe('node and nodes', () => {
  const NODES = '{ nodes(ids: $ids) { __typename id } }';

  test('find every kind of record by its id', async () => {
    const { body } = await gateway.ask(
      'query ($id: ID!) { realtimeSession(id: $id) { id user { id } application { id } auditEvents { nodes { id } } } }',
      { id: ids[0] },
    );
    const session = body.data.realtimeSession;
    const wanted = [
      ['RealtimeSession', session.id],
      ['User', session.user.id],
      ['Application', session.application.id],
      ['AuditEvent', session.auditEvents.nodes[0].id],
    ];
    const found = await gateway.ask(`query ($ids: [ID!]!) ${NODES}`, { ids: wanted.map(([, id]) => id) });
    expect(found.body.data.nodes).toEqual(wanted.map(([__typename, id]) => ({ __typename, id })));
    const one = await gateway.ask('query ($id: ID!) { node(id: $id) { __typename } }', {
      id: session.user.id,
    });
    expect(one.body.data.node).toEqual({ __typename: 'User' });
  });

  test('answer null alike for what is malformed, of another type or unknown', async () => {
    const encode = (value: string) => Buffer.from(value).toString('base64');
    const unknown = '01890000-0000-7000-8000-000000000000';
    const strange = [
      '',
      'nonsense',
      encode('RealtimeSession:nonsense'),
      encode(`RealtimeSession:${unknown}`),
      encode(`User:${unknown}`),
      encode(`Viewer:${unknown}`),
      encode(`RealtimeSession:${unknown}'; --`),
      `${ids[0]} `,
    ];
    const { body } = await gateway.ask(`query ($ids: [ID!]!) ${NODES}`, { ids: strange });
    expect(body).toEqual({ data: { nodes: strange.map(() => null) } });
    for (const id of [...strange, encode(`User:${unknown}`)]) {
      const one = await gateway.ask(
        'query ($id: ID!) { node(id: $id) { id } realtimeSession(id: $id) { id } user(id: $id) { id } }',
        { id },
      );
      expect(one.body).toEqual({ data: { node: null, realtimeSession: null, user: null } });
    }
  });

  test('are refused beyond 100', async () => {
    const { body } = await gateway.ask(`query ($ids: [ID!]!) ${NODES}`, { ids: Array(101).fill(ids[0]) });
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('user', () => {
  test('is found by id and by external id', async () => {
    const { body } = await gateway.ask('{ user(externalId: "alice") { id externalId createdAt } }');
    expect(body.data.user).toMatchObject({ externalId: 'alice' });
    const again = await gateway.ask('query ($id: ID!) { user(id: $id) { id externalId createdAt } }', {
      id: body.data.user.id,
    });
    expect(again.body).toEqual(body);
    expect((await gateway.ask('{ user(externalId: "nobody") { id } }')).body).toEqual({
      data: { user: null },
    });
  });

  test.each(['{ user { id } }', '{ user(id: "x", externalId: "alice") { id } }'])(
    '%s is refused',
    async (query) => {
      const { body } = await gateway.ask(query);
      expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    },
  );
});

test('viewer says who the root key is', async () => {
  const { body } = await gateway.ask('{ viewer { kind name reach scopes } }');
  expect(body.data.viewer).toEqual({
    kind: 'OPERATOR',
    name: 'root',
    reach: 'EVERYTHING',
    scopes: expect.arrayContaining(['SESSIONS_CREATE', 'AUDIT_READ', 'APPLICATIONS_WRITE']),
  });
});

test('a session reads EXPIRED by the clock alone', async () => {
  await database.query(
    `UPDATE realtime_session SET expires_at = now() - interval '1 second'
     WHERE id = (SELECT id FROM realtime_session ORDER BY id LIMIT 1)`,
  );
  const { body } = await gateway.ask(
    'query ($id: ID!) { realtimeSession(id: $id) { status clientSecret { isExpired expiresInSeconds } } }',
    { id: ids[0] },
  );
  expect(body.data.realtimeSession).toEqual({
    status: 'EXPIRED',
    clientSecret: { isExpired: true, expiresInSeconds: 0 },
  });
});

test('logs one line a request: what was asked, how it went, how long it took, by whom', async () => {
  gateway.logLines.length = 0;
  const { headers } = await gateway.ask('query NameOfTheClient { viewer { name } }');
  await expect.poll(() => gateway.logLines.length).toBe(1);
  expect(JSON.parse(gateway.logLines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.any(String),
    msg: 'request',
    requestId: headers.get('x-request-id'),
    operation: 'query viewer',
    outcome: 'OK',
    status: 200,
    durationMs: expect.any(Number),
    actor: 'operator:root',
  });
});
