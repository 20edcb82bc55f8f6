import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { CallProvider } from '../../src/calls/call-provider.ts';
import { createHttpAgent } from '../../src/platform/http-client/http-agent.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { appendPath } from '../../src/providers/append-path.ts';
import { callsOverHttp } from '../../src/providers/calls/calls-over-http.ts';
import { realtimeWire } from '../../src/providers/calls/realtime-wire.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import type { OpenAiOptions } from '../../src/providers/openai-account.ts';
import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';
import { createAuthority } from '../support/certificates.ts';
import {
  type AttachBehaviour,
  type HangUpBehaviour,
  type OfferBehaviour,
  startFakeCalls,
} from '../support/fake-calls.ts';
import { use } from '../support/fixture.ts';
import { startHttpProxy, startTlsTerminator } from '../support/http-proxy.ts';
import { CONFIG, OFFER, openCall, watchCall } from '../support/watched-call.ts';

// Opening, attaching and hanging up: each way in which a provider is known to behave, and what the port makes of it.

const KEY = 'sk-opened-it';
const fake = use(
  () => startFakeCalls({ keys: [KEY, 'sk-another'] }),
  (started) => started.stop(),
);
const opened: ClosableProvider[] = [];
let watching = new AbortController();

afterEach(async () => {
  watching.abort();
  watching = new AbortController();
  await Promise.all(opened.splice(0).map((provider) => provider.close()));
  fake.reset();
});

function calls(options: Partial<OpenAiOptions> = {}): CallProvider {
  const provider = createOpenAi({
    name: 'openai',
    baseUrl: fake.url,
    apiKey: new Secret(KEY),
    organization: 'org-1',
    project: 'proj_1',
    timeoutMs: 10_000,
    proxies: undefined,
    ...options,
  });
  opened.push(provider);
  if (provider.calls === null) throw new Error('It opens calls');
  return provider.calls;
}

test('an offer is sent with the stored config, as recorded, once', async () => {
  const outcome = await openCall(calls(), watching.signal);
  const [call] = fake.calls;
  expect(outcome).toEqual({
    kind: 'opened',
    upstreamCallId: call?.id,
    keyId: expect.stringMatching(/^key_[0-9a-f]{16}$/),
    sdpAnswer: expect.stringMatching(/^v=0\r\n/),
  });
  expect(call).toMatchObject({ key: KEY, sdp: OFFER, safetyIdentifier: 'user-hash' });
  expect(call?.session).toEqual({
    type: 'realtime',
    model: 'gpt-realtime-2.1',
    instructions: CONFIG.instructions,
    audio: { input: { turn_detection: null }, output: { voice: 'marin', speed: 1.25 } },
    tools: [{ type: 'function', name: 'weather', description: 'Tells it', parameters: { type: 'object' } }],
  });
  expect(fake.requests).toHaveLength(1);
  expect(fake.requests[0]?.headers).toMatchObject({
    'openai-organization': 'org-1',
    'openai-project': 'proj_1',
  });
  expect(JSON.stringify(outcome)).not.toContain(KEY);
});

const answer = (options: Omit<Extract<OfferBehaviour, { kind: 'answer' }>, 'kind'>): OfferBehaviour => ({
  kind: 'answer',
  ...options,
});
const refusal = (status: number, code?: string, headers?: Record<string, string>): OfferBehaviour => ({
  kind: 'refuse',
  status,
  ...(code === undefined ? {} : { code }),
  ...(headers === undefined ? {} : { headers }),
});
const failure = (
  kind: string,
  code: string,
  upstreamStatus: number | null,
  rest: { readonly retryable?: boolean; readonly retryAfterMs?: number } = {},
) => ({ kind, code, upstreamStatus, retryAfterMs: null, ...rest });
const invalid = 'upstream_answer_invalid';

describe('an offer', () => {
  test.each<[string, OfferBehaviour, unknown, 'live' | 'ended' | null]>([
    ['late', answer({ after: new Promise((r) => setTimeout(r, 50)) }), { kind: 'opened' }, 'live'],
    ['absolute', answer({ location: 'absolute' }), { kind: 'opened' }, 'live'],
    ['without a Location', answer({ location: 'none' }), failure('uncertain', invalid, 201), 'live'],
    ['with another’s path', answer({ location: 'unusable' }), failure('uncertain', invalid, 201), 'live'],
    // It can be named, so it is ended.
    ['no SDP', answer({ body: '{}' }), failure('refused', invalid, 201, { retryable: true }), 'ended'],
    [
      'too large',
      answer({ body: `v=0\r\nm=audio 9\r\n${'a'.repeat(70_000)}` }),
      failure('refused', invalid, 201, { retryable: true }),
      'ended',
    ],
    [
      'cut behind the head',
      { kind: 'cut', behindHead: true },
      failure('refused', 'upstream_connection_lost', 201, { retryable: true }),
      'ended',
    ],
    ['cut', { kind: 'cut' }, failure('uncertain', 'upstream_connection_lost', null), 'live'],
    ['never', { kind: 'silent' }, failure('uncertain', 'upstream_timeout', null), 'live'],
    ['302', refusal(302), failure('refused', 'upstream_rejected', 302, { retryable: false }), null],
    ['400', refusal(400), failure('refused', 'upstream_rejected', 400, { retryable: false }), null],
    ['401', refusal(401), failure('refused', 'upstream_authentication', 401, { retryable: false }), null],
    [
      '429',
      refusal(429, 'rate_limit_exceeded', { 'retry-after': '20' }),
      failure('refused', 'upstream_rate_limited', 429, { retryable: true, retryAfterMs: 20_000 }),
      null,
    ],
    [
      'a quota',
      refusal(429, 'insufficient_quota'),
      failure('refused', 'upstream_quota_exhausted', 429, { retryable: false }),
      null,
    ],
    ['500', refusal(500), failure('uncertain', 'upstream_error', 500), null],
    ['503', refusal(503), failure('refused', 'upstream_unavailable', 503, { retryable: true }), null],
  ])('answered %s', async (_, behaviour, outcome, status) => {
    fake.nextOffer(behaviour);
    const signal = behaviour.kind === 'silent' ? AbortSignal.timeout(200) : watching.signal;
    expect(await openCall(calls(), signal)).toMatchObject(outcome ?? {});
    expect(fake.calls.map((call) => call.status)).toEqual(status === null ? [] : [status]);
    expect(fake.requests.filter(({ path }) => path === '/v1/realtime/calls')).toHaveLength(1);
  });

  test('whose answer is of no use is uncertain when it cannot be hung up', async () => {
    fake.nextOffer(answer({ body: '{}' }));
    fake.nextHangUp({ kind: 'refuse', status: 500 });
    expect(await openCall(calls(), watching.signal)).toEqual(failure('uncertain', invalid, 201));
  });

  test('is ended by the provider’s own time-out too, and refused where nobody listens', async () => {
    fake.nextOffer({ kind: 'silent' });
    expect(await openCall(calls({ timeoutMs: 100 }), watching.signal)).toMatchObject({ kind: 'uncertain' });
    const nobody = calls({ baseUrl: 'http://127.0.0.1:1/v1' });
    expect(await openCall(nobody, watching.signal)).toEqual(
      failure('refused', 'upstream_unreachable', null, { retryable: true }),
    );
  });
});

describe('attaching', () => {
  test.each<[AttachBehaviour, string]>([
    [{ kind: 'refuse', status: 404 }, 'gone'],
    [{ kind: 'refuse', status: 401 }, 'failed'],
    [{ kind: 'refuse', status: 200 }, 'failed'],
    [{ kind: 'refuse', status: 500 }, 'failed'],
    [{ kind: 'hang' }, 'failed'],
  ])('%j: %s', async (behaviour, kind) => {
    const provider = calls();
    const call = await openCall(provider, watching.signal);
    if (call.kind !== 'opened') throw new Error('It is opened');
    fake.nextAttach(behaviour);
    const signal = behaviour.kind === 'hang' ? AbortSignal.timeout(100) : watching.signal;
    expect(await provider.attach({ ...call, config: CONFIG, signal })).toEqual({ kind });
    expect((await provider.attach({ ...call, config: CONFIG, signal: watching.signal })).kind).toBe(
      'attached',
    );
  });

  test('to a call that ended, and to one of another key: gone', async () => {
    const provider = calls();
    const { channel: _, ...call } = await watchCall(provider, watching.signal);
    const request = { ...call, config: CONFIG, signal: watching.signal };
    expect(await calls({ apiKey: new Secret('sk-another') }).attach(request)).toEqual({ kind: 'gone' });
    fake.calls[0]?.end();
    expect(await provider.attach(request)).toEqual({ kind: 'gone' });
  });
});

describe('hanging up', () => {
  test('twice, and what never was', async () => {
    const provider = calls();
    const { upstreamCallId, keyId } = await watchCall(provider, watching.signal);
    const request = { upstreamCallId, keyId, signal: watching.signal };
    expect(await provider.hangUp(request)).toEqual({ kind: 'ended' });
    expect(fake.calls[0]).toMatchObject({ status: 'ended', endedBy: 'hangup', hangUps: 1 });
    expect(await provider.hangUp(request)).toEqual({ kind: 'ended' });
    expect(await provider.hangUp({ ...request, upstreamCallId: 'rtc_never' })).toEqual({ kind: 'ended' });
  });

  test.each<[HangUpBehaviour, number | null]>([
    [{ kind: 'refuse', status: 500 }, 500],
    [{ kind: 'refuse', status: 401 }, 401],
    [{ kind: 'hang' }, null],
  ])('%j: nobody knows', async (behaviour, upstreamStatus) => {
    const provider = calls();
    const call = await watchCall(provider, watching.signal);
    fake.nextHangUp(behaviour);
    const signal = behaviour.kind === 'hang' ? AbortSignal.timeout(100) : watching.signal;
    expect(await provider.hangUp({ ...call, signal })).toEqual({ kind: 'failed', upstreamStatus });
    expect(fake.calls[0]?.status).toBe('live');
  });
});

describe('a key that was replaced', () => {
  const agent = use(
    async () => createHttpAgent({ proxies: undefined, timeoutMs: 10_000 }),
    (created) => created.close(),
  );
  /** A gateway, and how its key is replaced. */
  function gatewayWith(key: string) {
    let credential = new Secret(key);
    const provider = callsOverHttp({
      wire: realtimeWire,
      agent,
      url: (path) => appendPath(fake.url, path),
      timeoutMs: 10_000,
      requestIdHeader: 'x-request-id',
      credential: () => credential,
      headers: (secret) => ({ authorization: `Bearer ${secret.forUpstream()}` }),
    });
    return { provider, replaceBy: (next: string) => (credential = new Secret(next)) };
  }
  const keysOf = (from: number) =>
    fake.requests.slice(from).map(({ headers }) => headers.authorization?.replace('Bearer ', ''));

  test('watches and ends the calls that it opened, and opens none', async () => {
    const { provider, replaceBy } = gatewayWith(KEY);
    const call = await watchCall(provider, watching.signal);
    replaceBy('sk-another');
    const next = await openCall(provider, watching.signal);
    expect(next).toMatchObject({ kind: 'opened', keyId: expect.not.stringMatching(call.keyId) });
    const request = { ...call, config: CONFIG, signal: watching.signal };
    expect((await provider.attach(request)).kind).toBe('attached');
    expect(await provider.hangUp(request)).toEqual({ kind: 'ended' });
    expect(fake.calls.map(({ key, status }) => [key, status])).toEqual([
      [KEY, 'ended'],
      ['sk-another', 'live'],
    ]);
  });

  test('and is taken no longer, or is not known here: its successor is tried', async () => {
    const { provider, replaceBy } = gatewayWith(KEY);
    const call = await watchCall(provider, watching.signal);
    const from = fake.requests.length;
    replaceBy('sk-another');
    fake.nextHangUp({ kind: 'refuse', status: 401 });
    expect(await provider.hangUp({ ...call, signal: watching.signal })).toEqual({ kind: 'ended' });
    fake.nextAttach({ kind: 'refuse', status: 401 });
    await provider.attach({ ...call, config: CONFIG, signal: watching.signal });
    await gatewayWith('sk-another').provider.hangUp({ ...call, signal: watching.signal });
    expect(keysOf(from)).toEqual([KEY, 'sk-another', KEY, 'sk-another', 'sk-another']);
  });
});

test('everything goes through a proxy, and trusts whom Node trusts', async () => {
  const authority = await createAuthority();
  const port = Number(new URL(fake.url).port);
  const server = await startTlsTerminator(port, await authority.issue(['api.upstream.test']));
  const proxy = await startHttpProxy({ 'api.upstream.test:443': server.port });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, authority.cert]);
  try {
    const proxies = { https: new Secret(proxy.url), except: '' };
    const provider = calls({ baseUrl: 'https://api.upstream.test/v1', proxies });
    const { events, ...call } = await watchCall(provider, watching.signal);
    fake.calls[0]?.speak();
    expect(await events.any()).toEqual({ kind: 'activity' });
    expect(await provider.hangUp({ ...call, signal: watching.signal })).toEqual({ kind: 'ended' });
    expect(proxy.asked.length).toBeGreaterThan(0);
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT api.upstream.test:443']));
    proxy.be(502);
    expect(
      await openCall(calls({ baseUrl: 'https://api.upstream.test/v1', proxies }), watching.signal),
    ).toEqual(failure('refused', 'upstream_unreachable', null, { retryable: true }));
  } finally {
    setDefaultCACertificates(trusted);
    watching.abort();
    await proxy.close();
    await server.close();
  }
});
