import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../../src/platform/validation/json.ts';
import { flatDialect } from '../../src/providers/flat-dialect.ts';
import { gaDialect } from '../../src/providers/ga-dialect.ts';
import { problemsOfAnswer } from './openapi/validate.ts';

const examples: Json = JSON.parse(readFileSync(new URL('openapi/examples.json', import.meta.url), 'utf8'));

function example(name: string): JsonObject {
  const found = isJsonObject(examples) ? examples[name] : undefined;
  if (!isJsonObject(found)) throw new Error(`No example ${name}`);
  return found;
}

const mode = { name: null, serverLabel: null };
const serverVad = {
  kind: 'SERVER_VAD',
  threshold: null,
  prefixPaddingMs: null,
  silenceDurationMs: null,
  idleTimeoutMs: null,
  createResponse: null,
  interruptResponse: null,
};

describe('the document’s own examples', () => {
  const gaExample = {
    secret: 'ek_68af296e8e408191a1120ab6383263c2',
    expiresAt: new Date('2025-08-27T16:01:10Z'),
    upstreamSessionId: 'sess_C9CiUVUzUzYIssh3ELY1d',
  };
  const gaAnswered = {
    type: 'REALTIME',
    modalities: ['AUDIO'],
    instructions: 'You are a friendly assistant.',
    voice: 'alloy',
    inputAudioFormat: 'PCM16',
    outputAudioFormat: 'PCM16',
    inputAudioTranscription: null,
    inputAudioNoiseReduction: null,
    tools: [],
    toolChoice: { mode: 'AUTO', ...mode },
    maxResponseOutputTokens: 'inf',
  };

  test('POST /realtime/client_secrets', () => {
    const answer = example('POST /realtime/client_secrets');
    expect(problemsOfAnswer('RealtimeCreateClientSecretResponse', answer)).toEqual([]);
    expect(gaDialect.readAnswer(answer)).toStrictEqual({
      ...gaExample,
      answered: { ...gaAnswered, model: 'gpt-realtime', turnDetection: serverVad },
      rawSession: answer['session'],
    });
  });

  test('RealtimeCreateClientSecretResponse', () => {
    const answer = example('RealtimeCreateClientSecretResponse');
    expect(gaDialect.readAnswer(answer)).toStrictEqual({
      ...gaExample,
      answered: {
        ...gaAnswered,
        model: 'gpt-realtime-2025-08-25',
        turnDetection: {
          kind: 'SERVER_VAD',
          threshold: 0.5,
          prefixPaddingMs: 300,
          silenceDurationMs: 200,
          idleTimeoutMs: null,
          createResponse: true,
          interruptResponse: true,
        },
      },
      rawSession: answer['session'],
    });
  });

  test('a transcription session, whose model is the transcription’s', () => {
    const session = example('RealtimeTranscriptionSessionCreateResponseGA');
    const answer = { value: 'ek_1234567890', expires_at: 1742188264, session };
    expect(gaDialect.readAnswer(answer)).toStrictEqual({
      secret: 'ek_1234567890',
      expiresAt: new Date('2025-03-17T05:11:04Z'),
      upstreamSessionId: 'sess_BBwZc7cFV3XizEyKGDCGL',
      answered: {
        type: 'TRANSCRIPTION',
        model: 'gpt-4o-transcribe',
        inputAudioFormat: 'PCM16',
        inputAudioTranscription: { model: 'gpt-4o-transcribe', language: null, prompt: '' },
        turnDetection: { ...serverVad, threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 200 },
        inputAudioNoiseReduction: null,
      },
      rawSession: session,
    });
  });

  test('POST /realtime/translations/client_secrets', () => {
    const answer = example('POST /realtime/translations/client_secrets');
    expect(problemsOfAnswer('RealtimeTranslationClientSecretCreateResponse', answer)).toEqual([]);
    expect(gaDialect.readAnswer(answer)).toStrictEqual({
      ...gaExample,
      upstreamSessionId: 'sess_C9CiUVUzUzYIssh3ELY1d',
      answered: {
        type: 'TRANSLATION',
        model: 'gpt-realtime-translate',
        outputLanguage: 'es',
        inputAudioTranscription: { model: 'gpt-realtime-whisper', language: null, prompt: null },
        inputAudioNoiseReduction: null,
      },
      rawSession: answer['session'],
    });
  });

  test('POST /realtime/sessions', () => {
    const answer = example('POST /realtime/sessions');
    expect(problemsOfAnswer('RealtimeSessionCreateResponse', answer)).toEqual([]);
    expect(flatDialect.readAnswer(answer)).toStrictEqual({
      secret: 'ek_abc123',
      expiresAt: new Date('2009-02-13T23:31:30Z'),
      upstreamSessionId: 'sess_001',
      answered: {
        model: 'gpt-realtime-2025-08-25',
        modalities: ['AUDIO', 'TEXT'],
        instructions: 'You are a friendly assistant.',
        voice: 'alloy',
        inputAudioFormat: 'PCM16',
        outputAudioFormat: 'PCM16',
        inputAudioTranscription: { model: 'whisper-1', language: null, prompt: null },
        turnDetection: null,
        tools: [],
        toolChoice: { mode: 'NONE', ...mode },
        temperature: 0.7,
        maxResponseOutputTokens: 200,
      },
      rawSession: answer,
    });
  });
});

describe('an answer that says less, or something else', () => {
  const ga = (session: Json) => gaDialect.readAnswer({ value: 'ek_1234567890', session })?.answered;
  const flat = (fields: JsonObject) =>
    flatDialect.readAnswer({ ...fields, client_secret: { value: 'ek_1234567890' } })?.answered;

  test('what is not mentioned is absent', () => {
    expect(ga({})).toStrictEqual({});
    expect(ga(null)).toStrictEqual({});
    expect(ga({ audio: null })).toStrictEqual({});
    expect(ga({ audio: { input: null, output: 7 } })).toStrictEqual({});
    expect(flat({})).toStrictEqual({});
  });

  test('null is null for what can be null, and absent for what cannot', () => {
    const nothing = {
      instructions: null,
      voice: null,
      inputAudioFormat: null,
      outputAudioFormat: null,
      inputAudioTranscription: null,
      turnDetection: null,
      inputAudioNoiseReduction: null,
      toolChoice: null,
      temperature: null,
      maxResponseOutputTokens: null,
    };
    const common = {
      type: null,
      model: null,
      instructions: null,
      tools: null,
      tool_choice: null,
      temperature: null,
    };
    expect(
      ga({
        ...common,
        output_modalities: null,
        max_output_tokens: null,
        audio: {
          input: { format: null, transcription: null, noise_reduction: null, turn_detection: null },
          output: { format: null, voice: null },
        },
      }),
    ).toStrictEqual(nothing);
    expect(
      flat({
        ...common,
        modalities: null,
        voice: null,
        input_audio_format: null,
        output_audio_format: null,
        input_audio_transcription: null,
        turn_detection: null,
        input_audio_noise_reduction: null,
        max_response_output_tokens: null,
      }),
    ).toStrictEqual(nothing);
  });

  test('a value that we do not know reads as null; a tool or a modality that we do not know is left out', () => {
    expect(
      ga({
        type: 'interpretation',
        output_modalities: ['audio', 'scent'],
        audio: {
          input: {
            format: { type: 'audio/opus' },
            noise_reduction: { type: 'mid_field' },
            turn_detection: { type: 'telepathic_vad' },
          },
        },
        tools: [
          { type: 'function', name: 'weather' },
          { type: 'web_search', name: 'search' },
          { type: 'mcp' },
          'hammer',
        ],
        tool_choice: { type: 'allowed_tools' },
        max_output_tokens: 'lots',
      }),
    ).toStrictEqual({
      modalities: ['AUDIO'],
      inputAudioFormat: null,
      inputAudioNoiseReduction: null,
      turnDetection: null,
      tools: [{ kind: 'FUNCTION', name: 'weather', description: null, parameters: null }],
      toolChoice: null,
      maxResponseOutputTokens: null,
    });
  });

  test('an unreadable part of a turn detection leaves the rest of it', () => {
    expect(
      flat({ turn_detection: { type: 'semantic_vad', eagerness: 'reckless', create_response: true } }),
    ).toStrictEqual({
      turnDetection: { kind: 'SEMANTIC_VAD', eagerness: null, createResponse: true, interruptResponse: null },
    });
    expect(
      flat({ turn_detection: { threshold: 0.3, prefix_padding_ms: 0.5, silence_duration_ms: 2 ** 40 } }),
    ).toStrictEqual({ turnDetection: { ...serverVad, threshold: 0.3 } });
  });

  test('an MCP tool says which credentials it holds, not what they are', () => {
    expect(
      ga({
        tools: [
          {
            type: 'mcp',
            server_label: 'crm',
            server_url: 'https://crm.example/mcp?key=1',
            authorization: 'oauth-token',
            headers: { 'X-Tenant': 'tenant-key' },
            allowed_tools: { tool_names: ['find'], read_only: true },
            require_approval: { never: { tool_names: ['find'] } },
          },
          {
            type: 'mcp',
            server_label: 'bare',
            authorization: null,
            headers: null,
            allowed_tools: { read_only: true },
          },
        ],
      }),
    ).toStrictEqual({
      tools: [
        {
          kind: 'MCP',
          serverLabel: 'crm',
          serverUrl: 'https://crm.example/mcp?key=1',
          serverDescription: null,
          allowedTools: ['find'],
          requireApproval: { never: { tool_names: ['find'] } },
          hasAuthorization: true,
          headerNames: ['X-Tenant'],
        },
        {
          kind: 'MCP',
          serverLabel: 'bare',
          serverUrl: null,
          serverDescription: null,
          allowedTools: null,
          requireApproval: null,
          hasAuthorization: false,
          headerNames: [],
        },
      ],
    });
  });

  test('unknown keys stay in the session as answered', () => {
    const session = { id: 'sess_1', mood: 'cheerful', audio: { input: { gain: 3 } } };
    expect(gaDialect.readAnswer({ value: 'ek_1234567890', session })?.rawSession).toBe(session);
  });
});

describe('secret, expiry and ids', () => {
  test.each<[Json, Date | null]>([
    [1756310470, new Date('2025-08-27T16:01:10Z')],
    [1756310470.5, new Date('2025-08-27T16:01:10.500Z')],
    ['1756310470', new Date('2025-08-27T16:01:10Z')],
    [0, null],
    [-5, null],
    [1756310470000, null],
    ['soon', null],
    ['', null],
    [null, null],
    [{}, null],
  ])('expires_at %j', (expires_at, expected) => {
    expect(gaDialect.readAnswer({ value: 'ek_1234567890', expires_at })?.expiresAt).toEqual(expected);
    expect(
      flatDialect.readAnswer({ client_secret: { value: 'ek_1234567890', expires_at } })?.expiresAt,
    ).toEqual(expected);
  });

  test('the older place of the secret brings its own expiry', () => {
    const answer = {
      expires_at: 99,
      client_secret: { value: 'ek_1234567890', expires_at: 1756310470 },
      session: {},
    };
    expect(gaDialect.readAnswer(answer)).toMatchObject({
      secret: 'ek_1234567890',
      expiresAt: new Date(1756310470e3),
    });
  });

  test.each<Json>([
    {},
    { value: '' },
    { value: ' ' },
    { value: 7 },
    { value: null, client_secret: 'ek_1' },
    [],
    'ek_1',
    null,
  ])('no secret in %j', (answer) => {
    expect(gaDialect.readAnswer(answer)).toBeNull();
    expect(flatDialect.readAnswer(answer)).toBeNull();
  });

  test.each<[Json, string | null]>([
    ['sess_C9CiUVUzUzYIssh3ELY1d', 'sess_C9CiUVUzUzYIssh3ELY1d'],
    ['s'.repeat(255), 's'.repeat(255)],
    ['s'.repeat(256), null],
    ['', null],
    ['sess_\n1', null],
    ['sess_\u0000', null],
    ['\ud800', null],
    ['sess_ek_1234567890', null],
    ['ek_68af296e8e408191a1120ab6383263c2', null],
    [17, null],
    [{}, null],
  ])('session id %j', (id, expected) => {
    expect(gaDialect.readAnswer({ value: 'ek_1234567890', session: { id } })?.upstreamSessionId).toBe(
      expected,
    );
    const flat = flatDialect.readAnswer({ id, client_secret: { value: 'ek_1234567890' } });
    expect(flat?.upstreamSessionId).toBe(expected);
  });
});

test('a session id that holds the secret is not shown, whatever the secret looks like', () => {
  const answer = {
    value: 'plainsecret0123',
    session: { id: 'sess_plainsecret0123', object: 'plainsecret0123' },
  };
  expect(gaDialect.readAnswer(answer)).toMatchObject({ upstreamSessionId: null });
});
