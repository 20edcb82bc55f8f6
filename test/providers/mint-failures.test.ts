import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import type { MintOutcome } from '../../src/providers/provider.ts';
import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';
import { type Answer, type Behaviour, startFakeUpstream } from '../support/fake-upstream.ts';
import { use, useUpstream } from '../support/fixture.ts';
import { connectTo, NO_REASON, PATIENT_MS, REQUEST_ID, refusal, request } from './connect-openai.ts';

// For what is decided by the deadline.
const BRIEF_MS = 400;

const headers = { 'x-request-id': REQUEST_ID };
const someRequestId: string = expect.stringMatching(/^req_[0-9a-f]{32}$/);
const nothing = { upstreamStatus: null, ...NO_REASON, upstreamRequestId: null };

const fake = useUpstream();
const openai = use(
  async () => connectTo(fake.baseUrl),
  ({ close }) => close(),
);
const hasty = use(
  async () => connectTo(fake.baseUrl, { timeoutMs: BRIEF_MS }),
  ({ close }) => close(),
);
afterEach(() => fake.reset());

/** The outcome, or "late" when the deadline passed by 50 ms. Both timers run here: a busy machine delays both alike. */
function mintWithin(deadlineMs: number, provider: ClosableProvider): Promise<MintOutcome | 'late'> {
  return Promise.race([provider.mint(request), sleep(deadlineMs + 50, 'late' as const, { ref: false })]);
}

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
      { status: 400, body: refusal('unknown_parameter') },
      failed('upstream_rejected', false),
      'unknown_parameter',
    ],
    ['400 without JSON', { status: 400, body: '<html>' }, failed('upstream_rejected', false), null],
    [
      '401',
      { status: 401, body: refusal('invalid_api_key') },
      failed('upstream_authentication', false),
      'invalid_api_key',
    ],
    ['402', { status: 402, body: '{}' }, failed('upstream_quota_exhausted', false), null],
    [
      '403',
      { status: 403, body: refusal('permission_denied') },
      failed('upstream_authentication', false),
      'permission_denied',
    ],
    [
      '404',
      { status: 404, body: refusal('model_not_found') },
      failed('upstream_rejected', false),
      'model_not_found',
    ],
    ['408', { status: 408, body: refusal('timeout') }, unconfirmed, 'timeout'],
    ['409', { status: 409, body: refusal(null) }, failed('upstream_rejected', false), null],
    ['418', { status: 418, body: refusal('teapot') }, failed('upstream_rejected', false), 'teapot'],
    [
      '429',
      { status: 429, body: refusal('rate_limit_exceeded', 'requests') },
      failed('upstream_rate_limited', true),
      'rate_limit_exceeded',
    ],
    ['429 without a body', { status: 429 }, failed('upstream_rate_limited', true), null],
    [
      '429 quota, by code',
      { status: 429, body: refusal('insufficient_quota') },
      failed('upstream_quota_exhausted', false),
      'insufficient_quota',
    ],
    [
      '429 quota, by type',
      { status: 429, body: refusal(null, 'insufficient_quota') },
      failed('upstream_quota_exhausted', false),
      null,
    ],
    [
      '429 billing',
      { status: 429, body: refusal('billing_hard_limit_reached') },
      failed('upstream_quota_exhausted', false),
      'billing_hard_limit_reached',
    ],
    ['500', { status: 500, body: refusal(null, 'server_error') }, unconfirmed, null],
    ['502', { status: 502, body: '<html>Bad gateway</html>' }, unconfirmed, null],
    ['503', { status: 503, body: refusal('slow_down') }, failed('upstream_unavailable', true), 'slow_down'],
    ['504', { status: 504 }, unconfirmed, null],
    ['599', { status: 599 }, unconfirmed, null],
  ];
  test.each(rows)('%s', async (_, answer, outcome, upstreamCode) => {
    fake.next({ kind: 'answer', ...answer, headers: { ...answer.headers, ...headers } });
    expect(await mintWithin(PATIENT_MS, openai)).toStrictEqual({
      ...outcome,
      ...NO_REASON,
      upstreamStatus: answer.status,
      upstreamCode,
      upstreamRequestId: REQUEST_ID,
    });
    expect(fake.calls).toHaveLength(1);
  });
});

describe('an answer that ends early, or is none', () => {
  const ok = { upstreamStatus: 200, ...NO_REASON, upstreamRequestId: someRequestId };
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
