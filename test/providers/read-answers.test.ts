import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/platform/validation/json.ts';
import { flatDialect } from '../../src/providers/flat-dialect.ts';
import { gaDialect } from '../../src/providers/ga-dialect.ts';

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

  test('an unreadable part of a turn detection is null, and leaves the rest of it', () => {
    expect(
      flat({ turn_detection: { type: 'semantic_vad', eagerness: 'reckless', create_response: true } }),
    ).toStrictEqual({
      turnDetection: { kind: 'SEMANTIC_VAD', eagerness: null, createResponse: true },
    });
    expect(
      flat({ turn_detection: { threshold: 0.3, prefix_padding_ms: 0.5, silence_duration_ms: 2 ** 40 } }),
    ).toStrictEqual({
      turnDetection: {
        kind: 'SERVER_VAD',
        threshold: 0.3,
        prefixPaddingMs: null,
        silenceDurationMs: null,
      },
    });
  });

  test.each<[string, Json, Json]>([
    ['audio/pcm at 24 kHz', { type: 'audio/pcm', rate: 24_000 }, 'PCM16'],
    ['audio/pcm without a rate', { type: 'audio/pcm' }, 'PCM16'],
    ['audio/pcm with a null rate', { type: 'audio/pcm', rate: null }, 'PCM16'],
    ['audio/pcm at 16 kHz', { type: 'audio/pcm', rate: 16_000 }, null],
    ['audio/pcm at a rate in words', { type: 'audio/pcm', rate: '24000' }, null],
    ['pcm16 at 8 kHz', { type: 'pcm16', rate: 8000 }, null],
    ['audio/pcmu at 8 kHz', { type: 'audio/pcmu', rate: 8000 }, 'G711_ULAW'],
    ['audio/pcma at 16 kHz', { type: 'audio/pcma', rate: 16_000 }, null],
    ['two channels', { type: 'audio/pcm', rate: 24_000, channels: 2 }, null],
    ['one channel', { type: 'audio/pcm', rate: 24_000, channels: 1 }, 'PCM16'],
    ['an empty name', '', null],
    ['another kind of name', 'PCM16', null],
  ])('audio format: %s', (_, format, expected) => {
    expect(ga({ audio: { input: { format }, output: { format } } })).toStrictEqual({
      inputAudioFormat: expected,
      outputAudioFormat: expected,
    });
  });

  test.each<[JsonObject, object]>([
    [{}, {}],
    [{ model: '' }, {}],
    [{ language: '' }, { language: null }],
    [{ language: ['de'] }, { language: null }],
    [{ languages: [] }, { languages: null }],
    [{ languages: ['de', ''] }, { languages: null }],
    [{ languages: ['de', 7] }, { languages: null }],
    [{ languages: 'de' }, { languages: null }],
    [{ languages: ['nl', 'de'] }, { languages: ['nl', 'de'] }],
    [{ keywords: [] }, { keywords: [] }],
    [{ keywords: ['a', null] }, { keywords: null }],
    [{ prompt: '' }, { prompt: null }],
    [{ delay: 'xhigh' }, { delay: 'XHIGH' }],
    [{ delay: 'forever' }, { delay: null }],
  ])('transcription: %j', (transcription, expected) => {
    expect(ga({ audio: { input: { transcription } } })).toStrictEqual({ inputAudioTranscription: expected });
  });

  test.each<[Json, Json]>([
    [{ type: 'near_field' }, { type: 'NEAR_FIELD' }],
    [
      { type: 'near_field', strength: 0.5 },
      { type: 'NEAR_FIELD', strength: 0.5 },
    ],
    [
      { type: 'near_field', strength: 2 },
      { type: 'NEAR_FIELD', strength: null },
    ],
    [
      { type: 'near_field', strength: 'strong' },
      { type: 'NEAR_FIELD', strength: null },
    ],
    [{ strength: 0.5 }, null],
  ])('noise reduction: %j', (noise_reduction, expected) => {
    expect(ga({ audio: { input: { noise_reduction } } })).toStrictEqual({
      inputAudioNoiseReduction: expected,
    });
  });

  test('a field of another turn detection makes one without a type unreadable', () => {
    expect(flat({ turn_detection: { eagerness: 'low' } })).toStrictEqual({ turnDetection: null });
    expect(flat({ turn_detection: {} })).toStrictEqual({ turnDetection: { kind: 'SERVER_VAD' } });
  });

  test('an empty text is no text, and a name that is empty names nothing', () => {
    expect(
      ga({
        instructions: '',
        audio: { output: { voice: '' } },
        tools: [
          { type: 'function', name: '' },
          { type: 'mcp', server_label: '' },
        ],
        tool_choice: { type: 'function', name: '' },
      }),
    ).toStrictEqual({ instructions: null, voice: null, tools: [], toolChoice: null });
    expect(ga({ audio: { output: { voice: { id: '' } } } })).toStrictEqual({ voice: null });
    expect(ga({ tool_choice: { type: 'mcp', server_label: '' } })).toStrictEqual({ toolChoice: null });
  });

  test.each<[string, Json, Json, Json]>([
    ['no filter', null, null, null],
    ['names', ['find'], ['find'], null],
    ['no names', [], [], null],
    ['a filter by name', { tool_names: ['find'] }, ['find'], null],
    ['a filter by read-only', { read_only: true }, null, true],
    ['a filter that reads nothing off', { read_only: false }, null, false],
    ['both', { tool_names: ['find'], read_only: true }, ['find'], true],
    ['an unknown filter', { tool_names: ['find'], tags: ['safe'] }, null, null],
    ['a filter of an unknown form', { tool_names: ['find'], read_only: 'yes' }, null, null],
    ['names that are none', ['find', 7], null, null],
  ])('allowed tools: %s', (_, allowed_tools, allowedTools, readOnlyTools) => {
    const tools = [{ type: 'mcp', server_label: 'crm', connector_id: 'connector_gmail', allowed_tools }];
    expect(ga({ tools })?.tools).toMatchObject([
      { serverUrl: null, connectorId: 'connector_gmail', allowedTools, readOnlyTools },
    ]);
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
          connectorId: null,
          serverDescription: null,
          allowedTools: ['find'],
          readOnlyTools: true,
          requireApproval: { never: { tool_names: ['find'] } },
          hasAuthorization: true,
          headerNames: ['X-Tenant'],
        },
        {
          kind: 'MCP',
          serverLabel: 'bare',
          serverUrl: null,
          connectorId: null,
          serverDescription: null,
          allowedTools: null,
          readOnlyTools: true,
          requireApproval: null,
          hasAuthorization: false,
          headerNames: [],
        },
      ],
    });
  });

  test.each<[Json, boolean]>([
    ['oauth-token', true],
    [{ type: 'bearer', token: 'oauth-token' }, true],
    ['', false],
    [null, false],
  ])('an authorization of any form is one: %j', (authorization, hasAuthorization) => {
    expect(ga({ tools: [{ type: 'mcp', server_label: 'crm', authorization }] })?.tools).toMatchObject([
      { hasAuthorization },
    ]);
  });

  test('a tool choice that names something unreadable is null, not a choice of any tool', () => {
    expect(ga({ tool_choice: { type: 'mcp', server_label: 'crm', name: ['find'] } })).toStrictEqual({
      toolChoice: null,
    });
    expect(ga({ tool_choice: { type: 'mcp', server_label: 'crm', name: null } })).toStrictEqual({
      toolChoice: { mode: 'MCP', name: null, serverLabel: 'crm' },
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
