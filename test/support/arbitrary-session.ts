import fc from 'fast-check';
import { Secret } from '../../src/platform/redaction/secret.ts';
import type { JsonObject } from '../../src/platform/validation/json.ts';
import type { Dialect } from '../../src/providers/provider.ts';
import {
  type AudioFormat,
  emptyTranscription,
  type FunctionTool,
  type InputAudioTranscription,
  type McpToolRequest,
  type NoiseReduction,
  type SessionRequest,
  type ToolChoice,
  type TranscriptionDelay,
  type TurnDetection,
} from '../../src/sessions/session-config.ts';

// Only what each dialect can say, in the ranges of OpenAI's document: what a valid input becomes.

// Objects as literals make them; without it, some have no prototype, which only disturbs comparisons.
const PLAIN = { noNullPrototype: true } as const;

const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(fields, PLAIN);

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
const model = fc.constantFrom(
  'gpt-realtime-2.1',
  'gpt-realtime-2.1-mini',
  'gpt-realtime',
  'some-model-of-tomorrow',
);
const audioFormat = fc.constantFrom<AudioFormat>('PCM16', 'G711_ULAW', 'G711_ALAW');
const voice = fc.oneof(
  fc.constantFrom('alloy', 'marin', 'cedar'),
  name.map((id) => `voice_${id}`),
);
const flag = fc.option(fc.boolean());
const credential = fc.stringMatching(/^[A-Za-z0-9._~+-]{16,40}$/).map((value) => new Secret(value));

const noiseReduction = (dialect: Dialect): fc.Arbitrary<NoiseReduction> =>
  record({
    type: fc.constantFrom('NEAR_FIELD', 'FAR_FIELD'),
    strength: dialect === 'ga' ? fc.option(fc.constantFrom(0, 0.25, 1)) : fc.constant(null),
  });

type Options = Omit<InputAudioTranscription, 'model'>;
const none = fc.constant(null);
const language = fc.option(fc.constantFrom('en', 'de', 'pt'));
const languages = fc.option(fc.array(fc.constantFrom('en', 'de', 'pt'), { minLength: 1, maxLength: 3 }));
const prompt = fc.option(text);
const keywords = fc.option(fc.array(text, { maxLength: 3 }));
const delay = fc.option(fc.constantFrom<TranscriptionDelay>('MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'));
const noOptions = { language: none, languages: none, prompt: none, keywords: none, delay: none };

/** Models, each with what OpenAI says that it takes. */
const OPTIONS: Readonly<Record<string, fc.Arbitrary<Options>>> = {
  'whisper-1': record({ ...noOptions, language, prompt }),
  'gpt-4o-transcribe-diarize': record({ ...noOptions, language }),
  'gpt-transcribe': record({ ...noOptions, languages, prompt, keywords }),
  'gpt-live-transcribe': record({ ...noOptions, languages, prompt, keywords }),
  'gpt-realtime-whisper': record({ ...noOptions, language, delay }),
  'some-listener-of-tomorrow': record({ ...noOptions, languages, prompt, keywords, delay }),
};
/** Those of them that the older dialect has words for. */
const OLDER = ['whisper-1', 'gpt-4o-transcribe-diarize'];
/** Those of them that cannot tell when a turn ends. */
const WITHOUT_TURNS = ['gpt-live-transcribe', 'gpt-realtime-whisper'];

const transcription = (dialect: Dialect): fc.Arbitrary<InputAudioTranscription> =>
  fc.oneof(
    record({ ...noOptions, model: none, language }),
    ...Object.entries(OPTIONS)
      .filter(([model]) => dialect === 'ga' || OLDER.includes(model))
      .map(([model, options]) => options.map((chosen) => ({ model, ...chosen }))),
  );

function turnDetection(dialect: Dialect): fc.Arbitrary<TurnDetection> {
  return fc.oneof(
    record({
      kind: fc.constant('SERVER_VAD' as const),
      // Plus zero, because JSON has no minus zero.
      threshold: fc.option(fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0)),
      prefixPaddingMs: fc.option(fc.nat(2000)),
      silenceDurationMs: fc.option(fc.nat(2000)),
      idleTimeoutMs: dialect === 'ga' ? fc.option(fc.integer({ min: 5000, max: 30_000 })) : fc.constant(null),
      createResponse: flag,
      interruptResponse: flag,
    }),
    record({
      kind: fc.constant('SEMANTIC_VAD' as const),
      eagerness: fc.option(fc.constantFrom('LOW', 'MEDIUM', 'HIGH', 'AUTO')),
      createResponse: flag,
      interruptResponse: flag,
    }),
  );
}

const functionTool = record<FunctionTool>({
  kind: fc.constant('FUNCTION'),
  name,
  description: fc.option(text),
  parameters: fc.option(
    fc.constantFrom<JsonObject>(
      { type: 'object', properties: {} },
      { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    ),
  ),
});

const mcpTool = record<McpToolRequest>({
  kind: fc.constant('MCP'),
  serverLabel: name,
  serverUrl: fc.option(fc.webUrl()),
  connectorId: fc.constant('connector_gmail'),
  serverDescription: fc.option(text),
  allowedTools: fc.option(fc.array(name, { maxLength: 3 })),
  readOnlyTools: fc.constantFrom(null, true),
  requireApproval: fc.option(
    fc.constantFrom('always', 'never', { always: { tool_names: ['pay'] }, never: { read_only: true } }),
  ),
  authorization: fc.option(credential),
  headers: fc.uniqueArray(
    record({ name: fc.constantFrom('X-Api-Key', 'X-Tenant', 'Cookie'), value: credential }),
    { maxLength: 3, selector: (header) => header.name },
  ),
}).map((tool) => ({ ...tool, connectorId: tool.serverUrl === null ? tool.connectorId : null }));

function toolChoice(dialect: Dialect): fc.Arbitrary<ToolChoice> {
  const mode = record<ToolChoice>({
    mode: fc.constantFrom('AUTO', 'NONE', 'REQUIRED'),
    name: fc.constant(null),
    serverLabel: fc.constant(null),
  });
  if (dialect === 'flat') return mode;
  return fc.oneof(
    mode,
    record<ToolChoice>({ mode: fc.constant('FUNCTION'), name, serverLabel: fc.constant(null) }),
    record<ToolChoice>({ mode: fc.constant('MCP'), name: fc.option(name), serverLabel: name }),
  );
}

const include = fc.constant(['item.input_audio_transcription.logprobs']);
const extraOfBoth = {
  speed: fc.integer({ min: 1, max: 6 }).map((quarters) => quarters / 4),
  tracing: fc.constantFrom(
    'auto',
    { workflow_name: 'support', group_id: 'g1', metadata: { shift: 'night' } },
    { metadata: {} },
  ),
  truncation: fc.constantFrom('auto', 'disabled', {
    type: 'retention_ratio',
    retention_ratio: 0.8,
    token_limits: { post_instructions: 5000 },
  }),
  prompt: fc.constantFrom(
    { id: 'pmpt_1' },
    { id: 'pmpt_1', version: '2', variables: { city: 'Lisbon' } },
    { id: 'pmpt_1', version: null, variables: null },
  ),
};

function realtimeExtra(dialect: Dialect): fc.Arbitrary<JsonObject> {
  if (dialect === 'flat') return fc.record(extraOfBoth, { requiredKeys: [], ...PLAIN });
  return fc.record(
    {
      ...extraOfBoth,
      tracing: fc.option(extraOfBoth.tracing),
      include,
      reasoning: fc.constantFrom({ effort: 'low' }, { effort: 'xhigh' }),
      parallel_tool_calls: fc.boolean(),
    },
    { requiredKeys: [], ...PLAIN },
  );
}

const listening = (dialect: Dialect) => ({
  inputAudioFormat: audioFormat,
  inputAudioNoiseReduction: fc.option(noiseReduction(dialect)),
  turnDetection: fc.option(turnDetection(dialect)),
});

function realtimeSession(dialect: Dialect): fc.Arbitrary<SessionRequest> {
  return fc.record(
    {
      type: fc.constant('REALTIME' as const),
      model,
      ...listening(dialect),
      modalities:
        dialect === 'ga'
          ? fc.constantFrom(['AUDIO' as const], ['TEXT' as const])
          : fc.constantFrom(
              ['TEXT' as const, 'AUDIO' as const],
              ['AUDIO' as const, 'TEXT' as const],
              ['TEXT' as const],
            ),
      instructions: text,
      voice,
      outputAudioFormat: audioFormat,
      inputAudioTranscription: fc.option(transcription(dialect)),
      tools: fc.array(dialect === 'ga' ? fc.oneof(functionTool, mcpTool) : functionTool, { maxLength: 4 }),
      toolChoice: toolChoice(dialect),
      // Spread in, so that GA has no such key at all.
      ...(dialect === 'flat'
        ? { temperature: fc.integer({ min: 6, max: 12 }).map((tenths) => tenths / 10) }
        : {}),
      maxResponseOutputTokens: fc.oneof(fc.constant('inf' as const), fc.integer({ min: 1, max: 4096 })),
      extra: realtimeExtra(dialect),
      // All of them, so that a new field is sent and read back by the tests that use this.
    } satisfies Record<Exclude<keyof SessionRequest, 'temperature' | 'outputLanguage'>, unknown>,
    { requiredKeys: ['type', 'model', 'extra'], ...PLAIN },
  );
}

const transcriptionSession: fc.Arbitrary<SessionRequest> = fc
  .record(
    {
      type: fc.constant('TRANSCRIPTION' as const),
      ...listening('ga'),
      inputAudioTranscription: transcription('ga'),
      extra: fc.record({ include }, { requiredKeys: [], ...PLAIN }),
    },
    { requiredKeys: ['type', 'inputAudioTranscription', 'extra'], ...PLAIN },
  )
  .map(({ inputAudioTranscription, ...session }) => {
    const model = inputAudioTranscription.model ?? 'some-listener-of-tomorrow';
    return {
      ...session,
      model,
      inputAudioTranscription: { ...inputAudioTranscription, model },
      ...(WITHOUT_TURNS.includes(model) ? { turnDetection: null } : {}),
    };
  });

const translationSession: fc.Arbitrary<SessionRequest> = fc.record(
  {
    type: fc.constant('TRANSLATION' as const),
    model: fc.constantFrom('gpt-realtime-translate', 'some-interpreter-of-tomorrow'),
    outputLanguage: fc.constantFrom('es', 'pt-BR'),
    inputAudioTranscription: fc.option(
      fc
        .constantFrom('whisper-1', 'gpt-realtime-whisper')
        .map((model): InputAudioTranscription => ({ ...emptyTranscription, model })),
    ),
    inputAudioNoiseReduction: fc.option(
      fc.constantFrom('NEAR_FIELD' as const, 'FAR_FIELD' as const).map((type) => ({ type, strength: null })),
    ),
    extra: fc.constant({}),
  },
  { requiredKeys: ['type', 'model', 'extra'], ...PLAIN },
);

const xaiSession: fc.Arbitrary<SessionRequest> = record({
  type: fc.constant('REALTIME' as const),
  model,
  extra: fc.record(
    { reasoning: fc.constantFrom({ effort: 'none' }, { effort: 'high' }) },
    { requiredKeys: [], ...PLAIN },
  ),
});

/** Sessions as the domain hands them to a provider of `dialect`; the flat one and xAI have realtime sessions only. */
export function arbitrarySession(dialect: Dialect): fc.Arbitrary<SessionRequest> {
  switch (dialect) {
    case 'ga':
      return fc.oneof(realtimeSession('ga'), transcriptionSession, translationSession);
    case 'flat':
      return realtimeSession('flat');
    case 'xai':
      return xaiSession;
    case 'live':
      throw new Error('It mints nothing');
    default:
      return dialect satisfies never;
  }
}

/** Lifetimes of client secrets, in seconds. */
export const arbitraryTtlSeconds: fc.Arbitrary<number> = fc.integer({ min: 10, max: 7200 });
