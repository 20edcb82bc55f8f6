import {
  MAX_HEADERS,
  MAX_KEYWORDS,
  MAX_LABELS,
  MAX_LANGUAGES,
  MAX_MODALITIES,
  MAX_TOOL_NAMES,
  MAX_TOOLS,
} from '../issuing/input-limits.ts';
import { builder } from './builder.ts';
import { atMost } from './list-limit.ts';
import {
  AudioFormatEnum,
  ConnectionKindEnum,
  EagernessEnum,
  ModalityEnum,
  NoiseReductionTypeEnum,
  SessionTypeEnum,
  ToolChoiceModeEnum,
  TranscriptionDelayEnum,
} from './session-config.ts';

/** The input of createRealtimeSession. issuing/create-input-schema.ts checks ranges, issuing/check-dialect.ts dialects. */

const InputAudioTranscriptionInput = builder.inputType('InputAudioTranscriptionInput', {
  description:
    'How the input audio is transcribed, in addition to what the model hears. A field that the model is known not to take is refused.',
  fields: (t) => ({
    model: t.string({
      description:
        'The transcription model, e.g. "whisper-1". For a transcription session it must be left out or be the same as model.',
    }),
    language: t.string({
      description:
        'The language of the speech, in ISO 639-1, e.g. "en". Default: it is recognised. gpt-live-transcribe and gpt-transcribe take languages instead.',
    }),
    languages: t.stringList(
      atMost(
        MAX_LANGUAGES,
        'The languages that the speech may be in, in ISO 639-1, for models that take several (gpt-live-transcribe, gpt-transcribe). Not together with language.',
      ),
    ),
    prompt: t.string({
      description:
        'Words and topics to expect, e.g. the names of your products. gpt-realtime-whisper and gpt-4o-transcribe-diarize take none.',
    }),
    keywords: t.stringList(
      atMost(
        MAX_KEYWORDS,
        'Terms to listen for, taken literally, of at most 256 characters each (gpt-live-transcribe, gpt-transcribe).',
      ),
    ),
    delay: t.field({
      type: TranscriptionDelayEnum,
      description: 'How long the model waits before it writes (gpt-realtime-whisper).',
    }),
  }),
});

const InputAudioNoiseReductionInput = builder.inputType('InputAudioNoiseReductionInput', {
  description: 'The noise filter of the input audio. Write null in its place for none.',
  fields: (t) => ({
    type: t.field({
      type: NoiseReductionTypeEnum,
      required: true,
      description: 'The kind of filter.',
    }),
    strength: t.float({
      description: 'How much noise to remove, 0 to 1. Default: the default of the provider. GA dialect only.',
    }),
  }),
});

const ServerVadInput = builder.inputType('ServerVadInput', {
  description: 'Turn detection by volume and silence.',
  fields: (t) => ({
    threshold: t.float({
      description: 'The threshold of the volume, 0 to 1. A higher value needs louder speech. Default 0.5.',
    }),
    prefixPaddingMs: t.int({
      description: 'The milliseconds of audio to keep from before the speech was detected. Default 300.',
    }),
    silenceDurationMs: t.int({ description: 'The milliseconds of silence that end a turn. Default 500.' }),
    idleTimeoutMs: t.int({
      description:
        'The milliseconds of silence after which the model speaks without input, 5000 to 30000. Default: never. GA dialect only.',
    }),
    createResponse: t.boolean({
      description: 'Whether the model answers automatically when a turn ends. Default true.',
    }),
    interruptResponse: t.boolean({
      description: 'Whether the model stops speaking when the user starts to speak. Default true.',
    }),
  }),
});

const SemanticVadInput = builder.inputType('SemanticVadInput', {
  description: 'Turn detection by whether the speech sounds complete.',
  fields: (t) => ({
    eagerness: t.field({ type: EagernessEnum, description: 'How soon the model answers. Default AUTO.' }),
    createResponse: t.boolean({
      description: 'Whether the model answers automatically when a turn ends. Default true.',
    }),
    interruptResponse: t.boolean({
      description: 'Whether the model stops speaking when the user starts to speak. Default true.',
    }),
  }),
});

const TurnDetectionInput = builder.inputType('TurnDetectionInput', {
  description:
    'How the end of a turn is detected. Give exactly one field, e.g. `{ semanticVad: { eagerness: LOW } }`.',
  isOneOf: true,
  fields: (t) => ({
    serverVad: t.field({
      type: ServerVadInput,
      description: 'Detection by volume and silence. `{}` uses all defaults.',
    }),
    semanticVad: t.field({
      type: SemanticVadInput,
      description: 'Detection by what is said. `{}` uses all defaults.',
    }),
    disabled: t.boolean({
      description:
        'With true, there is no detection: the client decides when a turn ends. turnDetection: null says the same.',
    }),
  }),
});

const FunctionToolInput = builder.inputType('FunctionToolInput', {
  description: 'A function of the client that the model may call.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'The name that the model calls it by, e.g. "get_weather".',
    }),
    description: t.string({
      description: 'What the function does and when to call it, for the model to read.',
    }),
    parameters: t.field({
      type: 'JSON',
      description:
        'The JSON Schema of its arguments, an object, e.g. `{ type: "object", properties: { city: { type: "string" } } }`.',
    }),
  }),
});

const HeaderInput = builder.inputType('HeaderInput', {
  description: 'An HTTP header of the requests that the provider sends to an MCP server.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name. It is stored, and shown in headerNames.' }),
    value: t.string({
      required: true,
      description: 'The value. It is sent to the provider, and never stored, logged or shown.',
    }),
  }),
});

const McpToolInput = builder.inputType('McpToolInput', {
  description: 'An MCP server that the provider calls. GA dialect only.',
  fields: (t) => ({
    serverLabel: t.string({
      required: true,
      description: 'The name of the server in this session, e.g. in toolChoice.',
    }),
    serverUrl: t.string({
      description:
        'The http or https URL at which the provider reaches the server. It is stored without credentials and query. Give exactly one of serverUrl and connectorId.',
    }),
    connectorId: t.string({
      description:
        'A connector of the provider that stands for a server, e.g. "connector_googlecalendar". OpenAI has none for models released after 2026-09-01.',
    }),
    serverDescription: t.string({ description: 'What the server offers, for the model to read.' }),
    authorization: t.string({
      description: 'The authorization. It is sent to the provider, and never stored, logged or shown.',
    }),
    headers: t.field({
      type: [HeaderInput],
      ...atMost(
        MAX_HEADERS,
        'The headers. Their values are sent to the provider, and never stored, logged or shown.',
      ),
    }),
    allowedTools: t.stringList(
      atMost(MAX_TOOL_NAMES, 'The names of its tools that the model may call. Default: all tools.'),
    ),
    readOnlyTools: t.boolean({
      description: 'With true, the model may call only tools that the server marks as reading.',
    }),
    requireApproval: t.field({
      type: 'JSON',
      description:
        'Which calls the client must approve: "always", "never", or e.g. `{ never: { tool_names: ["search"] } }`.',
    }),
  }),
});

const ToolInput = builder.inputType('ToolInput', {
  description: 'A tool that the model may call. Give exactly one field.',
  isOneOf: true,
  fields: (t) => ({
    function: t.field({ type: FunctionToolInput, description: 'A function that the client carries out.' }),
    mcp: t.field({
      type: McpToolInput,
      description: 'An MCP server that the provider calls. GA dialect only.',
    }),
  }),
});

const ToolChoiceInput = builder.inputType('ToolChoiceInput', {
  description:
    'Whether the model calls a tool, and which one, e.g. `{ mode: FUNCTION, name: "get_weather" }`.',
  fields: (t) => ({
    mode: t.field({
      type: ToolChoiceModeEnum,
      required: true,
      description: 'The mode. FUNCTION and MCP are available in the GA dialect only.',
    }),
    name: t.string({
      description:
        'The name of the function or of the MCP tool. Required with FUNCTION, optional with MCP, not allowed otherwise.',
    }),
    serverLabel: t.string({
      description: 'The label of the MCP server. Required with MCP, not allowed otherwise.',
    }),
  }),
});

export const LabelInput = builder.inputType('LabelInput', {
  description:
    'A label: a key and a value that the application chooses, e.g. `{ key: "team", value: "support" }`.',
  fields: (t) => ({
    key: t.string({
      required: true,
      description: 'The key, at most 64 characters. It must be unique within the session.',
    }),
    value: t.string({ required: true, description: 'The value, at most 256 characters.' }),
  }),
});

export const CreateRealtimeSessionInput = builder.inputType('CreateRealtimeSessionInput', {
  description:
    'The session to create. Fields that are left out take the defaults of the provider. Null is the same as leaving a field out, except in turnDetection, inputAudioTranscription and inputAudioNoiseReduction, where it means off, as in what is returned, and inside extra. A field that the provider does not support is refused, never dropped.',
  fields: (t) => ({
    externalUserId: t.string({
      description:
        'The identifier that the applications use for the end user. Applications and operators must give it. An end user may leave it out, and may name only itself.',
    }),
    idempotencyKey: t.string({
      description:
        'A key that never mints more than one secret. A request with the same key and the same input is answered with the first outcome; a success is answered with SecretAlreadyIssuedError, because the secret was returned once and is not stored. 1 to 255 visible ASCII characters. Keys are remembered for at least 24 hours, per caller and user. A request that is refused before anything is reserved is not remembered.',
    }),
    expiresAfterSeconds: t.int({
      description:
        'The lifetime of the client secret in seconds, 10 to 7200 (xAI: 10 to 3600). A longer lifetime than the policy or the provider allows is refused, never shortened. Default: 600, or the maximum of the policy if that is less.',
    }),
    type: t.field({
      type: SessionTypeEnum,
      description:
        'The type: a conversation, a transcription or a translation. Default REALTIME, whatever the model: a model that is known to be for another type is refused.',
    }),
    model: t.string({
      description:
        'The model. For a transcription session, the transcription model. Default: the model that the gateway is configured with; gpt-live-transcribe for a transcription session, gpt-realtime-translate for a translation session.',
    }),
    modalities: t.field({
      type: [ModalityEnum],
      ...atMost(
        MAX_MODALITIES,
        'The kinds of output of the model. In the GA dialect [TEXT, AUDIO] becomes [AUDIO], which includes the transcript.',
      ),
    }),
    instructions: t.string({
      description: 'The instructions for the model, at most 65,536 characters. The client can override them.',
    }),
    voice: t.string({
      description:
        'The voice of the model: a name, e.g. "marin", or the id of a custom voice ("voice_…"). Default: the default of the provider.',
    }),
    inputAudioFormat: t.field({
      type: AudioFormatEnum,
      description: 'The format of the audio that the client sends. Default PCM16.',
    }),
    outputAudioFormat: t.field({
      type: AudioFormatEnum,
      description: 'The format of the audio that the model sends. Default PCM16.',
    }),
    inputAudioTranscription: t.field({
      type: InputAudioTranscriptionInput,
      description:
        'How the speech of the user is transcribed. Default: that of the provider; OpenAI does not transcribe it. Null: it is not transcribed, and the provider is told so. For a transcription session, which always transcribes, null is the same as leaving it out. xAI refuses the field and null alike.',
    }),
    turnDetection: t.field({
      type: TurnDetectionInput,
      description:
        'How the end of a turn of the user is detected. Left out: the default of the provider, which is serverVad; none for the transcription models that detect no turns (gpt-live-transcribe, gpt-realtime-whisper), for which it must be left out, null or disabled. Null: the same as `{ disabled: true }`, there is no detection. A translation session has none: it takes only null and disabled. xAI refuses the field and null alike.',
    }),
    inputAudioNoiseReduction: t.field({
      type: InputAudioNoiseReductionInput,
      description:
        'The noise filter of the input audio. Default: that of the provider; OpenAI has none. Null: no filter, and the provider is told so. xAI refuses the field and null alike.',
    }),
    tools: t.field({
      type: [ToolInput],
      ...atMost(MAX_TOOLS, 'The tools that the model may call. Default: none.'),
    }),
    toolChoice: t.field({
      type: ToolChoiceInput,
      description: 'Whether the model must call a tool, and which one. Default AUTO.',
    }),
    temperature: t.float({
      description:
        'The sampling temperature of the model, 0.6 to 1.2. Default 0.8. It is refused, never dropped, for dialects that have no temperature; the GA API has none.',
    }),
    maxResponseOutputTokens: t.field({
      type: 'TokenLimit',
      description:
        'The largest number of output tokens of one response, including tool calls. Default, and with null: "inf".',
    }),
    provider: t.string({
      description:
        'The name of a configured provider, e.g. "openai". It applies whatever provider the model is bound to. Default: the one that the model is bound to, else the first that is configured.',
    }),
    outputLanguage: t.string({
      description:
        'The language that a translation session translates into, e.g. "es". At most 64 characters. Beside it and the common fields, a translation session has inputAudioTranscription with a model, and inputAudioNoiseReduction with a type; all others are refused. Not allowed for other types of session.',
    }),
    connection: t.field({
      type: ConnectionKindEnum,
      defaultValue: 'DIRECT',
      description:
        "How the client connects. BROKERED: the secret is Gatehouse's own, lives 10 to 120 seconds (default 60) and opens one call, at callUrl; Gatehouse watches the call, records its usage and ends it. Credentials of MCP tools are refused then, because the request is stored until the call begins.",
    }),
    maxCallSeconds: t.int({
      description:
        'Of a BROKERED session: its call is ended after that long, 10 to 3600 seconds. Default: as long as the policy allows.',
    }),
    idleSeconds: t.int({
      description:
        'Of a BROKERED session: its call is ended when nobody has spoken for that long, 10 to 3600 seconds; 0: never. Default: what the operator configured.',
    }),
    extra: t.field({
      type: 'JSON',
      description:
        'Further session fields of the provider: speed, tracing, truncation, include, reasoning, parallel_tool_calls and prompt, and client of the Live API. They are validated and passed to the provider; the record has them redacted. E.g. `{ speed: 1.2 }`. Null is passed on where the provider gives it a meaning, and refused elsewhere: `{ tracing: null }` switches tracing off, and `{ prompt: null }` names no prompt. OpenAI retired stored prompts on 2026-11-30 and refuses prompt since then; other providers may still take it.',
    }),
    labels: t.field({
      type: [LabelInput],
      ...atMost(MAX_LABELS, 'The labels of the session.'),
    }),
  }),
});
