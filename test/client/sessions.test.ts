import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type CreateSessionResult,
  createGatehouse,
  GatehouseError,
  secretOf,
} from '../../client/src/index.ts';
import { readSession } from '../support/ask.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { clientOf, useFaultyProxy } from './fixture.ts';

const database = useDatabase();
const gateway = useGateway(database);
const proxy = useFaultyProxy(gateway);

beforeEach(() => {
  proxy.faults.length = 0;
  proxy.requests.length = 0;
});

const countSessions = async (externalUserId: string) => {
  let count = 0;
  for await (const _ of clientOf(gateway).sessions({ filter: { externalUserId } })) count += 1;
  return count;
};
const keysSent = () => proxy.requests.map(({ variables }) => variables.input.idempotencyKey);
const errorOf = async (promise: Promise<unknown>): Promise<GatehouseError> => {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  if (!(error instanceof GatehouseError)) throw new Error(`No GatehouseError: ${String(error)}`);
  return error;
};

test('mints, and the secret is the one that the record has the fingerprint of', async () => {
  const client = clientOf(gateway);
  const result = await client.createSession({ externalUserId: 'mint' });
  const secret = secretOf(result).reveal();
  expect(secret).toMatch(/^ek_/);
  const found = await client.identifyClientSecret(secret);
  if (found.__typename !== 'IdentifyClientSecretSuccess') throw new Error(found.__typename);
  expect(await client.session(found.session.id)).toMatchObject({
    status: 'ACTIVE',
    user: { externalId: 'mint' },
  });
  expect(await client.session('unknown')).toBeNull();
});

test('a secret and a credential are nowhere in what is printed, serialised, spread or cloned', async () => {
  const client = clientOf(gateway);
  const result = await client.createSession({ externalUserId: 'print' });
  const secret = secretOf(result);
  const value = secret.reveal();
  const printed: string[] = [];
  const print = (...parts: unknown[]) => void printed.push(parts.map(String).join(' '));
  print(
    inspect(result, { depth: 9, showHidden: true }),
    inspect(secret, { customInspect: false, showHidden: true }),
  );
  print(JSON.stringify(result), String(secret), `${secret}`, secret);
  print(inspect({ ...secret }), inspect(Object.entries(secret)), inspect(structuredClone(secret)));
  print(inspect(Object.getOwnPropertyDescriptors(secret)), inspect(client, { depth: 9, showHidden: true }));
  print(
    inspect(await errorOf(clientOf({ url: 'http://127.0.0.1:1/' }, { maxAttempts: 1 }).viewer()), {
      depth: 9,
    }),
  );
  expect(printed.join('\n')).not.toContain(value);
  expect(printed.join('\n')).not.toContain(ROOT_KEY);
  expect(JSON.stringify(result)).toContain('"value":"[redacted]"');
});

test('a credential that no header can have is not in the error', async () => {
  const client = createGatehouse({ url: gateway.url, auth: 'gh_canary\nof-two-lines' });
  const error = await errorOf(client.viewer());
  expect(error.code).toBe('UNAUTHENTICATED');
  expect(inspect(error, { depth: 9 })).not.toContain('canary');
});

test.each(['/graphql', 'http://user:canary@127.0.0.1/graphql', 'http://'])(
  'an address that cannot be asked (%s) is refused at once, and not repeated',
  (url) => {
    expect(() => createGatehouse({ url, auth: 'gh_key' })).toThrow(/^The url of the gateway/);
  },
);

test('half of an answer that arrives as if it were whole is not quoted in the error', async () => {
  proxy.faults.push({
    status: 200,
    body: '{"data":{"createRealtimeSession":{"clientSecret":{"value":"ek_canary',
  });
  const error = await errorOf(clientOf(proxy).createSession({ externalUserId: 'torn' }));
  expect(error).toMatchObject({ code: 'MALFORMED_ANSWER' });
  expect(inspect(error, { depth: 9 })).not.toContain('canary');
});

describe('an attempt that fails', () => {
  test.each([
    ['before the gateway hears of it', 'cut before'],
    ['with 503', { status: 503 }],
    ['with 502 of a proxy', { status: 502, body: '<h1>Bad Gateway</h1>' }],
    ['with 504', { status: 504, body: '' }],
    ['with 429', { status: 429, headers: { 'retry-after': '0' } }],
  ] as const)('%s is repeated with the same key, and one session comes of it', async (name, fault) => {
    proxy.faults.push(fault);
    const result = await clientOf(proxy).createSession({ externalUserId: name });
    expect(result.__typename).toBe('CreateRealtimeSessionSuccess');
    expect(new Set(keysSent()).size).toBe(1);
    expect(keysSent()).toHaveLength(2);
    expect(await countSessions(name)).toBe(1);
  });

  test.each(['cut half-way', 'swallow'] as const)(
    'after the gateway minted (%s) mints nothing more, and says so',
    async (fault) => {
      proxy.faults.push(fault);
      const client = clientOf(proxy, { timeoutMs: 1000 });
      const result = await client.createSession({ externalUserId: fault });
      expect(result).toMatchObject({ __typename: 'SecretAlreadyIssuedError', session: { status: 'ACTIVE' } });
      expect(() => secretOf(result)).toThrow(GatehouseError);
      expect(await countSessions(fault)).toBe(1);
    },
  );

  test('is not repeated more often than allowed', async () => {
    proxy.faults.push({ status: 503 }, { status: 503 }, { status: 503 });
    const error = await errorOf(clientOf(proxy, { maxAttempts: 2 }).viewer());
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(proxy.requests).toHaveLength(2);
  });

  test.each([
    ['500', { status: 500 }, 'INTERNAL_SERVER_ERROR'],
    ['a redirect', { status: 307, headers: { location: 'https://elsewhere.invalid/' } }, 'MALFORMED_ANSWER'],
    ['a page', { status: 200, body: '<!doctype html>' }, 'MALFORMED_ANSWER'],
    [
      '429 that asks to wait for an hour',
      { status: 429, headers: { 'retry-after': '3600' } },
      'RATE_LIMITED',
    ],
  ] as const)('with %s is not repeated', async (_, fault, code) => {
    proxy.faults.push(fault);
    const error = await errorOf(clientOf(proxy).viewer());
    expect(error.code).toBe(code);
    expect(proxy.requests).toHaveLength(1);
    if (code === 'RATE_LIMITED') expect(error.retryAt?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  });

  test('with 429 waits as long as it asks', async () => {
    proxy.faults.push({ status: 429, headers: { 'retry-after': '1' } });
    const start = performance.now();
    await clientOf(proxy).viewer();
    expect(performance.now() - start).toBeGreaterThan(900);
  });

  test('is not repeated when that could do it twice, unless nothing was done', async () => {
    const client = clientOf(proxy);
    proxy.faults.push('cut half-way');
    expect(await errorOf(client.createApplication({ name: 'once' }))).toMatchObject({ code: 'NETWORK' });
    expect(proxy.requests).toHaveLength(1);
    proxy.faults.push({ status: 429, headers: { 'retry-after': '0' } });
    const { __typename } = await client.createApplication({ name: 'limited' });
    expect(__typename).toBe('CreateApplicationSuccess');
  });

  test('of a mutation of one’s own is repeated only if it is said to be idempotent', async () => {
    const client = clientOf(proxy);
    const mutation = 'mutation { revokeRealtimeSession(input: { id: "none" }) { __typename } }';
    proxy.faults.push('cut half-way');
    expect(await errorOf(client.request(mutation))).toMatchObject({ code: 'NETWORK' });
    proxy.faults.push('cut half-way');
    await client.request(mutation, {}, { idempotent: true });
    proxy.faults.push('cut half-way');
    await client.request('{ viewer { kind } }');
    expect(proxy.requests).toHaveLength(5);
  });
});

test('while the first attempt is being minted, a repeated one waits for its outcome', async () => {
  const client = clientOf(proxy);
  const reason = {
    data: { createRealtimeSession: { __typename: 'IdempotencyConflictError', reason: 'IN_PROGRESS' } },
  };
  const conflict = { status: 200, body: JSON.stringify(reason) };
  proxy.faults.push(conflict, conflict);
  const { __typename } = await client.createSession(
    { externalUserId: 'progress' },
    { idempotencyKey: 'mine' },
  );
  expect(__typename).toBe('CreateRealtimeSessionSuccess');
  expect(keysSent()).toEqual(['mine', 'mine', 'mine']);
});

test('a repeated user action is another session, and its key another', async () => {
  const client = clientOf(proxy);
  await client.createSession({ externalUserId: 'twice' });
  await client.createSession({ externalUserId: 'twice' });
  expect(new Set(keysSent()).size).toBe(2);
  expect(await countSessions('twice')).toBe(2);
});

describe('a refusal', () => {
  test('that is expected is a result', async () => {
    const client = clientOf(gateway);
    const overrides = await client.setPolicy({ externalUserId: 'refused', maxMintsPerDay: 0 });
    expect(overrides).toMatchObject({ __typename: 'SetPolicySuccess', overrides: { maxMintsPerDay: 0 } });
    const result = await client.createSession({ externalUserId: 'refused' });
    expect(result).toMatchObject({ __typename: 'QuotaExceededError', quota: 'MINTS_PER_DAY', limit: 0 });
    const invalid = await client.createSession({ externalUserId: '', expiresAfterSeconds: 1 });
    expect(invalid.__typename).toBe('InvalidInputError');
    expect(() => secretOf(invalid)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  test('that is not expected is thrown, with its code and the id of the request', async () => {
    const error = await errorOf(createGatehouse({ url: gateway.url, auth: 'gh_nobody' }).viewer());
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', requestId: expect.any(String) });
    const bad = await errorOf(clientOf(gateway).request('{ nothing }'));
    expect(bad.code).toBe('BAD_USER_INPUT');
  });

  test('of a kind that this version does not know is passed on', async () => {
    const result = { __typename: 'ModeratedError', message: 'Not today.' };
    proxy.faults.push({ status: 200, body: JSON.stringify({ data: { createRealtimeSession: result } }) });
    const answer = await clientOf(proxy).createSession({ externalUserId: 'future' });
    expect(answer).toEqual(result);
    expect(() => secretOf(answer)).toThrow('Not today.');
    expect(describeResult(answer)).toBe('Not today.');
  });

  test('beside a secret does not take it away', async () => {
    const data = {
      createRealtimeSession: {
        __typename: 'CreateRealtimeSessionSuccess',
        clientSecret: { value: 'ek_beside', expiresAt: '2026-01-01T00:00:00.000Z' },
        session: null,
      },
    };
    const errors = [{ message: 'Forbidden', extensions: { code: 'FORBIDDEN', needs: ['SESSIONS_READ'] } }];
    proxy.faults.push({ status: 200, body: JSON.stringify({ data, errors }) });
    expect(secretOf(await clientOf(proxy).createSession({ externalUserId: 'beside' })).reveal()).toBe(
      'ek_beside',
    );
  });
});

describe('a signal', () => {
  const reason = new Error('enough');

  test.each([
    ['before', undefined],
    ['in the middle of an attempt', 'swallow'],
    ['while it waits for the next one', { status: 429, headers: { 'retry-after': '20' } }],
  ] as const)('ends a request %s, and its reason is thrown', async (_, fault) => {
    const controller = new AbortController();
    if (fault === undefined) controller.abort(reason);
    else proxy.faults.push(fault);
    const asked = clientOf(proxy).viewer({ signal: controller.signal });
    const ended = expect(asked).rejects.toBe(reason);
    if (fault !== undefined) await expect.poll(() => proxy.requests.length).toBe(1);
    controller.abort(reason);
    await ended;
  });

  test('ends a credential that does not come', async () => {
    const controller = new AbortController();
    const asked = clientOf(gateway, { auth: () => new Promise(() => {}) }).viewer({
      signal: controller.signal,
    });
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });

  test('is not needed for an end: an attempt has a time', async () => {
    proxy.faults.push('swallow', 'swallow');
    const error = await errorOf(clientOf(proxy, { timeoutMs: 100, maxAttempts: 2 }).viewer());
    expect(error.code).toBe('TIMEOUT');
    expect(proxy.requests).toHaveLength(2);
  });
});

test('the credential is asked for with each attempt', async () => {
  const credentials = ['gh_first', ROOT_KEY];
  proxy.faults.push({ status: 503 });
  const viewer = await clientOf(proxy, { auth: async () => credentials.shift() ?? '' }).viewer();
  expect(viewer.kind).toBe('OPERATOR');
});

test('pages are read as far as they are wanted', async () => {
  const client = clientOf(proxy);
  for (let index = 0; index < 5; index += 1) await client.createSession({ externalUserId: 'paged' });
  proxy.requests.length = 0;
  const listing = client.sessions({
    filter: { externalUserId: 'paged' },
    orderBy: 'CREATED_AT_ASC',
    pageSize: 2,
  });
  const sizes: number[] = [];
  const ids: string[] = [];
  for await (const page of listing.pages()) sizes.push(page.length);
  expect(sizes).toEqual([2, 2, 1]);
  proxy.requests.length = 0;
  for await (const { id } of listing) {
    ids.push(id);
    if (ids.length === 3) break;
  }
  expect(new Set(ids).size).toBe(3);
  expect(proxy.requests).toHaveLength(2);
});

test('every other method asks what the gateway answers', async () => {
  const client = clientOf(gateway);
  const created = await client.createSession({ externalUserId: 'all' });
  if (created.__typename !== 'CreateRealtimeSessionSuccess' || !created.session)
    throw new Error('no session');
  const { id } = created.session;
  const usage = { total_tokens: 3, input_tokens: 1, output_tokens: 2 };
  expect(await client.reportUsage({ sessionId: id, responseId: 'resp_1', usage })).toMatchObject({
    __typename: 'ReportUsageSuccess',
    alreadyReported: false,
  });
  const day = {
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const report = await client.usage({ filter: day, groupBy: ['USER'], orderBy: 'TOKENS_DESC' });
  const counted = await client.statistics({ filter: day, groupBy: ['USER'], orderBy: 'REQUESTED_DESC' });
  expect(counted.rows.find(({ user }) => user?.externalId === 'all')?.counts).toMatchObject({
    requested: 1,
    issued: 1,
  });
  expect(await client.gateway()).toMatchObject({ providers: [{ name: 'sandbox', isDefault: true }] });
  expect(report.rows.find(({ user }) => user?.externalId === 'all')?.totals.totalTokens).toBe(3);
  expect(await client.revokeSession({ id, reason: 'done' })).toMatchObject({
    session: { status: 'REVOKED' },
  });
  await client.setPolicy({ externalUserId: 'all', monthlyBudgetUsd: '25' });
  const user = await client.user({ externalId: 'all' });
  expect(user).toMatchObject({ externalId: 'all', quotas: expect.any(Array), budget: { limitUsd: '25' } });
  const userId = user?.id ?? '';
  expect(await client.suspendUser({ id: userId })).toMatchObject({
    user: { suspendedAt: expect.any(String) },
  });
  expect(await client.reinstateUser(userId)).toMatchObject({ user: { suspendedAt: null } });
  const actions: string[] = [];
  for await (const { action } of client.auditEvents({ filter: { userId } })) actions.push(action);
  expect(actions).toContain('session.revoked');
  expect(await client.eraseUser(userId)).toMatchObject({ user: { externalId: null } });
  const users: string[] = [];
  for await (const found of client.users({ orderBy: 'CREATED_AT_DESC' })) users.push(found.id);
  expect(users).toContain(userId);
  expect((await readSession(gateway, id)).status).toBe('REVOKED');
});

test('an application mints and reads with the key that it was made', async () => {
  const operator = clientOf(gateway);
  const made = await operator.createApplication({ name: 'backend' });
  if (made.__typename !== 'CreateApplicationSuccess') throw new Error(made.__typename);
  const scopes = ['SESSIONS_CREATE'] as const;
  const key = await operator.createApiKey({ applicationId: made.application.id, name: 'minting', scopes });
  if (key.__typename !== 'CreateApiKeySuccess') throw new Error(key.__typename);
  expect(inspect(key, { depth: 9 })).not.toContain(key.value.reveal());
  const backend = createGatehouse({ url: gateway.url, auth: key.value.reveal() });
  const result = await backend.createSession({ externalUserId: 'of-the-backend' });
  expect(result).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess', session: { status: 'ACTIVE' } });
  expect(await operator.revokeApiKey(key.apiKey.id)).toMatchObject({
    apiKey: { revokedAt: expect.any(String) },
  });
  expect((await operator.applications()).map(({ name }) => name)).toContain('backend');
});

// Compiles only while it names every member, and still answers for one that a newer gateway has.
function describeResult(result: CreateSessionResult): string {
  switch (result.__typename) {
    case 'CreateRealtimeSessionSuccess':
      return result.clientSecret.expiresAt;
    case 'InvalidInputError':
      return result.issues.map(({ message }) => message).join();
    case 'QuotaExceededError':
      return result.quota;
    case 'PolicyViolationError':
      return result.rule;
    case 'UserSuspendedError':
      return result.suspendedAt;
    case 'IdempotencyConflictError':
      return result.reason;
    case 'UpstreamError':
      return String(result.retryable);
    case 'SecretAlreadyIssuedError':
      return result.message;
    default:
      return (result satisfies never as { message: string }).message;
  }
}
