import { afterEach, describe, expect, test } from 'vitest';
import type { Json } from '../../src/platform/validation/json.ts';
import { use, useUpstream } from '../support/fixture.ts';
import { connectTo, NO_REASON, REQUEST_ID, refusal, request } from './connect-openai.ts';

// What upstream says beside its status: in what form, when to try again, and what of it may be shown.

const headers = { 'x-request-id': REQUEST_ID };

const fake = useUpstream();
const openai = use(
  async () => connectTo(fake.baseUrl),
  ({ close }) => close(),
);
afterEach(() => fake.reset());

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
      ...NO_REASON,
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
    fake.next({ kind: 'answer', status: 400, body: refusal(code), headers });
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
    fake.next({ kind: 'answer', status: 401, body: refusal('invalid_api_key') });
    expect(JSON.stringify(await openai.mint(request))).not.toMatch(/sk-live|Incorrect/);
  });
});
