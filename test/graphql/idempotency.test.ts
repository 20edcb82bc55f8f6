import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { purgeIdempotencyKeys } from '../../src/jobs/purge-idempotency-keys.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Behaviour, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { ROOT_KEY, startGateway, upstreamEnv } from '../support/gateway.ts';
import { ISSUE, issue, readUser, reinstateUser, setPolicy, suspendUser } from '../support/limits.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';

let database: TestDatabase;
let upstream: FakeUpstream;
let gateway: Replicas;

beforeAll(async () => {
  database = await createDatabase();
  upstream = await startFakeUpstream({ dialect: 'ga' });
  gateway = await startReplicas(database, upstreamEnv(upstream.baseUrl));
});

beforeEach(() => upstream.reset());

afterAll(async () => {
  await gateway?.close();
  await upstream?.stop();
  await database?.drop();
});

const ALREADY = 'SecretAlreadyIssuedError';
const SUCCESS = 'CreateRealtimeSessionSuccess';
const DIFFERENT = {
  __typename: 'IdempotencyConflictError',
  message: expect.any(String),
  reason: 'DIFFERENT_INPUT',
};
const IN_PROGRESS = { ...DIFFERENT, reason: 'IN_PROGRESS' };

test('a key mints once: repeating it tells of the session, and never again of the secret', async () => {
  const input = { externalUserId: 'alice', idempotencyKey: 'once', expiresAfterSeconds: 60 };
  const first = await issue(gateway, input);
  expect(first.__typename).toBe(SUCCESS);
  // Whichever replica is asked.
  for (const _ of [1, 2, 3]) {
    const repeated = await issue(gateway, input);
    expect(repeated).toEqual({
      __typename: ALREADY,
      message: expect.any(String),
      issuedSession: first.session,
    });
    expect(JSON.stringify(repeated)).not.toContain(first.clientSecret.value);
  }
  expect(upstream.calls).toHaveLength(1);
  expect(await sessionsOf('alice')).toHaveLength(1);
});

test('a key without a request before it is no promise: without one, each request mints', async () => {
  const answers = [
    await issue(gateway, { externalUserId: 'bea' }),
    await issue(gateway, { externalUserId: 'bea' }),
  ];
  expect(answers.map(({ __typename }) => __typename)).toEqual([SUCCESS, SUCCESS]);
  expect(upstream.calls).toHaveLength(2);
});

describe('fifty requests with one key at once, half of whose clients go away', () => {
  test.each([
    ['the one that mints among them', true],
    ['the one that mints not among them', false],
    ['the one that mints among them, again', true],
    ['the one that mints not among them, again', false],
  ])('%s', async (name, winnerLeaves) => {
    const externalUserId = name;
    const input = { externalUserId, idempotencyKey: 'fifty' };
    const left = Promise.withResolvers<void>();
    const arrived = upstream.nextCall();
    upstream.always({ kind: 'hold', until: left.promise });
    const clients = Array.from({ length: 50 }, (_, index) => ({
      name: `client-${index}`,
      connection: new AbortController(),
    }));
    const answers = clients.map((client) => send(input, client).catch(() => null));

    await arrived;
    // Reserved before upstream is asked, by one of them.
    const [requested] = await requestsOf(externalUserId);
    const winner = clients.find((client) => client.name === requested?.user_agent);
    const others = clients.filter((client) => client !== winner);
    for (const { connection } of others.slice(0, winnerLeaves ? 24 : 25)) connection.abort();
    if (winnerLeaves) winner?.connection.abort();
    left.resolve();

    const told = (await Promise.all(answers)).filter((answer) => answer !== null);
    await expect
      .poll(() => sessionsOf(externalUserId))
      .toEqual([{ id: expect.any(String), outcome: 'ISSUED' }]);
    expect(upstream.calls).toHaveLength(1);
    expect(await requestsOf(externalUserId)).toHaveLength(1);
    expect(told.length).toBeGreaterThanOrEqual(25);

    const successes = told.filter(({ __typename }) => __typename === SUCCESS);
    expect(successes.map(({ clientSecret }) => clientSecret.value)).toEqual(
      winnerLeaves ? [] : [upstream.minted[0]?.value],
    );
    const after = await issue(gateway, input);
    expect(after.__typename).toBe(ALREADY);
    for (const answer of told) expectConsistent(answer, after.issuedSession.id);
    expect(upstream.calls).toHaveLength(1);
  });
});

/** In progress, or of the one session. */
function expectConsistent(
  answer: { __typename: string; session?: { id: string }; issuedSession?: { id: string } },
  sessionId: string,
): void {
  const session = answer.session ?? answer.issuedSession;
  if (session === undefined) {
    expect(answer).toEqual(IN_PROGRESS);
  } else {
    expect([SUCCESS, ALREADY]).toContain(answer.__typename);
    expect(session.id).toBe(sessionId);
  }
}

describe('the same input', () => {
  const mcp = {
    serverLabel: 'crm',
    serverUrl: 'https://crm.example/mcp',
    authorization: 'token-of-alice-0001',
  };
  const parameters = { type: 'object', properties: { city: { type: 'string' }, day: {} } };
  const input = {
    externalUserId: 'carol',
    instructions: 'Be brief.',
    labels: [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ],
    tools: [{ mcp }, { function: { name: 'f', parameters } }],
    extra: { prompt: { id: 'pmpt_1', version: '2' } },
  };
  const tools = (server: object, schema: object = parameters) => [
    { mcp: { ...mcp, ...server } },
    { function: { name: 'f', parameters: schema } },
  ];

  test.each<[string, object]>([
    ['its fields in another order', Object.fromEntries(Object.entries(input).reverse())],
    [
      'nested fields in another order',
      {
        ...input,
        tools: [
          { mcp: Object.fromEntries(Object.entries(mcp).reverse()) },
          {
            function: {
              parameters: { properties: { day: {}, city: { type: 'string' } }, type: 'object' },
              name: 'f',
            },
          },
        ],
        extra: { prompt: { version: '2', id: 'pmpt_1' } },
      },
    ],
    ['null for what is not given', { ...input, voice: null, turnDetection: null, extra: input.extra }],
    [
      'null deep down for what is not given',
      { ...input, tools: tools({ headers: null, requireApproval: null }) },
    ],
  ])('is the same with %s', async (name, same) => {
    const first = await issue(gateway, { ...input, idempotencyKey: name.replaceAll(' ', '-') });
    expect(first.__typename).toBe(SUCCESS);
    const repeated = await issue(gateway, { ...same, idempotencyKey: name.replaceAll(' ', '-') });
    expect(repeated).toMatchObject({ __typename: ALREADY, issuedSession: { id: first.session.id } });
  });

  test.each<[string, object]>([
    ['another lifetime', { ...input, expiresAfterSeconds: 60 }],
    ['the default written out', { ...input, expiresAfterSeconds: 600 }],
    ['other instructions', { ...input, instructions: 'Be brief!' }],
    ['instructions left out', { ...input, instructions: null }],
    ['labels in another order', { ...input, labels: input.labels.toReversed() }],
    ['only another MCP authorization', { ...input, tools: tools({ authorization: 'token-of-alice-0002' }) }],
    ['one header more', { ...input, tools: tools({ headers: [{ name: 'X-A', value: 'b' }] }) }],
    [
      'a list where an object was, in JSON',
      { ...input, tools: tools({}, { ...parameters, properties: { city: { type: 'string' }, day: [] } }) },
    ],
    [
      'null where nothing was, in JSON',
      {
        ...input,
        tools: tools({}, { ...parameters, properties: { city: { type: 'string' }, day: { default: null } } }),
      },
    ],
    ['a null in extra, which switches off', { ...input, extra: { ...input.extra, tracing: null } }],
  ])('is another with %s', async (name, other) => {
    const idempotencyKey = name.replaceAll(' ', '-');
    expect(await issue(gateway, { ...input, idempotencyKey })).toMatchObject({ __typename: SUCCESS });
    const refused = await issue(gateway, { ...other, idempotencyKey });
    expect(refused).toEqual(DIFFERENT);
    // And the first input is still known.
    expect(await issue(gateway, { ...input, idempotencyKey })).toMatchObject({ __typename: ALREADY });
    expect(upstream.calls).toHaveLength(1);
  });
});

test("keys are each user's own", async () => {
  const idempotencyKey = 'shared';
  const one = await issue(gateway, { externalUserId: 'dan', idempotencyKey });
  const two = await issue(gateway, { externalUserId: 'dave', idempotencyKey });
  expect([one.__typename, two.__typename]).toEqual([SUCCESS, SUCCESS]);
  expect(one.session.id).not.toBe(two.session.id);
  const other = await issue(gateway, { externalUserId: 'dave', idempotencyKey: 'another' });
  expect(other.__typename).toBe(SUCCESS);
});

const refusal = (code: string) => ({ error: { message: 'no', type: 'x', code, param: null } });

describe('the first outcome is repeated as it was', () => {
  test.each<[string, Behaviour, object]>([
    [
      'refused',
      { kind: 'answer', status: 400, body: refusal('bad') },
      { status: 'FAILED', retryable: false },
    ],
    ['unauthorised', { kind: 'answer', status: 401 }, { status: 'FAILED', retryable: false }],
    [
      'rate limited',
      { kind: 'answer', status: 429, body: refusal('rate_limit_exceeded') },
      { status: 'FAILED', retryable: true },
    ],
    [
      'out of quota',
      { kind: 'answer', status: 429, body: refusal('insufficient_quota') },
      { status: 'FAILED', retryable: false },
    ],
    ['unavailable', { kind: 'answer', status: 503 }, { status: 'FAILED', retryable: true }],
    ['an error', { kind: 'answer', status: 500 }, { status: 'UNCONFIRMED', retryable: true }],
    ['cut off', { kind: 'resetInBody' }, { status: 'UNCONFIRMED', retryable: true }],
    ['no JSON', { kind: 'html' }, { status: 'UNCONFIRMED', retryable: true }],
  ])('%s', async (name, behaviour, { status, retryable }: { status?: string; retryable?: boolean }) => {
    const input = { externalUserId: `outcome ${name}`, idempotencyKey: 'k' };
    upstream.next(behaviour);
    const first = await issue(gateway, input);
    expect(first).toMatchObject({
      __typename: 'UpstreamError',
      retryable,
      possiblyIssued: status === 'UNCONFIRMED',
      session: { status },
    });
    expect(await issue(gateway, input)).toEqual(first);
    expect(await issue(gateway, input)).toEqual(first);
    expect(upstream.calls).toHaveLength(1);
  });

  test('also when the user was suspended, or its quota used up, since', async () => {
    const input = { externalUserId: 'erin', idempotencyKey: 'k' };
    const { session } = await issue(gateway, input);
    await setPolicy(gateway, { externalUserId: 'erin', maxMintsPerDay: 0, allowedModels: [] });
    await suspendUser(gateway, { externalUserId: 'erin' });
    expect(await issue(gateway, input)).toMatchObject({
      __typename: ALREADY,
      issuedSession: { id: session.id },
    });
  });
});

describe('refusals before anything is reserved are not remembered', () => {
  const cases: [string, (user: string) => Promise<unknown>, string, (user: string) => Promise<unknown>][] = [
    [
      'a quota',
      (externalUserId) => setPolicy(gateway, { externalUserId, maxMintsPerDay: 0 }),
      'QuotaExceededError',
      (externalUserId) => setPolicy(gateway, { externalUserId, maxMintsPerDay: null }),
    ],
    [
      'a policy',
      (externalUserId) => setPolicy(gateway, { externalUserId, allowedModels: [] }),
      'PolicyViolationError',
      (externalUserId) => setPolicy(gateway, { externalUserId, allowedModels: null }),
    ],
    [
      'a suspension',
      (externalUserId) => suspendUser(gateway, { externalUserId }),
      'UserSuspendedError',
      async (externalUserId) => reinstateUser(gateway, (await readUser(gateway, externalUserId)).id),
    ],
  ];

  test.each(cases)('%s', async (name, forbid, refused, allow) => {
    const input = { externalUserId: `not remembered: ${name}`, idempotencyKey: 'k' };
    await forbid(input.externalUserId);
    expect(await issue(gateway, input)).toMatchObject({ __typename: refused });
    expect(await issue(gateway, input)).toMatchObject({ __typename: refused });
    await allow(input.externalUserId);
    // Not even the input is: the key is as good as new.
    expect(await issue(gateway, { ...input, instructions: 'Be brief.' })).toMatchObject({
      __typename: SUCCESS,
    });
    expect(upstream.calls).toHaveLength(1);
  });

  test('an input that cannot be used', async () => {
    const input = { externalUserId: 'frank', idempotencyKey: 'k' };
    expect(await issue(gateway, { ...input, temperature: 0.8 })).toMatchObject({
      __typename: 'InvalidInputError',
    });
    expect(await issue(gateway, input)).toMatchObject({ __typename: SUCCESS });
  });
});

test('is in progress while upstream is asked, and unconfirmed once the deadline has passed', async () => {
  const input = { externalUserId: 'gina', idempotencyKey: 'k' };
  const released = Promise.withResolvers<void>();
  const arrived = upstream.nextCall();
  upstream.next({ kind: 'hold', until: released.promise });
  const first = issue(gateway, input);
  await arrived;
  expect(await issue(gateway, input)).toEqual(IN_PROGRESS);
  expect(await issue(gateway, { ...input, voice: 'marin' })).toEqual(DIFFERENT);

  await database.query(
    `UPDATE realtime_session SET deadline = now() WHERE user_id = (SELECT id FROM end_user WHERE external_id = 'gina')`,
  );
  const unconfirmed = {
    __typename: 'UpstreamError',
    retryable: true,
    possiblyIssued: true,
    session: { status: 'UNCONFIRMED', failure: { code: 'not_settled' } },
  };
  const repeated = await issue(gateway, input);
  expect(repeated).toMatchObject(unconfirmed);

  released.resolve();
  const answer = await first;
  expect(answer).toMatchObject({ __typename: 'UpstreamError', possiblyIssued: true });
  expect(answer.session.id).toBe(repeated.session.id);
  expect(await issue(gateway, input)).toMatchObject(unconfirmed);
  expect(upstream.calls).toHaveLength(1);
});

test('an input is still known after the fingerprint key was rotated, as long as the old one is kept', async () => {
  const [older, newer] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const input = { externalUserId: 'hans', idempotencyKey: 'before' };
  const under = async <T>(keys: string, work: (gateway: Pick<Replicas, 'ask'>) => Promise<T>): Promise<T> => {
    const env = { ...upstreamEnv(upstream.baseUrl), GATEHOUSE_FINGERPRINT_KEY: keys };
    const rotated = await startGateway(database, env);
    try {
      return await work(rotated);
    } finally {
      await rotated.close();
    }
  };
  const { session } = await under(older, (gateway) => issue(gateway, input));
  await under(`${newer},${older}`, async (gateway) => {
    expect(await issue(gateway, input)).toMatchObject({
      __typename: ALREADY,
      issuedSession: { id: session.id },
    });
    expect(await issue(gateway, { ...input, voice: 'marin' })).toEqual(DIFFERENT);
    expect(await issue(gateway, { ...input, idempotencyKey: 'after' })).toMatchObject({
      __typename: SUCCESS,
    });
  });
  await under(newer, async (gateway) => {
    // What was remembered under the new key is known by it alone; what cannot be compared is not taken for the same.
    expect(await issue(gateway, { ...input, idempotencyKey: 'after' })).toMatchObject({
      __typename: ALREADY,
    });
    expect(await issue(gateway, input)).toEqual(DIFFERENT);
  });
  expect(upstream.calls).toHaveLength(2);
});

test('keys are forgotten after 25 hours, in short batches, and then mint anew', async () => {
  const pool = createPool({ url: database.url, size: 1, timeoutMs: 10_000, onError: () => {} });
  const input = { externalUserId: 'ines', idempotencyKey: 'k' };
  const age = (interval: string) =>
    database.query(
      `UPDATE idempotency_key SET created_at = now() - $1::interval WHERE user_id =
      (SELECT id FROM end_user WHERE external_id = 'ines')`,
      [interval],
    );
  try {
    const first = await issue(gateway, input);
    await age('24 hours 59 minutes');
    await purgeIdempotencyKeys(pool);
    expect(await issue(gateway, input)).toMatchObject({ __typename: ALREADY });

    await age('25 hours 1 second');
    await database.query(
      `INSERT INTO idempotency_key
       SELECT gen_random_uuid(), 'operator:root', 'old', 'hash', 'key', gen_random_uuid(), now() - interval '26 hours'
       FROM generate_series(1, 2499)`,
    );
    const query = vi.spyOn(pool, 'query');
    await purgeIdempotencyKeys(pool);
    // A thousand each; the last one finds fewer.
    expect(query).toHaveBeenCalledTimes(3);
    expect(
      await database.query(`SELECT FROM idempotency_key WHERE created_at < now() - interval '25 hours'`),
    ).toEqual([]);
    expect((await database.query('SELECT FROM idempotency_key')).length).toBeGreaterThan(0);

    const second = await issue(gateway, input);
    expect(second.__typename).toBe(SUCCESS);
    expect(second.session.id).not.toBe(first.session.id);
    expect(await issue(gateway, input)).toMatchObject({
      __typename: ALREADY,
      issuedSession: { id: second.session.id },
    });
  } finally {
    await pool.end();
  }
});

test.each([
  ['empty', ''],
  ['256 characters', 'k'.repeat(256)],
  ['a space', 'a key'],
  ['not ASCII', 'schlüssel'],
  ['a control character', 'key\n'],
])('a key must be 1 to 255 visible ASCII characters: %s', async (_, idempotencyKey) => {
  expect(await issue(gateway, { externalUserId: 'jan', idempotencyKey })).toEqual({
    __typename: 'InvalidInputError',
    message: expect.any(String),
    issues: [{ path: ['idempotencyKey'], message: 'must be 1 to 255 visible ASCII characters' }],
  });
  expect(upstream.calls).toEqual([]);
});

test.each([
  ['one character', '!'],
  ['255 of all kinds', Array.from({ length: 255 }, (_, n) => String.fromCharCode(0x21 + (n % 94))).join('')],
])('a key may be %s', async (_, idempotencyKey) => {
  const input = { externalUserId: 'jan', idempotencyKey };
  expect(await issue(gateway, input)).toMatchObject({ __typename: SUCCESS });
  expect(await issue(gateway, input)).toMatchObject({ __typename: ALREADY });
});

test('what is kept of the input is a keyed hash', async () => {
  const authorization = 'canary-of-the-mcp-server-0123456789';
  await issue(gateway, {
    externalUserId: 'kim',
    idempotencyKey: 'k',
    tools: [{ mcp: { serverLabel: 'crm', serverUrl: 'https://crm.example/mcp', authorization } }],
  });
  const rows = await database.query<Record<string, string>>(
    `SELECT k.* FROM idempotency_key AS k JOIN end_user AS u ON u.id = k.user_id WHERE u.external_id = 'kim'`,
  );
  expect(rows).toEqual([
    {
      user_id: expect.any(String),
      caller: 'operator:root',
      key: 'k',
      input_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      input_hash_key_id: expect.stringMatching(/^[0-9a-f]{8}$/),
      session_id: expect.any(String),
      created_at: expect.any(Date),
    },
  ]);
  expect(JSON.stringify(rows)).not.toContain('canary');

  // Keyed: the same input of the same user under another key is not recognisable.
  const other = await startGateway(database, upstreamEnv(upstream.baseUrl));
  await issue(other, { externalUserId: 'lea', idempotencyKey: 'k' });
  await other.close();
  await issue(gateway, { externalUserId: 'lea', idempotencyKey: 'l' });
  const [one, two] = await database.query<{ input_hash: string }>(
    `SELECT input_hash FROM idempotency_key AS k JOIN end_user AS u ON u.id = k.user_id WHERE u.external_id = 'lea'`,
  );
  expect(one?.input_hash).not.toBe(two?.input_hash);
});

function sessionsOf(externalUserId: string) {
  return database.query<{ id: string; outcome: string | null }>(
    `SELECT s.id, s.outcome FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id WHERE u.external_id = $1`,
    [externalUserId],
  );
}

function requestsOf(externalUserId: string) {
  return database.query<{ user_agent: string }>(
    `SELECT user_agent FROM audit_event AS e JOIN end_user AS u ON u.id = e.user_id
     WHERE u.external_id = $1 AND action = 'session.requested'`,
    [externalUserId],
  );
}

/** Asks over a connection of its own, which can be cut, under a name that the trail will have. */
async function send(input: object, client: { name: string; connection: AbortController }) {
  const response = await fetch(gateway.nextUrl(), {
    method: 'POST',
    signal: client.connection.signal,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${ROOT_KEY}`,
      'user-agent': client.name,
    },
    body: JSON.stringify({ query: ISSUE, variables: { input } }),
  });
  const { data } = JSON.parse(await response.text());
  return data.createRealtimeSession;
}
