import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { SANDBOX_MODELS } from '../../src/providers/sandbox/sandbox-failures.ts';
import { CREATE, READ, TRAIL } from '../support/documents.ts';
import type { Behaviour } from '../support/fake-upstream.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { startGateway, upstreamEnv } from '../support/gateway.ts';

const TIMEOUT_MS = 1000;

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  GATEHOUSE_UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS),
}));

beforeEach(() => upstream.reset());

const PROSE = 'Prose of upstream that nobody may see';

function refusal(status: number, code: string | null = 'some_code'): Behaviour {
  const error = { message: PROSE, type: 'invalid_request_error', param: null, code };
  return { kind: 'answer', status, body: { error }, headers: { 'x-request-id': 'req_0123' } };
}

function encoded(body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** What happens upstream, and what becomes of the session. */
const TABLE: readonly [
  what: string,
  Behaviour,
  'FAILED' | 'UNCONFIRMED',
  code: string,
  retryable: boolean,
][] = [
  ['400', refusal(400), 'FAILED', 'upstream_rejected', false],
  ['401', refusal(401), 'FAILED', 'upstream_authentication', false],
  ['403', refusal(403), 'FAILED', 'upstream_authentication', false],
  ['404', refusal(404, 'model_not_found'), 'FAILED', 'upstream_rejected', false],
  ['422', refusal(422), 'FAILED', 'upstream_rejected', false],
  ['429 for the rate', refusal(429, 'rate_limit_exceeded'), 'FAILED', 'upstream_rate_limited', true],
  ['429 for the quota', refusal(429, 'insufficient_quota'), 'FAILED', 'upstream_quota_exhausted', false],
  ['503', refusal(503, 'slow_down'), 'FAILED', 'upstream_unavailable', true],
  ['402', refusal(402), 'FAILED', 'upstream_quota_exhausted', false],
  ['302', refusal(302), 'FAILED', 'upstream_redirected', false],
  ['308', { kind: 'answer', status: 308, body: PROSE }, 'FAILED', 'upstream_redirected', false],
  ['408', refusal(408), 'UNCONFIRMED', 'upstream_error', true],
  ['500', refusal(500, null), 'UNCONFIRMED', 'upstream_error', true],
  ['502', { kind: 'answer', status: 502, body: PROSE }, 'UNCONFIRMED', 'upstream_error', true],
  ['504', refusal(504), 'UNCONFIRMED', 'upstream_error', true],
  ['a reset before the answer', { kind: 'reset' }, 'UNCONFIRMED', 'upstream_connection_lost', true],
  [
    'a reset in the middle of the body',
    { kind: 'resetInBody' },
    'UNCONFIRMED',
    'upstream_connection_lost',
    true,
  ],
  ['no answer', { kind: 'stall' }, 'UNCONFIRMED', 'upstream_timeout', true],
  ['a body that stalls', { kind: 'stallInBody' }, 'UNCONFIRMED', 'upstream_timeout', true],
  ['200 with HTML', { kind: 'html' }, 'UNCONFIRMED', 'upstream_answer_invalid', true],
  [
    '200 without a secret',
    { kind: 'answer', status: 200, body: {} },
    'UNCONFIRMED',
    'upstream_answer_invalid',
    true,
  ],
  [
    '200 with a secret of two lines',
    { kind: 'answer', status: 200, body: { value: 'ek_0123456789\nabcdef' } },
    'UNCONFIRMED',
    'upstream_answer_invalid',
    true,
  ],
  [
    '200 with half of a gzip',
    { kind: 'raw', pieces: [encoded(gzipSync('{}').subarray(0, -4))] },
    'UNCONFIRMED',
    'upstream_answer_invalid',
    true,
  ],
  ['1,100 KB of JSON', { kind: 'large', kilobytes: 1100 }, 'UNCONFIRMED', 'upstream_answer_too_large', true],
];

describe.each(TABLE)('upstream gives %s', (_what, behaviour, status, code, retryable) => {
  test(`the session is ${status} with ${code}, after one call and within the deadline`, async () => {
    upstream.next(behaviour);
    const startedAt = performance.now();
    const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice' } });
    const elapsed = performance.now() - startedAt;

    const result = body.data.createRealtimeSession;
    expect(result).toMatchObject({
      __typename: 'UpstreamError',
      message: expect.any(String),
      retryable,
      possiblyIssued: status === 'UNCONFIRMED',
      session: { status, clientSecret: null, issuedAt: null, failure: { code, message: result.message } },
    });
    expect(upstream.calls).toHaveLength(1);
    expect(elapsed).toBeLessThan(TIMEOUT_MS + 1000);
    // Something may run upstream only where a secret may exist.
    expect(result.session.exposedUntil === null).toBe(status === 'FAILED');

    const read = await gateway.ask(READ, { id: result.session.id });
    expect(read.body.data.realtimeSession).toEqual(result.session);
    const trail = await gateway.ask(TRAIL, { id: result.session.id });
    expect(trail.body.data.realtimeSession.auditEvents.nodes).toMatchObject([
      { action: `session.${status.toLowerCase()}`, outcome: 'FAILED', detail: { code } },
      { action: 'session.requested', outcome: 'SUCCEEDED' },
    ]);
    expect(JSON.stringify([body, read.body, trail.body, gateway.logLines])).not.toContain(PROSE);
  });
});

describe('a model of the sandbox fails as docs/sandbox.md says', () => {
  const sandbox = useGateway(database, { GATEHOUSE_UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS) });
  const rows = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `sandbox-'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

  test('the page lists each of them, in their order', () => {
    expect(rows.map(([, model]) => model)).toEqual(SANDBOX_MODELS);
  });

  test.each(rows)('%s%s: %s', async (_, model, _does, status, code, retryable, possiblyIssued) => {
    const { body } = await sandbox.ask(CREATE, { input: { externalUserId: 'alice', model } });
    const result = body.data.createRealtimeSession;
    const answered =
      result.__typename === 'UpstreamError'
        ? [result.session.failure.code, String(result.retryable), String(result.possiblyIssued)]
        : ['–', '–', '–'];
    expect([result.session.status, ...answered]).toEqual([status, code, retryable, possiblyIssued]);
    const read = await sandbox.ask(READ, { id: result.session.id });
    expect(read.body.data.realtimeSession).toMatchObject({ status, provider: 'sandbox', model });
  });

  test.each(['TRANSCRIPTION', 'TRANSLATION'])(
    'in a %s session as in any other; a name that is none of them does not exist',
    async (type) => {
      const results = await Promise.all(
        ['sandbox-quota', 'sandbox-of-no-kind'].map(async (model) => {
          const { body } = await sandbox.ask(CREATE, { input: { externalUserId: 'alice', type, model } });
          return body.data.createRealtimeSession;
        }),
      );
      expect(results).toMatchObject([
        { upstreamStatus: 429, upstreamCode: 'insufficient_quota' },
        { upstreamStatus: 404, upstreamCode: 'model_not_found' },
      ]);
    },
  );
});

test("passes on upstream's status, code and request id", async () => {
  upstream.next(refusal(404, 'model_not_found'));
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice' } });
  expect(body.data.createRealtimeSession).toMatchObject({
    upstreamStatus: 404,
    upstreamCode: 'model_not_found',
    upstreamRequestId: 'req_0123',
    session: {
      failure: { upstreamStatus: 404, upstreamCode: 'model_not_found', upstreamRequestId: 'req_0123' },
    },
  });
});

const mcp = { serverLabel: 'shop', serverUrl: 'https://shop.example/mcp' };
const city = { function: { name: 'city', parameters: { type: 'object', properties: { name: {} } } } };

/** What upstream complains of, and the field of the input that it is about. */
const COMPLAINTS: readonly [param: string, input: object, path: string[] | null][] = [
  ['session.audio.output.voice', { voice: 'nobody' }, ['voice']],
  ['session.audio.output.voice.id', { voice: 'voice_1' }, ['voice']],
  ['session.audio.output.voice', {}, ['voice']],
  ['session.audio.input.format.rate', { inputAudioFormat: 'PCM16' }, ['inputAudioFormat']],
  ['session.output_modalities[0]', { modalities: ['TEXT'] }, ['modalities', '0']],
  ['session.model', {}, ['model']],
  ['session.type', {}, ['type']],
  ['session.prompt', { extra: { prompt: { id: 'pmpt_1' } } }, ['extra', 'prompt']],
  ['session.prompt.id', { extra: { prompt: { id: 'pmpt_1' } } }, ['extra', 'prompt', 'id']],
  ['session.audio.output.speed', { extra: { speed: 1.5 } }, ['extra', 'speed']],
  ['session.tools[1].server_url', { tools: [city, { mcp }] }, ['tools', '1', 'mcp', 'serverUrl']],
  ['session.tools.0.name', { tools: [city] }, ['tools', '0', 'function', 'name']],
  ['session.tools[0].type', { tools: [city] }, ['tools', '0', 'function']],
  ['session.tools[0].parameters', { tools: [city] }, ['tools', '0', 'function', 'parameters']],
  ['session.tools[7].name', { tools: [city] }, ['tools']],
  [
    'session.audio.input.turn_detection.silence_duration_ms',
    { turnDetection: { serverVad: { silenceDurationMs: 1 } } },
    ['turnDetection', 'serverVad', 'silenceDurationMs'],
  ],
  [
    'session.audio.input.turn_detection.type',
    { turnDetection: { semanticVad: {} } },
    ['turnDetection', 'semanticVad'],
  ],
  ['session.audio.input.turn_detection', { turnDetection: { disabled: true } }, ['turnDetection']],
  [
    'session.audio.input.transcription.model',
    { inputAudioTranscription: { model: 'x' } },
    ['inputAudioTranscription', 'model'],
  ],
  ['session.audio.input.transcription.model', { type: 'TRANSCRIPTION', model: 'x' }, ['model']],
  ['expires_after.seconds', { expiresAfterSeconds: 7200 }, ['expiresAfterSeconds']],
  ['expires_after.anchor', {}, null],
  // Of the older dialect, and of relatives that leave the prefix out.
  ['voice', {}, ['voice']],
  ['input_audio_noise_reduction.type', {}, ['inputAudioNoiseReduction']],
  ['client_secret.expires_after', {}, ['expiresAfterSeconds']],
  ['session.audio', {}, null],
  ['metadata', {}, null],
  ['session.__proto__.constructor', {}, null],
];

test.each(COMPLAINTS)('upstream complains of %s in %j', async (param, fields, path) => {
  const error = { message: PROSE, type: 'invalid_request_error', param, code: 'invalid_value' };
  upstream.next({ kind: 'answer', status: 400, body: { error } });
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice', ...fields } });
  expect(body.data.createRealtimeSession).toMatchObject({
    __typename: 'UpstreamError',
    upstreamParam: param,
    path,
    session: { failure: { upstreamCode: 'invalid_value', upstreamParam: param } },
  });
});

test('a complaint reads the same in the record, in the trail, and in the answer to a repeated key', async () => {
  const upstreamParam = 'session.prompt.version';
  const error = { message: PROSE, type: 'x', param: upstreamParam, code: 'unknown_parameter' };
  upstream.next({ kind: 'answer', status: 400, body: { error } });
  const extra = { prompt: { id: 'pmpt_1', version: '2' } };
  const input = { externalUserId: 'alice', idempotencyKey: randomUUID(), extra };
  const { body } = await gateway.ask(CREATE, { input });
  const result = body.data.createRealtimeSession;
  expect(result).toMatchObject({ upstreamParam, path: ['extra', 'prompt', 'version'] });
  const read = await gateway.ask(READ, { id: result.session.id });
  expect(read.body.data.realtimeSession).toEqual(result.session);
  const trail = await gateway.ask(TRAIL, { id: result.session.id });
  const [event] = trail.body.data.realtimeSession.auditEvents.nodes;
  expect(event).toMatchObject({ detail: { upstreamCode: 'unknown_parameter', upstreamParam } });
  const repeated = await gateway.ask(CREATE, { input });
  expect(repeated.body.data.createRealtimeSession).toEqual(result);
  expect(upstream.calls).toHaveLength(1);
});

test.each<[retryAfter: string, status: number, seconds: number | null]>([
  ['20', 429, 20],
  ['20', 503, 20],
  ['20', 500, 20],
  ['1000000000000000000000', 429, 86_400],
  ['Fri, 29 Nov 2126 11:00:00 GMT', 503, 86_400],
  ['-20', 429, null],
  ['soon', 429, null],
  ['20', 400, null],
])('Retry-After: %s with %i', async (retryAfter, status, seconds) => {
  upstream.next({ kind: 'answer', status, headers: { 'retry-after': retryAfter } });
  const input = { externalUserId: 'alice', idempotencyKey: randomUUID() };
  const before = Date.now();
  const { body } = await gateway.ask(CREATE, { input });
  const result = body.data.createRealtimeSession;
  if (seconds === null) expect(result.retryAt).toBeNull();
  else {
    const wait = Date.parse(result.retryAt) - 1000 * seconds;
    expect(wait).toBeGreaterThanOrEqual(before - 5);
    expect(wait).toBeLessThanOrEqual(Date.now() + 5);
  }
  const trail = await gateway.ask(TRAIL, { id: result.session.id });
  const { retryAt } = trail.body.data.realtimeSession.auditEvents.nodes[0].detail;
  expect(retryAt).toBe(result.retryAt);
  const repeated = await gateway.ask(CREATE, { input });
  expect(repeated.body.data.createRealtimeSession).toEqual(result);
});

test('a credential of the request is nowhere in the record, whatever upstream puts it in place of', async () => {
  const authorization = 'shop_password_one';
  const value = 'shop_password_two';
  const server = { ...mcp, authorization, headers: [{ name: 'X-Shop', value }] };
  const error = { message: PROSE, type: 'x', code: authorization, param: `session.tools[0].${value}` };
  const headers = { 'x-request-id': `req-${authorization}` };
  upstream.next({ kind: 'answer', status: 400, body: { error }, headers });
  const { body } = await gateway.ask(CREATE, {
    input: { externalUserId: 'alice', tools: [{ mcp: server }] },
  });
  const nothing = { upstreamCode: null, upstreamParam: null, upstreamRequestId: null };
  expect(body.data.createRealtimeSession).toMatchObject({ ...nothing, session: { failure: nothing } });
  const trail = await gateway.ask(TRAIL, { id: body.data.createRealtimeSession.session.id });
  expect(JSON.stringify(trail.body)).not.toContain('shop_password');
});

test('redirects tell the operator to look at the base URL, and leave the circuit closed', async () => {
  const location = 'https://elsewhere.example/v1/realtime/client_secrets?key=value';
  upstream.always({ kind: 'answer', status: 301, headers: { location } });
  // More than failures of so many users in a row would be.
  for (let user = 0; user < 24; user++) {
    const { body } = await gateway.ask(CREATE, { input: { externalUserId: `user-${user}` } });
    expect(body.data.createRealtimeSession.session.failure.code).toBe('upstream_redirected');
  }
  upstream.always({ kind: 'echo' });
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice' } });
  expect(body.data.createRealtimeSession.__typename).toBe('CreateRealtimeSessionSuccess');
  const lines = gateway.logLines.join('');
  expect(lines).toMatch(/"level":"error".*"code":"upstream_redirected".*base URL/);
  expect(lines).not.toContain('elsewhere');
  const metrics = await (await fetch(`${gateway.managementUrl}/metrics`)).text();
  expect(metrics).toMatch(/gatehouse_mint_seconds_count\{[^}]*code="upstream_redirected"/);
});

test('200 with half the fields is a success: what is missing reads as it was sent', async () => {
  upstream.next({ kind: 'half' });
  const { body } = await gateway.ask(CREATE, {
    input: { externalUserId: 'alice', voice: 'marin', instructions: 'Be brief.', modalities: ['TEXT'] },
  });
  expect(body.data.createRealtimeSession).toMatchObject({
    __typename: 'CreateRealtimeSessionSuccess',
    session: { status: 'ACTIVE', voice: 'marin', instructions: 'Be brief.', modalities: ['TEXT'] },
  });
});

test('an answer may be a multiple of what was sent: 45,000 CJK characters, answered as escapes', async () => {
  const instructions = '語'.repeat(45_000);
  upstream.next({
    kind: 'respond',
    respond: ({ body }) => ({
      status: 200,
      body: JSON.stringify({ value: 'ek_0123456789abcdef', session: body }).replace(
        /[^ -~]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16)}`,
      ),
    }),
  });
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice', instructions } });
  expect(body.data.createRealtimeSession).toMatchObject({
    __typename: 'CreateRealtimeSessionSuccess',
    session: { instructions },
  });
});

test('an answer in gzip with a byte order mark, after 100 Continue, costs nobody the secret', async () => {
  const json = JSON.stringify({ value: 'ek_0123456789abcdef', session: { instructions: 'Be brief.' } });
  upstream.next({
    kind: 'raw',
    pieces: ['HTTP/1.1 100 Continue\r\n\r\n', encoded(gzipSync(`\ufeff${json}`))],
  });
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice' } });
  expect(body.data.createRealtimeSession).toMatchObject({
    __typename: 'CreateRealtimeSessionSuccess',
    session: { instructions: 'Be brief.' },
  });
});

test('characters that PostgreSQL cannot hold are replaced, and cost nobody the secret', async () => {
  upstream.next({
    kind: 'respond',
    respond: () => ({
      status: 200,
      body: {
        value: 'ek_0123456789abcdef',
        session: { instructions: 'a\0b\ud800c\\u0000', voice: 'v\0', ['k\0']: ['\udfff', '😀'] },
      },
    }),
  });
  const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice' } });
  expect(body.data.createRealtimeSession).toMatchObject({
    __typename: 'CreateRealtimeSessionSuccess',
    session: {
      instructions: 'a\ufffdb\ufffdc\\u0000',
      upstreamConfig: { 'k\ufffd': ['\ufffd', '😀'] },
    },
  });
});

test('connection refused: nothing was sent, so it failed and may be tried again', async () => {
  // No server of another test gets this port, as it may get one that was free a moment ago.
  const elsewhere = await startGateway(database, upstreamEnv('http://127.0.0.1:1/v1'));
  const { body } = await elsewhere.ask(CREATE, { input: { externalUserId: 'alice' } });
  await elsewhere.close();
  expect(body.data.createRealtimeSession).toMatchObject({
    __typename: 'UpstreamError',
    retryable: true,
    possiblyIssued: false,
    upstreamStatus: null,
    session: { status: 'FAILED', exposedUntil: null, failure: { code: 'upstream_unreachable' } },
  });
});
