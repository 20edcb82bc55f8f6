import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { revokeSession, trailOf } from '../support/ask.ts';
import { issueBrokered } from '../support/brokered.ts';
import { callIdOf, callOf, callsEnv, callUser, OFFER, sendOffer, useFakeCalls } from '../support/calls.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase, useGateway, useProxy, useReplicas } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { metric } from '../support/metric.ts';
import { openSocket, readAnswer } from '../support/raw-http.ts';

const ORIGIN = 'https://shop.example';

const database = useDatabase();
const proxy = useProxy(database);
const fake = useFakeCalls();
/** Of gateways that take each other's secrets. */
const env = () => ({
  ...callsEnv(fake.url),
  GATEHOUSE_CORS_ORIGINS: ORIGIN,
  GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, 7).toString('base64'),
});
const gateway = useGateway(proxy, env);

afterEach(() => fake.reset());

const issueSecret = async (externalUserId = 'alice'): Promise<string> =>
  (await issueBrokered(gateway, { externalUserId })).clientSecret.value;

test("an offer is answered with the provider's, and the call by its own name", async () => {
  const { sessionId, answer } = await callUser(gateway, {
    externalUserId: 'anna',
    instructions: 'Be brief.',
  });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('content-type')).toBe('application/sdp');
  expect(answer.text).toMatch(/^v=0\r\n/);
  const id = decodeURIComponent(answer.headers.get('location')?.split('/').pop() ?? '');
  expect(await callOf(gateway, id)).toMatchObject({
    status: 'LIVE',
    endReason: null,
    session: { id: sessionId, connection: 'BROKERED' },
  });
  const [call] = fake.calls;
  expect(call).toMatchObject({ sdp: OFFER, session: { instructions: 'Be brief.' }, attaches: 1 });
  expect(call?.safetyIdentifier).toMatch(/^[0-9a-f]{64}$/);
});

describe('a page of a listed origin', () => {
  const url = () => new URL('/realtime/calls', gateway.url);

  test('may send exactly what the browser SDK sends', async () => {
    const { status, headers } = await fetch(url(), {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-openai-agents-sdk,x-other',
      },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-allow-methods')).toBe('POST');
    expect(headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, x-openai-agents-sdk',
    );
  });

  test('may read where its call is', async () => {
    const answer = await sendOffer(gateway.url, await issueSecret(), { headers: { origin: ORIGIN } });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(answer.headers.get('access-control-expose-headers')).toBe('location, retry-after, x-request-id');
  });

  test('is told why not, too', async () => {
    const answer = await sendOffer(gateway.url, 'ek_gh_unknown', { headers: { origin: ORIGIN } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });

  test('of any other origin may not', async () => {
    const { status, headers } = await fetch(url(), {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(status).toBe(403);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('is refused before the secret is used up:', () => {
  const without = (media: string) => OFFER.replace(`m=${media} `, 'm=video ');
  test.each([
    ['another method', 405, { method: 'GET' }],
    ['another content type', 415, { headers: { 'content-type': 'application/json' } }],
    ['a compressed body', 415, { headers: { 'content-encoding': 'gzip' } }],
    ['more than 64 KiB', 413, { body: OFFER + 'a=x\r\n'.repeat(14_000) }],
    ['no SDP', 400, { body: '{}' }],
    ['no audio', 400, { body: without('audio') }],
    ['no data channel', 400, { body: without('application') }],
    ['two audio lines', 400, { body: `${OFFER}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n` }],
    ['a control character', 400, { body: `${OFFER}a=\u0000\r\n` }],
    ['what is no UTF-8', 400, { body: Buffer.concat([Buffer.from(OFFER), Buffer.from([0xff])]) }],
  ])('%s', async (_, status, { method = 'POST', headers = {}, body = OFFER }: Partial<Sent>) => {
    const secret = await issueSecret();
    const answer = await fetch(new URL('/realtime/calls', gateway.url), {
      method,
      headers: { 'content-type': 'application/sdp', authorization: `Bearer ${secret}`, ...headers },
      body: method === 'GET' ? null : new Uint8Array(Buffer.from(body)),
    });
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.get('allow')).toBe('POST, OPTIONS');
    const { error } = await answer.json();
    expect(error).toEqual({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/^[^\n]{10,100}$/),
      requestId: answer.headers.get('x-request-id'),
    });
    expect(fake.calls).toEqual([]);
    expect((await sendOffer(gateway.url, secret)).status).toBe(201);
  });
});

type Sent = { method: string; headers: Record<string, string>; body: string | Buffer };

test('secrets that open nothing are all refused in the same words', async () => {
  const used = await issueSecret();
  await sendOffer(gateway.url, used);
  const revoked = await issueBrokered(gateway);
  await gateway.ask('mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id }) { __typename } }', {
    id: revoked.session.id,
  });
  const answers = await Promise.all(
    [used, revoked.clientSecret.value, `ek_gh_${'a'.repeat(43)}`, 'x', 'x'.repeat(5000)].map((secret) =>
      sendOffer(gateway.url, secret),
    ),
  );
  const said = answers.map(({ status, headers, text }) => {
    const { error } = JSON.parse(text);
    return { status, challenge: headers.get('www-authenticate'), ...error, requestId: undefined };
  });
  expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(said[0]).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', challenge: 'Bearer' });
  expect(fake.calls).toHaveLength(1);
});

describe('what the provider makes of an offer:', () => {
  test.each([
    ['refused', { kind: 'refuse', status: 400 }, 502, 'UPSTREAM_REJECTED', 'UPSTREAM_REFUSED'],
    [
      'refused for the key',
      { kind: 'refuse', status: 401 },
      502,
      'UPSTREAM_AUTHENTICATION',
      'UPSTREAM_REFUSED',
    ],
    [
      'too many',
      { kind: 'refuse', status: 429, headers: { 'retry-after': '7' } },
      ...([429, 'UPSTREAM_RATE_LIMITED', 'UPSTREAM_REFUSED'] as const),
    ],
    ['unavailable', { kind: 'refuse', status: 503 }, 503, 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_REFUSED'],
    ['made without a Location', { kind: 'answer', location: 'none' }, 504, 'CALL_UNCERTAIN', null],
    ['made, and no answer in time', { kind: 'silent' }, 504, 'CALL_UNCERTAIN', null],
    ['made, and the connection cut', { kind: 'cut' }, 504, 'CALL_UNCERTAIN', null],
  ] as const)('%s', async (_, behaviour, status, code, endReason) => {
    fake.nextOffer(behaviour);
    const { sessionId, answer } = await callUser(gateway, { externalUserId: 'otto' });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).error).toMatchObject({ code });
    if (status === 429) expect(answer.headers.get('retry-after')).toBe('7');
    expect(await callOf(gateway, callIdOf(sessionId))).toMatchObject(
      endReason === null ? { status: 'UNCERTAIN', endReason } : { status: 'ENDED', endReason },
    );
    // One attempt, whatever became of it.
    expect(fake.requests.filter(({ path }) => path === '/v1/realtime/calls')).toHaveLength(1);
  });

  test.each([
    ['refused', { kind: 'refuse', status: 503 }],
    ['the connection is cut', { kind: 'cut' }],
  ] as const)('made, but attaching to it: %s, once. It is tried again', async (_, behaviour) => {
    fake.nextAttach(behaviour);
    const { sessionId, answer } = await callUser(gateway);
    expect(answer.status).toBe(201);
    expect(fake.calls[0]).toMatchObject({ attaches: 1, hangUps: 0 });
    expect(await callOf(gateway, callIdOf(sessionId))).toMatchObject({ status: 'LIVE' });
  });

  test.each([
    ['refused', { kind: 'refuse', status: 500 }],
    ['no answer in time', { kind: 'hang' }],
  ] as const)('made, but attaching to it: %s, always. It is hung up', async (_, behaviour) => {
    for (let attempt = 0; attempt < 20; attempt += 1) fake.nextAttach(behaviour);
    const { sessionId, answer } = await callUser(gateway);
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.text).error).toMatchObject({ code: 'CALL_NOT_WATCHED' });
    expect(fake.calls[0]).toMatchObject({ status: 'ended', endedBy: 'hangup' });
    expect(await callOf(gateway, callIdOf(sessionId))).toMatchObject({
      status: 'ENDED',
      endReason: 'ATTACH_FAILED',
    });
  });

  test('made, and the browser is gone. It is hung up', async () => {
    const { promise: answered, resolve: answerNow } = Promise.withResolvers<void>();
    fake.nextOffer({ kind: 'answer', after: answered });
    const issued = await issueBrokered(gateway, { externalUserId: 'gina' });
    const browser = new AbortController();
    const made = fake.nextCall();
    const offered = sendOffer(gateway.url, issued.clientSecret.value, { signal: browser.signal });
    await made;
    browser.abort();
    await expect(offered).rejects.toThrow();
    answerNow();
    const ended = await eventually(async () => {
      const call = await callOf(gateway, callIdOf(issued.session.id));
      return call.status === 'ENDED' ? call : undefined;
    });
    expect(ended.endReason).toBe('CLIENT_ENDED');
    expect(fake.calls[0]).toMatchObject({ endedBy: 'hangup' });
  });

  test('made while its session is revoked. It is hung up', async () => {
    const { promise: answered, resolve: answerNow } = Promise.withResolvers<void>();
    fake.nextOffer({ kind: 'answer', after: answered });
    const issued = await issueBrokered(gateway, { externalUserId: 'rene' });
    const made = fake.nextCall();
    const offered = sendOffer(gateway.url, issued.clientSecret.value);
    await made;
    await gateway.ask('mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id }) { __typename } }', {
      id: issued.session.id,
    });
    answerNow();
    expect((await offered).status).toBe(401);
    expect(fake.calls[0]).toMatchObject({ endedBy: 'hangup', attaches: 0 });
    const [end] = (await trailOf(database, 'rene')).filter(({ action }) => action === 'call.ended');
    expect(end?.detail).toMatchObject({ endReason: 'REVOKED' });
  });
});

/** Another one over the same ledger. */
const tight = useGateway(proxy, () => ({
  ...env(),
  GATEHOUSE_MAX_CALLS: '1',
  GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '10',
}));

test('an end that is asked for elsewhere is told to the gateway that watches, which need not look for it', async () => {
  const { sessionId } = await callUser(tight);
  // Nor may the one that was asked end it, as it would one that is overdue.
  for (let look = 0; look < 40; look += 1)
    void proxy.breakNext({ statement: 'find-due-calls', at: 'statement' });
  const askedAt = performance.now();
  await revokeSession(gateway, { id: sessionId });
  await eventually(async () => (fake.calls[0]?.endedBy === 'hangup' ? true : undefined));
  expect(performance.now() - askedAt).toBeLessThan(1000);
  proxy.forgetBreaks();
  await eventually(async () =>
    (await callOf(gateway, callIdOf(sessionId))).endReason === 'REVOKED' ? true : undefined,
  );
});

describe('a gateway at its limits', () => {
  const codeOf = ({ text }: { text: string }) => JSON.parse(text).error.code;

  test('that watches as many calls as it may says so, and uses no secret up', async () => {
    const { sessionId } = await callUser(tight);
    const secret = await issueSecret();
    const refused = await sendOffer(tight.url, secret);
    expect(refused.status).toBe(503);
    expect(codeOf(refused)).toBe('SERVICE_UNAVAILABLE');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(fake.calls).toHaveLength(1);
    await revokeSession(tight, { id: sessionId });
    await eventually(async () => ((await sendOffer(tight.url, secret)).status === 201 ? true : undefined));
    fake.calls[1]?.end();
    await eventually(async () => ((await metric(tight, 'gatehouse_calls_watched')) === 0 ? true : undefined));
  });

  test.each([
    ['did not take', 'statement', []],
    ['took, without saying so,', 'answer', ['call.opened']],
  ] as const)('whose ledger %s that the call is open: it is hung up', async (_, at, opened) => {
    const user = `lee ${at}`;
    const issued = await issueBrokered(tight, { externalUserId: user });
    const broken = proxy.breakNext({ statement: 'record-call-opened', at });
    const answer = await sendOffer(tight.url, issued.clientSecret.value);
    await broken;
    expect(answer.status).toBe(502);
    expect(codeOf(answer)).toBe('CALL_NOT_WATCHED');
    expect(fake.calls).toMatchObject([{ endedBy: 'hangup', attaches: 0 }]);
    const read = () => callOf(tight, callIdOf(issued.session.id));
    await eventually(async () => ((await read()).status === 'ENDED' ? true : undefined));
    expect(await read()).toMatchObject({ endReason: 'ATTACH_FAILED' });
    const actions = (await trailOf(database, user)).map(({ action }) => action);
    expect(actions.filter((action) => action.startsWith('call.'))).toEqual([...opened, 'call.ended']);
  });

  test('whose ledger goes away behind that records the end when it is back', async () => {
    const issued = await issueBrokered(tight, { externalUserId: 'lars' });
    const { promise: answered, resolve: answerNow } = Promise.withResolvers<void>();
    fake.nextOffer({ kind: 'answer', after: answered });
    const made = fake.nextCall();
    const offered = sendOffer(tight.url, issued.clientSecret.value);
    await made;
    proxy.refuse(true);
    answerNow();
    expect((await offered).status).toBe(502);
    expect(fake.calls[0]).toMatchObject({ endedBy: 'hangup' });
    proxy.refuse(false);
    const ended = await eventually(async () => {
      const call = await callOf(gateway, callIdOf(issued.session.id));
      return call.status === 'ENDED' ? call : undefined;
    });
    expect(ended.endReason).toBe('ATTACH_FAILED');
  });

  test('that stops says so, and the same offer is good at another one', async () => {
    const leaving = await startGateway(database, env());
    const secret = await issueSecret();
    const begun = `POST /realtime/calls HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${secret}\r\n`;
    const socket = openSocket(leaving.url);
    await once(socket, 'connect');
    await new Promise((resolve) => socket.write(begun, resolve));
    await delay(100);
    const closed = leaving.close();
    // Whatever is begun is answered first.
    socket.write(`content-type: application/sdp\r\ncontent-length: ${OFFER.length}\r\n\r\n${OFFER}`);
    const { status, body, head } = await readAnswer(socket);
    socket.destroy();
    await closed;
    expect(status).toBe(503);
    expect(codeOf({ text: body })).toBe('SERVICE_UNAVAILABLE');
    expect(head).toContain('retry-after: 1');
    expect(fake.calls).toEqual([]);
    expect((await sendOffer(gateway.url, secret)).status).toBe(201);
  });

  test('takes so many offers of an address in a minute that open nothing', async () => {
    const secret = await issueSecret();
    for (let sent = 0; sent < 10; sent += 1) await sendOffer(tight.url, 'ek_gh_unknown');
    const answer = await sendOffer(tight.url, secret);
    expect(answer.status).toBe(429);
    expect(codeOf(answer)).toBe('RATE_LIMITED');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await sendOffer(gateway.url, secret)).status).toBe(201);
  });
});

describe('three replicas', () => {
  const replicas = useReplicas(database, () => callsEnv(fake.url, 10_000));

  test('of a hundred replays one opens a call', async () => {
    const issued = await issueBrokered(replicas, { externalUserId: 'rachel' });
    const secret = issued.clientSecret.value;
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async () => (await sendOffer(replicas.nextUrl(), secret)).status),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(99);
    expect(fake.calls).toHaveLength(1);
  });
});
