import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { gaDialect } from '../../src/providers/ga-dialect.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import { createSandboxProvider, type Sandbox, startSandbox } from '../../src/providers/sandbox/sandbox.ts';
import type { SessionType } from '../../src/sessions/session-config.ts';
import { arbitrarySession, arbitraryTtlSeconds } from '../support/arbitrary-session.ts';
import { problemsOfAnswer } from './openapi/validate.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

function post(body: unknown, init: RequestInit = {}, type: SessionType = 'REALTIME'): Promise<Response> {
  return fetch(sandbox.baseUrl + gaDialect.path(type), {
    method: 'POST',
    headers: { authorization: 'Bearer sk-anything', 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });
}

test('answers like the official example, with a secret that lives as long as was asked', async () => {
  const before = Math.floor(Date.now() / 1000);
  const response = await post({
    expires_after: { anchor: 'created_at', seconds: 90 },
    session: { type: 'realtime', model: 'gpt-realtime', instructions: 'You are a friendly assistant.' },
  });
  const answer = await response.json();
  const after = Math.floor(Date.now() / 1000);
  expect(response.status).toBe(200);
  expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
  expect(problemsOfAnswer('RealtimeCreateClientSecretResponse', answer)).toEqual([]);
  expect(answer).toStrictEqual({
    value: expect.stringMatching(/^ek_[0-9a-f]{32}$/),
    expires_at: expect.any(Number),
    session: {
      type: 'realtime',
      object: 'realtime.session',
      id: expect.stringMatching(/^sess_[0-9a-f]+$/),
      model: 'gpt-realtime',
      output_modalities: ['audio'],
      instructions: 'You are a friendly assistant.',
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      tracing: null,
      truncation: 'auto',
      prompt: null,
      expires_at: 0,
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          transcription: null,
          noise_reduction: null,
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 200,
            idle_timeout_ms: null,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'alloy', speed: 1 },
      },
      include: null,
    },
  });
  expect(answer.expires_at).toBeGreaterThanOrEqual(before + 90);
  expect(answer.expires_at).toBeLessThanOrEqual(after + 91);
});

test('an empty request is a legal one: ten minutes, realtime, its default model', async () => {
  const now = Date.now() / 1000;
  const answer = await (await post({})).json();
  expect(answer).toMatchObject({ session: { type: 'realtime', model: 'gpt-realtime-2.1' } });
  expect(Math.abs(answer.expires_at - now - 600)).toBeLessThan(3);
});

test('every secret is another one', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, async () => (await post({})).json()));
  expect(new Set(answers.map((answer) => answer.value)).size).toBe(50);
  expect(new Set(answers.map((answer) => answer.session.id)).size).toBe(50);
});

test('takes whatever the adapter sends, and answers what the document allows', async () => {
  await fc.assert(
    fc.asyncProperty(arbitrarySession('ga'), arbitraryTtlSeconds, async (session, ttl) => {
      const response = await post(gaDialect.writeRequest(session, ttl), {}, session.type);
      const answer = await response.json();
      expect(answer).not.toHaveProperty('error');
      const schema =
        session.type === 'TRANSLATION'
          ? 'RealtimeTranslationClientSecretCreateResponse'
          : 'RealtimeCreateClientSecretResponse';
      expect(problemsOfAnswer(schema, answer)).toEqual([]);
      const text = JSON.stringify(answer);
      for (const tool of session.tools ?? []) {
        if (tool.kind === 'FUNCTION') continue;
        for (const secret of [tool.authorization, ...tool.headers.map(({ value }) => value)])
          expect(text).not.toContain(secret?.forUpstream() ?? '\0');
      }
    }),
    { numRuns: 60 },
  );
});

describe('refuses as OpenAI does', () => {
  const session = (fields: object) => ({ session: { type: 'realtime', ...fields } });
  const mcp = { type: 'mcp', server_label: 'crm' };

  test.each<[string, unknown, string | null, string | null]>([
    ['not JSON', '{', null, null],
    ['not an object', [], '', 'invalid_type'],
    ['an unknown parameter', { ttl: 60 }, 'ttl', 'unknown_parameter'],
    [
      'temperature, which GA lacks',
      session({ temperature: 0.8 }),
      'session.temperature',
      'unknown_parameter',
    ],
    ['a field of the beta', session({ voice: 'alloy' }), 'session.voice', 'unknown_parameter'],
    [
      'an unknown parameter far inside',
      session({ audio: { input: { turn_detection: { type: 'server_vad', eagerness: 'low' } } } }),
      'session.audio.input.turn_detection.eagerness',
      'unknown_parameter',
    ],
    [
      'a lifetime too short',
      { expires_after: { seconds: 9 } },
      'expires_after.seconds',
      'integer_below_min_value',
    ],
    [
      'a lifetime too long',
      { expires_after: { seconds: 7201 } },
      'expires_after.seconds',
      'integer_above_max_value',
    ],
    ['half a second', { expires_after: { seconds: 60.5 } }, 'expires_after.seconds', 'invalid_type'],
    [
      'another anchor',
      { expires_after: { anchor: 'now', seconds: 60 } },
      'expires_after.anchor',
      'invalid_value',
    ],
    [
      'a translation at the wrong place',
      { session: { type: 'translation' } },
      'session.type',
      'invalid_value',
    ],
    [
      'no kind of session',
      { session: { model: 'gpt-realtime' } },
      'session.type',
      'missing_required_parameter',
    ],
    [
      'both modalities',
      session({ output_modalities: ['text', 'audio'] }),
      'session.output_modalities',
      'invalid_value',
    ],
    [
      'a tool without a name',
      session({ tools: [{ type: 'function' }] }),
      'session.tools[0].name',
      'missing_required_parameter',
    ],
    [
      'a tool’s unknown parameter',
      session({ tools: [{ ...mcp, password: 'x' }] }),
      'session.tools[0].password',
      'unknown_parameter',
    ],
    [
      'too fast',
      session({ audio: { output: { speed: 1.6 } } }),
      'session.audio.output.speed',
      'decimal_above_max_value',
    ],
    [
      'another rate',
      session({ audio: { input: { format: { type: 'audio/pcm', rate: 16000 } } } }),
      'session.audio.input.format',
      'invalid_value',
    ],
    [
      'a voice for a listener',
      { session: { type: 'transcription', audio: { output: {} } } },
      'session.audio.output',
      'unknown_parameter',
    ],
  ])('%s', async (_, body, param, code) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toStrictEqual({
      error: { message: expect.any(String), type: 'invalid_request_error', param, code },
    });
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  });

  test.each<[string, unknown, string, string]>([
    ['a translation without a session', {}, 'session', 'missing_required_parameter'],
    ['without a model', { session: {} }, 'session.model', 'missing_required_parameter'],
    ['with a type', { session: { model: 'm', type: 'translation' } }, 'session.type', 'unknown_parameter'],
    [
      'with a voice',
      { session: { model: 'm', audio: { output: { voice: 'alloy' } } } },
      'session.audio.output.voice',
      'unknown_parameter',
    ],
  ])('%s, at the endpoint of translations', async (_, body, param, code) => {
    const response = await post(body, {}, 'TRANSLATION');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param, code } });
  });

  test('a request without a key', async () => {
    const response = await post({}, { headers: { 'content-type': 'application/json' } });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
  });

  test('an unknown path', async () => {
    const response = await fetch(`${sandbox.baseUrl}/realtime/sessions`, { method: 'POST' });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', code: null } });
  });

  test('another method', async () => {
    const response = await fetch(`${sandbox.baseUrl}/realtime/client_secrets`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  test('a body that is too large', async () => {
    const response = await post({ padding: 'x'.repeat(2 * 1024 * 1024) });
    expect(response.status).toBe(413);
  });
});

test('as a provider', async () => {
  const provider = await createSandboxProvider({ timeoutMs: 2000 });
  expect(provider).toMatchObject({ name: 'sandbox', dialect: 'ga', longestSessionSeconds: 3600 });
  const outcome = await provider.mint({
    session: { type: 'TRANSCRIPTION', model: 'gpt-live-transcribe', turnDetection: null, extra: {} },
    expiresAfterSeconds: 60,
    safetyIdentifier: 'user-hash',
  });
  expect(outcome).toMatchObject({
    kind: 'issued',
    answered: {
      type: 'TRANSCRIPTION',
      model: 'gpt-live-transcribe',
      inputAudioFormat: 'PCM16',
      turnDetection: null,
      inputAudioTranscription: { model: 'gpt-live-transcribe' },
    },
  });
  await provider.close();
});

test('what GA lacks is refused upstream, not dropped on the way', async () => {
  const apiKey = new Secret('sk-anything');
  const provider = createOpenAi({
    name: 'openai',
    baseUrl: sandbox.baseUrl,
    apiKey,
    timeoutMs: 2000,
    proxies: undefined,
  });
  const session = { type: 'REALTIME' as const, model: 'gpt-realtime-2.1', temperature: 0.8, extra: {} };
  expect(
    await provider.mint({ session, expiresAfterSeconds: 60, safetyIdentifier: 'user-hash' }),
  ).toMatchObject({
    kind: 'failed',
    code: 'upstream_rejected',
    upstreamStatus: 400,
    upstreamCode: 'unknown_parameter',
    upstreamParam: 'session.temperature',
  });
  await provider.close();
});
