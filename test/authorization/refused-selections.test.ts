import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';

// What a caller may not read in the result of a change is refused before the change is made.

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));
let application: string;
let headers: Record<string, string>;

beforeAll(async () => {
  application = (await createApplication(gateway, 'shop')).application.id;
  headers = await keyWith(['SESSIONS_CREATE', 'SESSIONS_REVOKE', 'USAGE_READ'], 'OWN_APPLICATION');
});
beforeEach(() => upstream.reset());

async function keyWith(scopes: readonly string[], reach: string): Promise<Record<string, string>> {
  return bearer((await createKey(gateway, application, { scopes, reach })).value);
}

const mint = (result: string, fragments = '') => {
  const variables = ['yes', 'no'].filter((name) => result.includes(`$${name}`));
  const declared = variables.map((name) => `, $${name}: Boolean = ${name === 'yes'}`).join('');
  return `mutation ($input: CreateRealtimeSessionInput!${declared}) { createRealtimeSession(input: $input) { __typename ${result} } } ${fragments}`;
};
const SECRET = '... on CreateRealtimeSessionSuccess { clientSecret { value } }';
const inSession = (fields: string) =>
  `${SECRET} ... on CreateRealtimeSessionSuccess { session { ${fields} } }`;

async function counted(): Promise<{ sessions: number; users: number; keys: number }> {
  const [row] = await database.query<{ sessions: number; users: number; keys: number }>(
    `SELECT (SELECT count(*)::int FROM realtime_session) AS sessions, (SELECT count(*)::int FROM end_user) AS users,
       (SELECT count(*)::int FROM api_key) AS keys`,
  );
  if (row === undefined) throw new Error('Nothing was counted');
  return row;
}

describe('nothing is reserved and nothing is minted when a field of the result is not allowed', () => {
  const RECORD =
    'fragment Record on RealtimeSession { user { ...Person } } fragment Person on User { suspendedAt }';
  test.each<[string, string, readonly [string, readonly string[]][]]>([
    ['a field', mint(inSession('user { createdAt }')), [['User.createdAt', ['USERS_READ']]]],
    ['an alias', mint(inSession('person: user { at: createdAt }')), [['User.createdAt', ['USERS_READ']]]],
    ['fragments', mint(inSession('...Record'), RECORD), [['User.suspendedAt', ['USERS_READ']]]],
    [
      'an inline fragment on an interface',
      mint(inSession('... on Node { ... on RealtimeSession { auditEvents { nodes { id } } } }')),
      [['RealtimeSession.auditEvents', ['AUDIT_READ']]],
    ],
    [
      'a member that another outcome has',
      mint(`${SECRET} ... on UpstreamError { session { application { createdAt } } }`),
      [['Application.createdAt', ['APPLICATIONS_WRITE', 'EVERYTHING']]],
    ],
    [
      '@include and @skip',
      mint(inSession('user @include(if: $yes) { createdAt @skip(if: $no) }')),
      [['User.createdAt', ['USERS_READ']]],
    ],
    [
      'several',
      mint(
        inSession(
          'a: user { createdAt } b: user { createdAt policy { maxTtlSeconds } } auditEvents { nodes { id } }',
        ),
      ),
      [
        ['User.createdAt', ['USERS_READ']],
        ['User.policy', ['USERS_READ']],
        ['RealtimeSession.auditEvents', ['AUDIT_READ']],
      ],
    ],
  ])('%s', async (_, document, refused) => {
    const before = await counted();
    const answer = await gateway.ask(
      document,
      { input: { externalUserId: 'alice', idempotencyKey: 'k' } },
      headers,
    );
    expect(answer.status).toBe(403);
    expect(answer.body.data ?? null).toBeNull();
    expect(
      answer.body.errors.map(({ message, extensions }: { message: string; extensions: object }) => [
        message,
        extensions,
      ]),
    ).toEqual(
      refused.map(([, needs]) => [
        'Your credential does not allow this.',
        { code: 'FORBIDDEN', requestId: expect.any(String), needs },
      ]),
    );
    expect(await counted()).toEqual(before);
    expect(upstream.calls).toEqual([]);
    const trail = await database.query('SELECT action, detail FROM audit_event WHERE request_id = $1', [
      answer.body.errors[0].extensions.requestId,
    ]);
    expect(trail).toEqual([{ action: 'access.denied', detail: { fields: refused.map(([field]) => field) } }]);
  });

  test.each([
    ['what it may read', inSession('id usage { reported } user { externalId } application { name }')],
    [
      'what is not included',
      inSession('user { id createdAt @include(if: $no) } auditEvents @skip(if: $yes) { nodes { id } }'),
    ],
    ['what is in a fragment that is not spread', `${SECRET} ... @include(if: $no) { ...Shut }`],
  ])('a session is issued with a selection of %s', async (_, selection) => {
    const fragments = selection.includes('...Shut')
      ? 'fragment Shut on CreateRealtimeSessionSuccess { session { user { createdAt } } }'
      : '';
    const { body } = await gateway.ask(
      mint(selection, fragments),
      { input: { externalUserId: 'alice' } },
      headers,
    );
    expect(body.errors).toBeUndefined();
    expect(body.data.createRealtimeSession.clientSecret.value).toMatch(/^ek_/);
  });

  test.each([
    ['first: 101', 'first must be from 0 to 100'],
    ['first: $size', 'first must be from 0 to 100'],
    ['last: -1', 'last must be from 0 to 100'],
  ])('or a page of it is too large: %s', async (page, message) => {
    const before = await counted();
    const reader = await keyWith(['SESSIONS_CREATE', 'SESSIONS_READ'], 'OWN_APPLICATION');
    const document = mint(inSession(`user { sessions(${page}) { nodes { id } } }`));
    const declared = page.includes('$size')
      ? document.replace('$input', '$size: Int = 500, $input')
      : document;
    const { status, body } = await gateway.ask(declared, { input: { externalUserId: 'alice' } }, reader);
    expect([status, body.data]).toEqual([400, undefined]);
    expect(body.errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
    expect({ ...(await counted()), keys: before.keys }).toEqual(before);
    expect(upstream.calls).toEqual([]);
  });

  test('a caller that may not mint at all is told that, and nothing of the result', async () => {
    const reader = await keyWith(['SESSIONS_READ'], 'OWN_APPLICATION');
    const { body } = await gateway.ask(
      mint(inSession('user { createdAt }')),
      { input: { externalUserId: 'a' } },
      reader,
    );
    expect(body).toMatchObject({ data: null, errors: [{ extensions: { needs: ['SESSIONS_CREATE'] } }] });
    expect(body.errors).toHaveLength(1);
  });
});

test('a session is not revoked when it cannot be read afterwards', async () => {
  const { body } = await gateway.ask(mint(inSession('id')), { input: { externalUserId: 'alice' } }, headers);
  const { id } = body.data.createRealtimeSession.session;
  const revoke = await gateway.ask(
    'mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id }) { ... on RevokeRealtimeSessionSuccess { session { id } } } }',
    { id },
    headers,
  );
  expect(revoke.body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', needs: ['SESSIONS_READ'] } }]);
  const [session] = await database.query(
    'SELECT count(*)::int AS n FROM realtime_session WHERE revoked_at IS NOT NULL',
  );
  expect(session).toEqual({ n: 0 });
});

describe('a refusal says what is lacking', () => {
  test.each<[string, readonly string[], string, string, readonly string[] | undefined]>([
    ['a scope', [], 'EVERYTHING', '{ users { nodes { id } } }', ['USERS_READ']],
    [
      'a scope, by id',
      [],
      'EVERYTHING',
      '{ node(id: "QXBpS2V5OjAxODkwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA==") { id } }',
      ['APPLICATIONS_WRITE'],
    ],
    ['reach', ['AUDIT_READ'], 'OWN_APPLICATION', '{ applications { id } }', ['EVERYTHING']],
    [
      'both',
      ['SESSIONS_CREATE'],
      'OWN_APPLICATION',
      '{ applications { id } }',
      ['SESSIONS_READ', 'EVERYTHING'],
    ],
    [
      'what it takes to write',
      ['USERS_READ'],
      'EVERYTHING',
      '{ applications { apiKeys { id } } }',
      ['APPLICATIONS_WRITE'],
    ],
    [
      'the lesser of two ways',
      ['USERS_READ'],
      'EVERYTHING',
      '{ applications { policyOverrides { maxTtlSeconds } } }',
      ['POLICIES_WRITE'],
    ],
    [
      'reach, for a limit of a user',
      ['POLICIES_WRITE'],
      'OWN_APPLICATION',
      'mutation { setPolicy(input: { externalUserId: "alice", maxTtlSeconds: 60 }) { __typename } }',
      ['EVERYTHING'],
    ],
    [
      'what a correction needs',
      ['USAGE_WRITE'],
      'OWN_APPLICATION',
      'mutation { reportUsage(input: { sessionId: "x", responseId: "r", replaces: true, usage: {} }) { __typename } }',
      ['EVERYTHING'],
    ],
  ])('%s', async (_, scopes, reach, document, needs) => {
    const { body } = await gateway.ask(document, {}, await keyWith(scopes, reach));
    expect(
      new Set(
        body.errors.map(({ extensions }: { extensions: { needs: unknown } }) =>
          JSON.stringify(extensions.needs),
        ),
      ),
    ).toEqual(new Set([JSON.stringify(needs)]));
  });

  test.each(['{ applications { id } }', '{ users { nodes { id } } }', mint(inSession('user { createdAt }'))])(
    'but not to somebody without a credential: %s',
    async (document) => {
      const { status, body } = await gateway.ask(
        document,
        { input: { externalUserId: 'a' } },
        bearer('nonsense'),
      );
      expect(status).toBe(401);
      expect(JSON.stringify(body)).not.toContain('needs');
    },
  );
});

test.each(['SESSIONS_READ', 'USAGE_READ', 'AUDIT_READ', 'USERS_READ'])(
  'the names of applications are read with %s and reach EVERYTHING',
  async (scope) => {
    const ask = async (document: string, reach: string) =>
      (await gateway.ask(document, {}, await keyWith([scope], reach))).body;
    expect(await ask('{ applications { name } }', 'EVERYTHING')).toMatchObject({
      data: { applications: [{ name: 'default' }, { name: 'shop' }] },
    });
    expect((await ask('{ applications { id } }', 'OWN_APPLICATION')).errors).toHaveLength(1);
  },
);

test('a selection is refused also when somebody else was answered the same document', async () => {
  const query = mint(inSession('user { createdAt }'));
  const input = { externalUserId: 'alice' };
  for (const _ of Array(3))
    expect((await gateway.ask(query, { input })).body.data.createRealtimeSession.session).not.toBeNull();
  const before = await counted();
  const { body } = await gateway.ask(query, { input }, headers);
  expect(body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', needs: ['USERS_READ'] } }]);
  expect(await counted()).toEqual(before);
});
