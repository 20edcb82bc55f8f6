import type { JsonObject } from '../../src/platform/validation/json.ts';

const PCM = { type: 'audio/pcm', rate: 24_000 };
const SERVER_VAD = {
  __typename: 'ServerVad',
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
  idleTimeoutMs: null,
};
/** A session that only transcribes. */
export const transcriptionBy = (model: string, fields: object = {}) => ({
  type: 'TRANSCRIPTION',
  model,
  ...fields,
});

/** [what, input, session as answered, what is recorded]: what upstream said, else what was sent, else the model's default. */
export const RECORDED: readonly [string, object, JsonObject, object][] = [
  [
    'no turn detection for the default transcription model, which has none',
    { type: 'TRANSCRIPTION' },
    {},
    { model: 'gpt-live-transcribe', turnDetection: null },
  ],
  [
    'no turn detection for gpt-realtime-whisper, which has none',
    transcriptionBy('gpt-realtime-whisper'),
    { type: 'transcription', audio: { input: { format: PCM } } },
    { turnDetection: null },
  ],
  [
    'the default of the document for a transcription model that has turn detection, without responses',
    transcriptionBy('gpt-4o-transcribe'),
    {},
    { turnDetection: { ...SERVER_VAD, createResponse: null, interruptResponse: null } },
  ],
  [
    'the turn detection that was sent',
    transcriptionBy('whisper-1', { turnDetection: { serverVad: { threshold: 0.3 } } }),
    { audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 700 } } } },
    { turnDetection: { ...SERVER_VAD, threshold: 0.3, silenceDurationMs: 700 } },
  ],
  [
    'the turn detection that was answered, although the model is said to have none',
    transcriptionBy('gpt-live-transcribe'),
    { audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'low' } } } },
    { turnDetection: { __typename: 'SemanticVad', eagerness: 'LOW', createResponse: null } },
  ],
  [
    'languages, keywords and delay as sent, where the answer says nothing of them',
    {
      inputAudioTranscription: {
        model: 'some-listener-of-tomorrow',
        languages: ['nl', 'de'],
        keywords: ['Gatehouse'],
        delay: 'XHIGH',
      },
    },
    { audio: { input: { transcription: { model: 'some-listener-of-tomorrow' } } } },
    {
      inputAudioTranscription: {
        model: 'some-listener-of-tomorrow',
        language: null,
        languages: ['nl', 'de'],
        prompt: null,
        keywords: ['Gatehouse'],
        delay: 'XHIGH',
      },
    },
  ],
  [
    'an answered null or empty text as none, not as what was sent',
    { inputAudioTranscription: { model: 'whisper-1', language: 'de', prompt: 'Names' } },
    { audio: { input: { transcription: { model: 'whisper-1', language: '', prompt: null } } } },
    { inputAudioTranscription: { model: 'whisper-1', language: null, prompt: null } },
  ],
  [
    'an answered part of a turn detection that is none of ours as null, not as what was sent or the default',
    { turnDetection: { serverVad: { threshold: 0.3, idleTimeoutMs: 6000 } } },
    {
      audio: {
        input: { turn_detection: { type: 'server_vad', threshold: 'high', idle_timeout_ms: null } },
      },
    },
    {
      turnDetection: {
        ...SERVER_VAD,
        threshold: null,
        idleTimeoutMs: null,
        createResponse: true,
        interruptResponse: true,
      },
    },
  ],
  [
    'audio of another rate as null',
    { inputAudioFormat: 'PCM16', outputAudioFormat: 'G711_ULAW' },
    {
      audio: {
        input: { format: { type: 'audio/pcm', rate: 16_000 } },
        output: { format: { type: 'audio/pcmu', rate: 16_000 } },
      },
    },
    { inputAudioFormat: null, outputAudioFormat: null },
  ],
  [
    'the strength of the noise filter as sent',
    { inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: 0.4 } },
    { audio: { input: { noise_reduction: { type: 'far_field' } } } },
    { inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: 0.4 } },
  ],
  [
    'the strength of the noise filter as answered',
    { inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: 0.4 } },
    { audio: { input: { noise_reduction: { type: 'near_field', strength: 1 } } } },
    { inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: 1 } },
  ],
  [
    'no strength of another filter than was sent',
    { inputAudioNoiseReduction: { type: 'FAR_FIELD', strength: 0.4 } },
    { audio: { input: { noise_reduction: { type: 'near_field' } } } },
    { inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: null } },
  ],
];

/** [what, input, a part of the session as it is sent, what is recorded]: the upstream refuses what OpenAI refuses. */
export const SENT: readonly [string, object, object, object][] = [
  [
    'languages and keywords to a model that takes them',
    transcriptionBy('gpt-live-transcribe', {
      inputAudioTranscription: { languages: ['nl', 'de'], keywords: ['Gatehouse'], prompt: 'A call' },
    }),
    {
      audio: {
        input: {
          transcription: {
            model: 'gpt-live-transcribe',
            languages: ['nl', 'de'],
            keywords: ['Gatehouse'],
            prompt: 'A call',
          },
          turn_detection: null,
        },
      },
    },
    {
      inputAudioTranscription: {
        model: 'gpt-live-transcribe',
        language: null,
        languages: ['nl', 'de'],
        keywords: ['Gatehouse'],
        prompt: 'A call',
        delay: null,
      },
      turnDetection: null,
    },
  ],
  [
    'languages to the default transcription model',
    { type: 'TRANSCRIPTION', inputAudioTranscription: { languages: ['nl', 'de'] } },
    { audio: { input: { transcription: { model: 'gpt-live-transcribe', languages: ['nl', 'de'] } } } },
    { model: 'gpt-live-transcribe', inputAudioTranscription: { languages: ['nl', 'de'] } },
  ],
  [
    'a language to the model that the transcription names',
    { type: 'TRANSCRIPTION', inputAudioTranscription: { model: 'whisper-1', language: 'de' } },
    { audio: { input: { transcription: { model: 'whisper-1', language: 'de' } } } },
    { model: 'whisper-1', inputAudioTranscription: { language: 'de', languages: null } },
  ],
  [
    'a delay to the model that takes it',
    transcriptionBy('gpt-realtime-whisper', { inputAudioTranscription: { language: 'de', delay: 'LOW' } }),
    {
      audio: {
        input: {
          transcription: { model: 'gpt-realtime-whisper', language: 'de', delay: 'low' },
          turn_detection: null,
        },
      },
    },
    { inputAudioTranscription: { language: 'de', delay: 'LOW' }, turnDetection: null },
  ],
  [
    'everything to a model that nobody knows',
    {
      inputAudioTranscription: {
        model: 'constructor',
        languages: ['de'],
        keywords: ['a'],
        prompt: 'b',
        delay: 'HIGH',
      },
    },
    {
      audio: {
        input: {
          transcription: {
            model: 'constructor',
            languages: ['de'],
            keywords: ['a'],
            prompt: 'b',
            delay: 'high',
          },
        },
      },
    },
    { inputAudioTranscription: { model: 'constructor', languages: ['de'], keywords: ['a'], delay: 'HIGH' } },
  ],
  [
    'a connector, and a filter of tools that only read',
    {
      tools: [
        {
          mcp: {
            serverLabel: 'calendar',
            connectorId: 'connector_googlecalendar',
            authorization: 'oauth-token-0123456789',
            readOnlyTools: true,
          },
        },
        {
          mcp: {
            serverLabel: 'crm',
            serverUrl: 'https://crm.example/mcp',
            allowedTools: ['find'],
            readOnlyTools: true,
          },
        },
        {
          mcp: {
            serverLabel: 'crm',
            serverUrl: 'https://crm.example/mcp',
            allowedTools: ['find'],
            readOnlyTools: false,
          },
        },
      ],
    },
    {
      tools: [
        {
          type: 'mcp',
          server_label: 'calendar',
          connector_id: 'connector_googlecalendar',
          authorization: 'oauth-token-0123456789',
          allowed_tools: { read_only: true },
        },
        { allowed_tools: { tool_names: ['find'], read_only: true } },
        { allowed_tools: ['find'] },
      ],
    },
    {
      tools: [
        {
          serverUrl: null,
          connectorId: 'connector_googlecalendar',
          allowedTools: null,
          readOnlyTools: true,
          hasAuthorization: true,
        },
        { connectorId: null, allowedTools: ['find'], readOnlyTools: true },
        { allowedTools: ['find'], readOnlyTools: null },
      ],
    },
  ],
  [
    'the strength of the noise filter',
    { inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: 0.25 } },
    { audio: { input: { noise_reduction: { type: 'near_field', strength: 0.25 } } } },
    { inputAudioNoiseReduction: { type: 'NEAR_FIELD', strength: 0.25 } },
  ],
  [
    'a stored prompt with nulls',
    { extra: { prompt: { id: 'pmpt_1', version: null, variables: null } } },
    { prompt: { id: 'pmpt_1', version: null, variables: null } },
    {},
  ],
  ['no stored prompt', { extra: { prompt: null } }, { prompt: null }, {}],
  ['reasoning without an effort', { extra: { reasoning: {} } }, { reasoning: {} }, {}],
];
