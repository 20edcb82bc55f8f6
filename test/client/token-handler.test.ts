import { describe, expect, test } from 'vitest';
import { type RealtimeTokenOptions, realtimeTokenHandler, realtimeUrl } from '../../client/src/server.ts';
import { issue, readUser, setPolicy, suspendUser } from '../support/ask.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { clientOf } from './fixture.ts';

const database = useDatabase();
const gateway = useGateway(database, { GATEHOUSE_PUBLIC_URL: 'https://gatehouse.example' });

const ORIGIN = 'https://shop.example';
const gatehouse = () => clientOf(gateway, { maxAttempts: 1 });

type Sent = {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | ReadableStream;
};

/** A request as the framework hands it over, from a page of its own site. */
function requestOf({ headers = {}, method = 'POST', body }: Sent = {}): Request {
  return new Request(`${ORIGIN}/api/token`, {
    method,
    headers: { host: 'shop.example', ...(typeof body === 'string' ? JSON_TYPE : {}), ...headers },
    body: body ?? null,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  });
}
const JSON_TYPE = { 'content-type': 'application/json' };

async function ask(options: Partial<RealtimeTokenOptions> & { readonly as?: string }, sent?: Sent) {
  const refusals: unknown[] = [];
  const handler = realtimeTokenHandler({
    gatehouse: gatehouse(),
    user: () => options.as ?? null,
    onRefused: (reason) => void refusals.push(reason),
    ...options,
  });
  const response = await handler(requestOf(sent));
  return { status: response.status, headers: response.headers, body: await response.json(), refusals };
}

describe('a token', () => {
  test('is minted for who is signed in, whatever the browser says, and answered as the AI SDK expects it', async () => {
    const body = JSON.stringify({
      sessionConfig: { voice: 'marin' },
      externalUserId: 'mallory',
      voice: 'ash',
    });
    const { status, headers, body: token } = await ask({ as: 'alice' }, { body });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(token).toEqual({
      token: expect.stringMatching(/^ek_/),
      url: 'wss://sandbox.invalid/v1/realtime?model=gpt-realtime-2.1',
      expiresAt: expect.any(Number),
      sessionId: expect.any(String),
    });
    const session = await gatehouse().session(token.sessionId);
    expect(session).toMatchObject({ user: { externalId: 'alice' }, status: 'ACTIVE' });
    expect(token.expiresAt).toBe(Math.floor(Date.parse(session?.clientSecret?.expiresAt ?? '') / 1000));
    expect(session?.voice).not.toBe('ash');
  });

  test('is of the session that the backend makes of the body, and never for another user', async () => {
    const { body: token } = await ask(
      {
        as: 'alice',
        session: (_, body) => ({ ...Object(body), expiresAfterSeconds: 60 }),
        url: ({ model }) => `wss://voice.example/${model}`,
      },
      { body: JSON.stringify({ voice: 'ash', externalUserId: 'mallory' }) },
    );
    expect(token.url).toBe('wss://voice.example/gpt-realtime-2.1');
    const session = await gatehouse().session(token.sessionId);
    expect(session).toMatchObject({ voice: 'ash', user: { externalId: 'alice' } });
  });

  test("opens the call of a BROKERED session at the gateway, whatever address is the provider's", async () => {
    const { status, body: token } = await ask({
      as: 'brenda',
      session: () => ({ connection: 'BROKERED' }),
      url: 'wss://voice.example',
    });
    expect(status).toBe(200);
    expect(token).toMatchObject({
      token: expect.stringMatching(/^ek_gh_/),
      url: 'https://gatehouse.example/realtime/calls',
    });
    const session = await gatehouse().session(token.sessionId);
    expect(session).toMatchObject({ user: { externalId: 'brenda' }, status: 'ACTIVE' });
    expect(token.expiresAt).toBe(Math.floor(Date.parse(session?.clientSecret?.expiresAt ?? '') / 1000));
  });

  test('is minted once for one idempotency key', async () => {
    const headers = { 'idempotency-key': 'click-1' };
    const answers = [await ask({ as: 'keyed' }, { headers }), await ask({ as: 'keyed' }, { headers })];
    expect(answers.map(({ status }) => status)).toEqual([200, 409]);
    expect(answers[1]?.body).toMatchObject({ error: { code: 'SECRET_ALREADY_ISSUED' } });
  });
});

describe('nothing is minted', () => {
  const large = 'x'.repeat(70_000);
  /** A body whose length nobody announces. */
  const stream = () => new Blob([JSON.stringify(large)]).stream();

  test.each<[number, string, Sent]>([
    [405, 'METHOD_NOT_ALLOWED', { method: 'GET' }],
    [405, 'METHOD_NOT_ALLOWED', { method: 'OPTIONS' }],
    [403, 'CROSS_ORIGIN', { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } }],
    [403, 'CROSS_ORIGIN', { headers: { 'sec-fetch-site': 'same-site', origin: 'https://blog.example' } }],
    [403, 'CROSS_ORIGIN', { headers: { origin: 'https://evil.example' } }],
    [403, 'CROSS_ORIGIN', { headers: { origin: 'null' } }],
    [413, 'BODY_TOO_LARGE', { body: JSON.stringify(large) }],
    [413, 'BODY_TOO_LARGE', { body: stream(), headers: JSON_TYPE }],
    [415, 'NOT_JSON', { body: '{}', headers: { 'content-type': 'text/plain' } }],
    [400, 'NOT_JSON', { body: '{' }],
  ])('%i %s', async (status, code, sent) => {
    const answer = await ask({ as: 'nobody' }, sent);
    expect(answer).toMatchObject({ status, body: { error: { code } }, refusals: [] });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await readUser(gateway, 'nobody')).toBeNull();
  });

  test.each([null, ''])('for %j, who is not signed in', async (as) => {
    const answer = await ask({ user: () => as });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED' } } });
  });

  test.each<Sent>([
    { headers: { 'sec-fetch-site': 'same-origin', origin: ORIGIN } },
    { headers: { origin: ORIGIN } },
    { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' } },
    {},
  ])('unless it comes from a page that may ask, or from no browser: %j', async (sent) => {
    expect(await ask({ as: 'alice', allowedOrigins: ['https://app.example'] }, sent)).toMatchObject({
      status: 200,
    });
  });
});

describe('a refusal of the gateway’s', () => {
  test.each([
    ['quotas', { maxActiveSessions: 0 }, 429, 'QUOTA_EXCEEDED', null],
    ['minutes', { maxMintsPerMinute: 1 }, 429, 'QUOTA_EXCEEDED', expect.stringMatching(/^[1-9]\d?$/)],
    ['policies', { allowedModels: [] }, 403, 'POLICY_VIOLATION', null],
  ])('for %s', async (as, policy, status, code, retryAfter) => {
    await issue(gateway, { externalUserId: as });
    await setPolicy(gateway, { externalUserId: as, ...policy });
    const answer = await ask({ as });
    expect(answer).toMatchObject({
      status,
      body: { error: { code } },
      refusals: [{ message: expect.any(String) }],
    });
    expect(answer.headers.get('retry-after')).toEqual(retryAfter);
  });

  test('for who is suspended', async () => {
    await issue(gateway, { externalUserId: 'suspended' });
    await suspendUser(gateway, { externalUserId: 'suspended' });
    expect(await ask({ as: 'suspended' })).toMatchObject({
      status: 403,
      body: { error: { code: 'USER_SUSPENDED' } },
    });
  });

  test.each([
    [{ voice: '' }, 400, 'INVALID_INPUT', null],
    [{ expiresAfterSeconds: 1.5 }, 400, 'INVALID_INPUT', null],
    [{ model: 'sandbox-503' }, 503, 'UNAVAILABLE', expect.stringMatching(/^[1-5]$/)],
    [{ model: 'sandbox-400' }, 502, 'UPSTREAM_ERROR', null],
  ])('of %j', async (session, status, code, retryAfter) => {
    const answer = await ask({ as: 'alice', session: () => session });
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    expect(answer.headers.get('retry-after')).toEqual(retryAfter);
  });

  test.each([
    ['a key that it does not know', () => gateway.url, 'gh_wrong', 502, 'GATEWAY_ERROR'],
    ['nobody there', () => 'http://127.0.0.1:9/graphql', ROOT_KEY, 503, 'UNAVAILABLE'],
  ])('with %s tells the browser no more', async (_, url, auth, status, code) => {
    const answer = await ask({
      as: 'alice',
      gatehouse: clientOf({ url: url() }, { auth, maxAttempts: 1 }),
    });
    expect(answer).toMatchObject({
      status,
      body: { error: { code, message: expect.not.stringMatching(/key|gateway/i) } },
    });
    expect(answer.refusals).toEqual([expect.objectContaining({ name: 'GatehouseError' })]);
  });
});

test.each([
  ['openai', 'REALTIME', 'a b', 'wss://api.openai.com/v1/realtime?model=a%20b'],
  ['openai', 'TRANSCRIPTION', 'whisper-1', 'wss://api.openai.com/v1/realtime?intent=transcription'],
  ['openai', 'TRANSLATION', 'm', 'wss://api.openai.com/v1/realtime/translations?model=m'],
  ['openai-beta', 'REALTIME', 'm', 'wss://api.openai.com/v1/realtime?model=m'],
  ['xai', 'REALTIME', 'grok', 'wss://api.x.ai/v1/realtime?model=grok'],
  ['azure', 'REALTIME', 'm', undefined],
] as const)('where %s takes a %s session of %s', (provider, type, model, url) => {
  expect(realtimeUrl({ provider, type, model })).toBe(url);
});

test('a key that may only create sessions is enough', async () => {
  const created = await gatehouse().createApplication({ name: 'minter' });
  if (created.__typename !== 'CreateApplicationSuccess') throw new Error(created.message);
  const key = await gatehouse().createApiKey({
    ...{ applicationId: created.application.id, name: 'only', scopes: ['SESSIONS_CREATE'] },
  });
  if (key.__typename !== 'CreateApiKeySuccess') throw new Error(key.message);
  const auth = key.value.reveal();
  const answer = await ask({ as: 'alice', gatehouse: clientOf(gateway, { auth }) });
  expect(answer).toMatchObject({ status: 200, refusals: [], body: { url: expect.any(String) } });
});
