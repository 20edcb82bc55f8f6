import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { flatDialect } from '../../src/providers/flat-dialect.ts';
import { gaDialect } from '../../src/providers/ga-dialect.ts';
import { emptyTranscription, type SessionRequest } from '../../src/sessions/session-config.ts';
import { arbitrarySession, arbitraryTtlSeconds } from '../support/arbitrary-session.ts';
import { problemsOfRequest } from './openapi/validate.ts';

describe('every request is one that OpenAI’s document allows', () => {
  test('ga', () => {
    fc.assert(
      fc.property(arbitrarySession('ga'), arbitraryTtlSeconds, (session, ttl) => {
        const wire = gaDialect.writeRequest(session, ttl);
        const schema =
          session.type === 'TRANSLATION'
            ? 'RealtimeTranslationClientSecretCreateRequest'
            : 'RealtimeCreateClientSecretRequest';
        expect(problemsOfRequest(schema, wire)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('flat', () => {
    fc.assert(
      fc.property(arbitrarySession('flat'), arbitraryTtlSeconds, (session, ttl) => {
        const wire = flatDialect.writeRequest(session, ttl);
        expect(problemsOfRequest('RealtimeSessionCreateRequest', wire)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

const full: SessionRequest = {
  type: 'REALTIME',
  model: 'gpt-realtime-2.1',
  modalities: ['AUDIO'],
  instructions: 'Be brief.',
  voice: 'voice_1234',
  inputAudioFormat: 'PCM16',
  outputAudioFormat: 'G711_ULAW',
  inputAudioTranscription: { ...emptyTranscription, model: 'whisper-1', language: 'de' },
  turnDetection: {
    kind: 'SERVER_VAD',
    threshold: 0.4,
    prefixPaddingMs: 200,
    silenceDurationMs: null,
    idleTimeoutMs: null,
    createResponse: true,
    interruptResponse: false,
  },
  inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: null },
  tools: [{ kind: 'FUNCTION', name: 'weather', description: 'Tells it', parameters: { type: 'object' } }],
  toolChoice: { mode: 'REQUIRED', name: null, serverLabel: null },
  maxResponseOutputTokens: 'inf',
  extra: { speed: 1.25, tracing: 'auto', truncation: 'disabled', prompt: { id: 'pmpt_1' } },
};

const parts = {
  transcription: { model: 'whisper-1', language: 'de' },
  turn_detection: {
    type: 'server_vad',
    threshold: 0.4,
    prefix_padding_ms: 200,
    create_response: true,
    interrupt_response: false,
  },
  tools: [{ type: 'function', name: 'weather', description: 'Tells it', parameters: { type: 'object' } }],
};

describe('where each field stands', () => {
  test('ga', () => {
    const extra = {
      ...full.extra,
      include: ['item.input_audio_transcription.logprobs'],
      parallel_tool_calls: false,
    };
    expect(
      gaDialect.writeRequest({ ...full, extra: { ...extra, reasoning: { effort: 'low' } } }, 60),
    ).toEqual({
      expires_after: { anchor: 'created_at', seconds: 60 },
      session: {
        type: 'realtime',
        model: 'gpt-realtime-2.1',
        output_modalities: ['audio'],
        instructions: 'Be brief.',
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24000 },
            transcription: parts.transcription,
            noise_reduction: { type: 'far_field' },
            turn_detection: parts.turn_detection,
          },
          output: { format: { type: 'audio/pcmu' }, voice: { id: 'voice_1234' }, speed: 1.25 },
        },
        tools: parts.tools,
        tool_choice: 'required',
        max_output_tokens: 'inf',
        tracing: 'auto',
        truncation: 'disabled',
        include: ['item.input_audio_transcription.logprobs'],
        reasoning: { effort: 'low' },
        parallel_tool_calls: false,
        prompt: { id: 'pmpt_1' },
      },
    });
  });

  test('flat', () => {
    expect(flatDialect.writeRequest({ ...full, temperature: 0.7 }, 60)).toEqual({
      client_secret: { expires_after: { anchor: 'created_at', seconds: 60 } },
      model: 'gpt-realtime-2.1',
      modalities: ['audio'],
      instructions: 'Be brief.',
      voice: { id: 'voice_1234' },
      input_audio_format: 'pcm16',
      output_audio_format: 'g711_ulaw',
      input_audio_transcription: parts.transcription,
      turn_detection: parts.turn_detection,
      input_audio_noise_reduction: { type: 'far_field' },
      tools: parts.tools,
      tool_choice: 'required',
      temperature: 0.7,
      max_response_output_tokens: 'inf',
      speed: 1.25,
      tracing: 'auto',
      truncation: 'disabled',
      prompt: { id: 'pmpt_1' },
    });
  });

  test('a transcription session names its model where the transcription stands', () => {
    const session: SessionRequest = {
      type: 'TRANSCRIPTION',
      model: 'gpt-live-transcribe',
      turnDetection: null,
      inputAudioTranscription: {
        ...emptyTranscription,
        model: 'gpt-live-transcribe',
        languages: ['pt', 'gl'],
        keywords: ['Fado'],
      },
      extra: {},
    };
    expect(gaDialect.writeRequest(session, 600)).toEqual({
      expires_after: { anchor: 'created_at', seconds: 600 },
      session: {
        type: 'transcription',
        audio: {
          input: {
            transcription: { model: 'gpt-live-transcribe', languages: ['pt', 'gl'], keywords: ['Fado'] },
            turn_detection: null,
          },
        },
      },
    });
  });

  test('a translation session has an endpoint of its own, a language, and no type', () => {
    const session: SessionRequest = {
      type: 'TRANSLATION',
      model: 'gpt-realtime-translate',
      outputLanguage: 'es',
      inputAudioTranscription: { ...emptyTranscription, model: 'gpt-realtime-whisper' },
      inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: null },
      extra: {},
    };
    expect(gaDialect.path('TRANSLATION')).toBe('/realtime/translations/client_secrets');
    expect(gaDialect.writeRequest(session, 600)).toEqual({
      expires_after: { anchor: 'created_at', seconds: 600 },
      session: {
        model: 'gpt-realtime-translate',
        audio: {
          input: {
            transcription: { model: 'gpt-realtime-whisper' },
            noise_reduction: { type: 'near_field' },
          },
          output: { language: 'es' },
        },
      },
    });
  });

  test.each(['TRANSCRIPTION', 'TRANSLATION'] as const)('the flat dialect has no %s sessions', (type) => {
    expect(flatDialect.writeRequest({ type, model: 'some-model', extra: {} }, 600)).toBeNull();
  });
});

describe('what was not asked for is not sent', () => {
  const least: SessionRequest = { type: 'REALTIME', model: 'm', extra: {} };

  test.each([
    [
      'ga',
      gaDialect,
      { expires_after: { anchor: 'created_at', seconds: 600 }, session: { type: 'realtime', model: 'm' } },
    ],
    [
      'flat',
      flatDialect,
      { client_secret: { expires_after: { anchor: 'created_at', seconds: 600 } }, model: 'm' },
    ],
  ])('%s', (_, dialect, wire) => {
    expect(dialect.writeRequest(least, 600)).toStrictEqual(wire);
  });

  test('null is sent where it switches something off, and nowhere else', () => {
    const off: SessionRequest = {
      ...least,
      instructions: null,
      voice: null,
      inputAudioFormat: null,
      outputAudioFormat: null,
      toolChoice: null,
      temperature: null,
      maxResponseOutputTokens: null,
      turnDetection: null,
      inputAudioTranscription: null,
      inputAudioNoiseReduction: null,
    };
    expect(gaDialect.writeRequest(off, 600)).toHaveProperty('session', {
      type: 'realtime',
      model: 'm',
      audio: { input: { transcription: null, noise_reduction: null, turn_detection: null } },
    });
    expect(flatDialect.writeRequest(off, 600)).toEqual({
      client_secret: { expires_after: { anchor: 'created_at', seconds: 600 } },
      model: 'm',
      input_audio_transcription: null,
      turn_detection: null,
      input_audio_noise_reduction: null,
    });
  });

  test('extra cannot replace a field that policy has looked at', () => {
    const wire = gaDialect.writeRequest({ ...least, extra: { model: 'other', type: 'transcription' } }, 600);
    expect(wire).toHaveProperty('session', { type: 'realtime', model: 'm' });
    expect(flatDialect.writeRequest({ ...least, extra: { model: 'other' } }, 600)).toHaveProperty(
      'model',
      'm',
    );
  });
});

test('an MCP tool goes up with its credentials', () => {
  const tools = [
    {
      kind: 'MCP' as const,
      serverLabel: 'crm',
      serverUrl: 'https://crm.example/mcp',
      connectorId: null,
      serverDescription: null,
      allowedTools: ['find'],
      readOnlyTools: null,
      requireApproval: 'never',
      authorization: new Secret('oauth-token-0123456789'),
      headers: [{ name: 'X-Tenant', value: new Secret('tenant-key-0123456789') }],
    },
  ];
  const wire = gaDialect.writeRequest({ type: 'REALTIME', model: 'm', tools, extra: {} }, 600);
  expect(wire).toHaveProperty('session.tools', [
    {
      type: 'mcp',
      server_label: 'crm',
      server_url: 'https://crm.example/mcp',
      authorization: 'oauth-token-0123456789',
      headers: { 'X-Tenant': 'tenant-key-0123456789' },
      allowed_tools: ['find'],
      require_approval: 'never',
    },
  ]);
});

test.each([
  [
    { mode: 'FUNCTION' as const, name: 'f', serverLabel: null },
    { type: 'function', name: 'f' },
  ],
  [
    { mode: 'MCP' as const, name: null, serverLabel: 'crm' },
    { type: 'mcp', server_label: 'crm' },
  ],
  [
    { mode: 'MCP' as const, name: 'find', serverLabel: 'crm' },
    { type: 'mcp', server_label: 'crm', name: 'find' },
  ],
])('tool choice %o', (toolChoice, wire) => {
  expect(gaDialect.writeRequest({ type: 'REALTIME', model: 'm', toolChoice, extra: {} }, 600)).toHaveProperty(
    'session.tool_choice',
    wire,
  );
});
