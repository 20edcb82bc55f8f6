import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/redaction/secret.ts';
import type { Json, JsonObject } from '../../src/platform/validation/json.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import type { MintOutcome, MintRequest } from '../../src/providers/provider.ts';
import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';
import { type Answer, type Behaviour, startFakeUpstream } from '../support/fake-upstream.ts';
import { useUpstream } from '../support/fixture.ts';

// For what is decided by the deadline, and for everything else, however busy the machine is.
const BRIEF_MS = 400;
const PATIENT_MS = 10_000;

const request: MintRequest = {
  session: { type: 'REALTIME', model: 'gpt-realtime-2.1', instructions: 'x'.repeat(500), extra: {} },
  expiresAfterSeconds: 60,
  safetyIdentifier: 'user-hash',
};
const REQUEST_ID = 'req_0123456789abcdef';
const headers = { 'x-request-id': REQUEST_ID };
const someRequestId: string = expect.stringMatching(/^req_[0-9a-f]{32}$/);
const noReason = { upstreamCode: null, upstreamParam: null, retryAfterMs: null };
const nothing = { upstreamStatus: null, ...noReason, upstreamRequestId: null };

const fake = useUpstream();
let openai: ClosableProvider;
let hasty: ClosableProvider;

beforeAll(async () => {
  openai = connectTo(fake.baseUrl);
  hasty = connectTo(fake.baseUrl, { timeoutMs: BRIEF_MS });
});
afterEach(() => fake.reset());
afterAll(async () => {
  await Promise.all([openai.close(), hasty.close()]);
});

function connectTo(
  baseUrl: string,
  { agent, timeoutMs = PATIENT_MS }: { agent?: Dispatcher; timeoutMs?: number } = {},
): ClosableProvider {
  return createOpenAi({
    name: 'openai',
    baseUrl,
    apiKey: new Secret('sk-test'),
    timeoutMs,
    proxies: undefined,
    agent,
  });
}

/** The outcome, or "late" when the deadline passed by 50 ms. Both timers run here: a busy machine delays both alike. */
function mintWithin(deadlineMs: number, provider: ClosableProvider): Promise<MintOutcome | 'late'> {
  return Promise.race([provider.mint(request), sleep(deadlineMs + 50, 'late' as const, { ref: false })]);
}

const error = (code: string | null, type = 'invalid_request_error'): JsonObject => ({
  error: { message: 'Incorrect API key provided: sk-live-1234', type, param: null, code },
});

describe('a status says whether a secret can exist', () => {
  const failed = (code: string, retryable: boolean) => ({ kind: 'failed', code, retryable });
  const unconfirmed = { kind: 'unconfirmed', code: 'upstream_error' };
  // It was not followed, so nothing was minted where it leads.
  const redirected = failed('upstream_redirected', false);
  const elsewhere = { location: '/v1/realtime/client_secrets' };

  const rows: [name: string, Answer, outcome: object, upstreamCode: string | null][] = [
    ['202', { status: 202, body: {} }, unconfirmed, null],
    ['204', { status: 204 }, unconfirmed, null],
    ...[300, 301, 302, 303, 304, 307, 308].flatMap((status): typeof rows => [
      [`${status} to another place`, { status, headers: elsewhere }, redirected, null],
      [`${status} to no place`, { status, body: status === 304 ? undefined : '<html>' }, redirected, null],
    ]),
    [
      '400',
      { status: 400, body: error('unknown_parameter') },
      failed('upstream_rejected', false),
      'unknown_parameter',
    ],
    ['400 without JSON', { status: 400, body: '<html>' }, failed('upstream_rejected', false), null],
    [
      '401',
      { status: 401, body: error('invalid_api_key') },
      failed('upstream_authentication', false),
      'invalid_api_key',
    ],
    ['402', { status: 402, body: '{}' }, failed('upstream_quota_exhausted', false), null],
    [
      '403',
      { status: 403, body: error('permission_denied') },
      failed('upstream_authentication', false),
      'permission_denied',
    ],
    [
      '404',
      { status: 404, body: error('model_not_found') },
      failed('upstream_rejected', false),
      'model_not_found',
    ],
    ['408', { status: 408, body: error('timeout') }, unconfirmed, 'timeout'],
    ['409', { status: 409, body: error(null) }, failed('upstream_rejected', false), null],
    ['418', { status: 418, body: error('teapot') }, failed('upstream_rejected', false), 'teapot'],
    [
      '429',
      { status: 429, body: error('rate_limit_exceeded', 'requests') },
      failed('upstream_rate_limited', true),
      'rate_limit_exceeded',
    ],
    ['429 without a body', { status: 429 }, failed('upstream_rate_limited', true), null],
    [
      '429 quota, by code',
      { status: 429, body: error('insufficient_quota') },
      failed('upstream_quota_exhausted', false),
      'insufficient_quota',
    ],
    [
      '429 quota, by type',
      { status: 429, body: error(null, 'insufficient_quota') },
      failed('upstream_quota_exhausted', false),
      null,
    ],
    [
      '429 billing',
      { status: 429, body: error('billing_hard_limit_reached') },
      failed('upstream_quota_exhausted', false),
      'billing_hard_limit_reached',
    ],
    ['500', { status: 500, body: error(null, 'server_error') }, unconfirmed, null],
    ['502', { status: 502, body: '<html>Bad gateway</html>' }, unconfirmed, null],
    ['503', { status: 503, body: error('slow_down') }, failed('upstream_unavailable', true), 'slow_down'],
    ['504', { status: 504 }, unconfirmed, null],
    ['599', { status: 599 }, unconfirmed, null],
  ];
  test.each(rows)('%s', async (_, answer, outcome, upstreamCode) => {
    fake.next({ kind: 'answer', ...answer, headers: { ...answer.headers, ...headers } });
    expect(await mintWithin(PATIENT_MS, openai)).toStrictEqual({
      ...outcome,
      ...noReason,
      upstreamStatus: answer.status,
      upstreamCode,
      upstreamRequestId: REQUEST_ID,
    });
    expect(fake.calls).toHaveLength(1);
  });
});

describe('an answer that ends early, or is none', () => {
  const ok = { upstreamStatus: 200, ...noReason, upstreamRequestId: someRequestId };
  const unconfirmed = (code: string) => ({ kind: 'unconfirmed', code });

  const rows: [name: string, Behaviour, outcome: object][] = [
    [
      'reset before the answer',
      { kind: 'reset' },
      { ...unconfirmed('upstream_connection_lost'), ...nothing },
    ],
    ['reset in mid-body', { kind: 'resetInBody' }, { ...unconfirmed('upstream_connection_lost'), ...ok }],
    ['stalled before the head', { kind: 'stall' }, { ...unconfirmed('upstream_timeout'), ...nothing }],
    ['stalled in mid-body', { kind: 'stallInBody' }, { ...unconfirmed('upstream_timeout'), ...ok }],
    [
      'later than the deadline',
      { kind: 'latency', ms: 2 * BRIEF_MS },
      { ...unconfirmed('upstream_timeout'), ...nothing },
    ],
    ['200 with HTML', { kind: 'html' }, { ...unconfirmed('upstream_answer_invalid'), ...ok }],
    [
      '200 with 1,100 KB',
      { kind: 'large', kilobytes: 1100 },
      { ...unconfirmed('upstream_answer_too_large'), ...ok },
    ],
    [
      '200 without a secret',
      { kind: 'answer', status: 200, body: { session: {} } },
      { ...unconfirmed('upstream_answer_invalid'), ...ok },
    ],
    [
      '200 without a body',
      { kind: 'answer', status: 200 },
      { ...unconfirmed('upstream_answer_invalid'), ...ok },
    ],
    [
      '200 nested without end',
      {
        kind: 'answer',
        status: 200,
        body: `{"value":"ek_1","session":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      },
      { ...unconfirmed('upstream_answer_invalid'), ...ok },
    ],
    [
      'a head without end',
      { kind: 'answer', status: 200, headers: { 'x-padding': 'x'.repeat(20_000) } },
      { ...unconfirmed('upstream_answer_too_large'), ...nothing },
    ],
    [
      '400 stalled in mid-body: refused all the same',
      { kind: 'stallInBody', status: 400 },
      { kind: 'failed', code: 'upstream_rejected', retryable: false, ...ok, upstreamStatus: 400 },
    ],
    [
      '401 cut in mid-body: refused all the same',
      { kind: 'resetInBody', status: 401 },
      { kind: 'failed', code: 'upstream_authentication', retryable: false, ...ok, upstreamStatus: 401 },
    ],
    [
      '429 cut in mid-body: for all we know, a rate limit',
      { kind: 'resetInBody', status: 429 },
      { kind: 'failed', code: 'upstream_rate_limited', retryable: true, ...ok, upstreamStatus: 429 },
    ],
    [
      '500 stalled in mid-body',
      { kind: 'stallInBody', status: 500 },
      { ...unconfirmed('upstream_error'), ...ok, upstreamStatus: 500 },
    ],
  ];
  test.each(rows)('%s', async (_, behaviour, outcome) => {
    fake.next(behaviour);
    const outlasts = /^(stall|latency)/.test(behaviour.kind);
    const minted = outlasts ? mintWithin(BRIEF_MS, hasty) : mintWithin(PATIENT_MS, openai);
    expect(await minted).toStrictEqual(outcome);
    // A second attempt would come at once; give it time to.
    await sleep(50);
    expect(fake.calls).toHaveLength(1);
  });

  test('a kept-alive connection that is reset instead of answered is not tried again', async () => {
    expect(await mintWithin(PATIENT_MS, openai)).toMatchObject({ kind: 'issued' });
    fake.next({ kind: 'reset' });
    expect(await mintWithin(PATIENT_MS, openai)).toStrictEqual({
      ...unconfirmed('upstream_connection_lost'),
      ...nothing,
    });
    await sleep(50);
    expect(fake.calls).toHaveLength(2);
  });

  test('the deadline covers head and body together', async () => {
    fake.next({ kind: 'latency', ms: BRIEF_MS / 2, reply: { kind: 'stallInBody' } });
    expect(await mintWithin(BRIEF_MS, hasty)).toStrictEqual({ ...unconfirmed('upstream_timeout'), ...ok });
  });
});

describe('a refusal is classified by its status, in whatever form it says why', () => {
  const rejected = { kind: 'failed', code: 'upstream_rejected', retryable: false };
  const rows: [name: string, body: Json, upstreamCode: string | null, upstreamParam: string | null][] = [
    ['xAI', { code: 'invalid_argument', error: 'Some prose.' }, 'invalid_argument', null],
    ['xAI, with prose for a code', { code: 'Client specified an invalid argument', error: 'x' }, null, null],
    [
      'FastAPI',
      { detail: [{ loc: ['body', 'session', 'tools', 0, 'name'], msg: 'Some prose.', type: 'missing' }] },
      'missing',
      'session.tools[0].name',
    ],
    ['FastAPI, with prose', { detail: 'Not Found, sorry' }, null, null],
    ['FastAPI, with nothing', { detail: [] }, null, null],
    ['FastAPI, with odd places', { detail: [{ loc: ['body', 'a b', {}], type: 7 }] }, '7', null],
    ['ElevenLabs', { detail: { status: 'invalid_agent', message: 'Some prose.' } }, 'invalid_agent', null],
    [
      'Google',
      { error: { code: 400, message: 'Some prose.', status: 'INVALID_ARGUMENT' } },
      'INVALID_ARGUMENT',
      null,
    ],
    ['Google, in a list', [{ error: { code: 400, status: 'NOT_FOUND' } }], 'NOT_FOUND', null],
    ['a number as the code', { error: { code: 1234 } }, '1234', null],
    ['digits as the code', { error: { code: '429', param: 'session.voice' } }, '429', 'session.voice'],
    ['a number too large to be a code', { error: { code: 4_111_111_111_111_111 } }, null, null],
    ['numbers that are no codes', { error: { code: -1.5, status: 2 ** 60 } }, null, null],
    ['an error beside its text', { code: 'bad_voice', message: 'x', param: 'voice' }, 'bad_voice', 'voice'],
    ['a text', 'Some prose.', null, null],
    ['JSON text', '"invalid_argument"', null, null],
    ['null', 'null', null, null],
    ['an empty list', [], null, null],
    ['lists in lists', [[{ error: { code: 'deep' } }]], null, null],
  ];
  test.each(rows)('%s', async (_, body, upstreamCode, upstreamParam) => {
    fake.next({ kind: 'answer', status: 422, body, headers });
    expect(await openai.mint(request)).toStrictEqual({
      ...rejected,
      ...noReason,
      upstreamStatus: 422,
      upstreamCode,
      upstreamParam,
      upstreamRequestId: REQUEST_ID,
    });
  });

  test.each<[body: Json]>([
    [{ error: { code: 'InsufficientQuota' } }],
    [{ error: { code: 429, status: 'INSUFFICIENT_CREDITS' } }],
    [{ error: { code: 'rate_limit', type: 'insufficient-balance' } }],
    [{ code: 'Insufficient credits', error: 'Some prose.' }],
    [{ code: 'credits_exhausted', error: 'Some prose.' }],
    [{ detail: { status: 'quota_exceeded', message: 'Some prose.' } }],
    [{ detail: [{ type: 'billing_disabled' }] }],
    [[{ error: { status: 'PAYMENT_REQUIRED' } }]],
  ])('somebody has to pay first: %j', async (body) => {
    fake.next({ kind: 'answer', status: 429, body, headers: { 'retry-after': '60' } });
    expect(await openai.mint(request)).toMatchObject({
      kind: 'failed',
      code: 'upstream_quota_exhausted',
      retryable: false,
      retryAfterMs: null,
    });
  });

  test.each<[body: Json]>([
    [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }],
    [{ code: 'Some resource has been exhausted', error: 'insufficient_quota is prose here' }],
    [{ error: { code: 'RateLimitReached', message: 'insufficient_quota is prose here' } }],
  ])('waiting helps: %j', async (body) => {
    fake.next({ kind: 'answer', status: 429, body });
    expect(await openai.mint(request)).toMatchObject({ code: 'upstream_rate_limited', retryable: true });
  });
});

describe('Retry-After', () => {
  const DAY_MS = 86_400_000;
  const date = 'Sun, 29 Nov 2026 11:00:00 GMT';
  const rows: [value: string, retryAfterMs: number | null][] = [
    ['0', 0],
    ['20', 20_000],
    [' 20 ', 20_000],
    ['1.5', 1500],
    ['86400', DAY_MS],
    ['86401', DAY_MS],
    ['9'.repeat(400), DAY_MS],
    ['-1', null],
    ['+1', null],
    ['1e3', null],
    ['0x10', null],
    ['20 seconds', null],
    ['20, 30', null],
    ['soon', null],
    ['', null],
    ['Sun, 29 Nov 2026 11:01:00 GMT', 60_000],
    ['Sunday, 29-Nov-26 11:01:00 GMT', 60_000],
    ['Sun, 29 Nov 2026 11:00:00 GMT', 0],
    ['Sun, 29 Nov 2026 10:59:59 GMT', null],
    ['Fri, 29 Nov 2126 11:00:00 GMT', DAY_MS],
    ['Sun, 99 Nov 2026 11:00:00 GMT', null],
    ['2026-11-29T11:01:00Z', null],
    ['1 GMT', null],
  ];
  // By the clock that wrote both, so it does not matter that it is not ours.
  test.each(rows)('%j', async (value, retryAfterMs) => {
    fake.next({ kind: 'answer', status: 429, headers: { 'retry-after': value, date } });
    expect(await openai.mint(request)).toMatchObject({ retryable: true, retryAfterMs });
  });

  test('an answer without a date of its own is taken to be of now', async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const head = `HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\nretry-after: ${inAMinute}\r\n\r\n`;
    fake.next({ kind: 'raw', pieces: [head] });
    const outcome = await openai.mint(request);
    if (outcome.kind !== 'failed') throw new Error(outcome.kind);
    expect(Math.abs((outcome.retryAfterMs ?? 0) - 55_000)).toBeLessThan(5001);
  });

  test('of two the first counts', async () => {
    const pieces = ['HTTP/1.1 503 Busy\r\nconnection: close\r\nretry-after: 5\r\nretry-after: 9\r\n\r\n'];
    fake.next({ kind: 'raw', pieces });
    expect(await openai.mint(request)).toMatchObject({ retryAfterMs: 5000 });
  });

  test.each([
    [400, null],
    [401, null],
    [302, null],
    [408, 20_000],
    [409, null],
    [500, 20_000],
    [503, 20_000],
    [504, 20_000],
  ])('is for what may be tried again: %i', async (status, retryAfterMs) => {
    fake.next({ kind: 'answer', status, headers: { 'retry-after': '20' } });
    expect(await openai.mint(request)).toMatchObject({ upstreamStatus: status, retryAfterMs });
  });
});

test('an answer may be eight times as large as what was sent, and 1 MiB in any case', async () => {
  const long = { ...request, session: { ...request.session, instructions: 'x'.repeat(200 * 1024) } };
  fake.next({ kind: 'large', kilobytes: 1020 });
  expect(await openai.mint(request)).toMatchObject({ kind: 'issued' });
  fake.next({ kind: 'large', kilobytes: 1390 });
  expect(await openai.mint(long)).toMatchObject({ kind: 'issued' });
  fake.next({ kind: 'large', kilobytes: 1410 });
  expect(await openai.mint(long)).toMatchObject({ kind: 'unconfirmed', code: 'upstream_answer_too_large' });
});

describe('what never left is a failure that may be tried again', () => {
  const unreachable = { kind: 'failed', code: 'upstream_unreachable', retryable: true, ...nothing };

  test('connection refused', async () => {
    const gone = await startFakeUpstream({ kind: 'ga' });
    await gone.stop();
    const provider = connectTo(gone.baseUrl);
    expect(await mintWithin(PATIENT_MS, provider)).toStrictEqual(unreachable);
    await provider.close();
  });

  test('DNS failure', async () => {
    const agent = new Agent({
      connect: {
        lookup: (hostname, _, callback) =>
          callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), []),
      },
    });
    const provider = connectTo('http://upstream.invalid/v1', { agent });
    expect(await mintWithin(PATIENT_MS, provider)).toStrictEqual(unreachable);
    await provider.close();
  });

  test('TLS failure', async () => {
    const provider = connectTo(fake.baseUrl.replace('http:', 'https:'));
    expect(await mintWithin(PATIENT_MS, provider)).toStrictEqual(unreachable);
    expect(fake.calls).toHaveLength(0);
    await provider.close();
  });

  test('a connection reset while it is made', async () => {
    // The same code as on a socket in use: what tells them apart is that nothing was written.
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    const agent = new Agent({ connect: (_, callback) => callback(reset, null) });
    const provider = connectTo(fake.baseUrl, { agent });
    expect(await mintWithin(PATIENT_MS, provider)).toStrictEqual(unreachable);
    await provider.close();
  });

  test('a connection that is not made in time, and is not used when it comes late', async () => {
    const late = 2 * BRIEF_MS;
    const agent = new Agent({
      connect: ({ hostname, port }, callback) => {
        const socket = connect({ host: hostname, port: Number(port) });
        setTimeout(() => callback(null, socket), late);
      },
    });
    const provider = connectTo(fake.baseUrl, { agent, timeoutMs: BRIEF_MS });
    expect(await mintWithin(BRIEF_MS, provider)).toStrictEqual(unreachable);
    await sleep(late);
    expect(fake.calls).toHaveLength(0);
    await provider.close();
  });

  test('a provider that was closed', async () => {
    const provider = connectTo(fake.baseUrl);
    await provider.close();
    expect(await mintWithin(PATIENT_MS, provider)).toStrictEqual(unreachable);
  });
});

test('a dispatcher that tries again by itself is stopped', async () => {
  const agent = new Agent().compose((dispatch) => (options, handler) => {
    return dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onResponseStart: (...heads) => handler.onResponseStart?.(...heads),
      onResponseData: (...chunk) => handler.onResponseData?.(...chunk),
      onResponseEnd: (...trailers) => handler.onResponseEnd?.(...trailers),
      onResponseError: () => {
        dispatch(options, handler);
      },
    });
  });
  const provider = connectTo(fake.baseUrl, { agent });
  fake.next({ kind: 'reset' });
  expect(await mintWithin(PATIENT_MS, provider)).toStrictEqual({
    kind: 'unconfirmed',
    code: 'upstream_connection_lost',
    ...nothing,
  });
  await sleep(50);
  expect(fake.calls).toHaveLength(1);
  await provider.close();
});

describe('what upstream says of itself is shown only when it looks like a code or an id', () => {
  test.each([
    ['too many words'],
    ['x'.repeat(65)],
    ['sk-proj-abcdef'],
    ['ek_68af296e8e408191a1120ab6383263c2'],
    ['a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5'],
    ['<script>'],
    [''],
  ])('error.code %j', async (code) => {
    fake.next({ kind: 'answer', status: 400, body: error(code), headers });
    expect(await openai.mint(request)).toMatchObject({ upstreamStatus: 400, upstreamCode: null });
  });

  test.each([
    ['session.audio.output.voice', 'session.audio.output.voice'],
    ['session.tools[12].parameters', 'session.tools[12].parameters'],
    ['session.tools.0.name', 'session.tools.0.name'],
    // Names that the caller chose: the trail keeps the path, and names no person.
    ['session.tools[0].headers.X-Alice', 'session.tools[0].headers'],
    ['session.tools[0].parameters.properties.alice', 'session.tools[0].parameters'],
    ['session.tracing.metadata[0].alice', 'session.tracing.metadata'],
    ['session.prompt.variables.alice.variables.bob', 'session.prompt.variables'],
    ['metadata.alice', 'metadata'],
    ['session.input_metadata.format', 'session.input_metadata.format'],
    ['voice', 'voice'],
    [`a${'.b'.repeat(63)}`, `a${'.b'.repeat(63)}`],
    [`a${'.b'.repeat(64)}`, null],
    ['', null],
    ['too many words', null],
    ['words-with-hyphens', null],
    ['session.metadata.some words', 'session.metadata'],
    ['session..voice', null],
    ['.voice', null],
    ['session.', null],
    ['session[voice]', null],
    ['session[0', null],
    ['0', null],
    ['voice\n', null],
    ['https://example.com', null],
    ['<script>', null],
    ['session.sk-proj-abcdef', null],
    ['session.ek_68af296e8e408191a1120ab6383263c2', null],
    ['session.a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5', null],
    [7, null],
    [['session', 'voice'], null],
  ])('error.param %j', async (param, shown) => {
    const body = { error: { message: 'x', type: 'x', param, code: null } };
    fake.next({ kind: 'answer', status: 400, body, headers });
    expect(await openai.mint(request)).toMatchObject({ upstreamStatus: 400, upstreamParam: shown });
  });

  test.each([
    [REQUEST_ID, REQUEST_ID],
    ['b4f1c2d0-0000-4000-8000-000000000000', 'b4f1c2d0-0000-4000-8000-000000000000'],
    ['sk-proj-abcdef', null],
    ['ek_68af296e8e408191a1120ab6383263c2', null],
    ['two words', null],
    ['r'.repeat(129), null],
  ])('x-request-id %s', async (given, shown) => {
    fake.next({ kind: 'echo', headers: { 'x-request-id': given } });
    expect(await openai.mint(request)).toMatchObject({ kind: 'issued', upstreamRequestId: shown });
  });

  test('nothing of its prose is in an outcome', async () => {
    fake.next({ kind: 'answer', status: 401, body: error('invalid_api_key') });
    expect(JSON.stringify(await openai.mint(request))).not.toMatch(/sk-live|Incorrect/);
  });
});
