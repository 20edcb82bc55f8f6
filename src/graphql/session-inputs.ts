import { builder } from './builder.ts';
import {
  AudioFormatEnum,
  EagernessEnum,
  ModalityEnum,
  NoiseReductionTypeEnum,
  SessionTypeEnum,
  ToolChoiceModeEnum,
} from './session-parts.ts';

/** The input of createRealtimeSession. Ranges are checked in domain/create-input-schema.ts, dialects in domain/check-dialect.ts. */

const InputAudioTranscriptionInput = builder.inputType('InputAudioTranscriptionInput', {
  description: 'How what the user says is transcribed, beside what the model hears.',
  fields: (t) => ({
    model: t.string({
      description:
        'What transcribes, e.g. "whisper-1". For a transcription session the same as model, or left out.',
    }),
    language: t.string({
      description: 'The language spoken, in ISO 639-1, e.g. "en". Default: it is recognised.',
    }),
    prompt: t.string({ description: 'Words and topics to expect, e.g. the names of your products.' }),
  }),
});

const InputAudioNoiseReductionInput = builder.inputType('InputAudioNoiseReductionInput', {
  description: 'The filter on the input audio. Leave the whole field out for none.',
  fields: (t) => ({
    type: t.field({
      type: NoiseReductionTypeEnum,
      required: true,
      description: 'For which kind of microphone.',
    }),
  }),
});

const ServerVadInput = builder.inputType('ServerVadInput', {
  description: 'Finds turns by volume and silence.',
  fields: (t) => ({
    threshold: t.float({ description: '0 to 1; higher needs louder speech. Default 0.5.' }),
    prefixPaddingMs: t.int({
      description: 'Milliseconds of audio to keep from before the speech was noticed. Default 300.',
    }),
    silenceDurationMs: t.int({ description: 'Milliseconds of silence that end a turn. Default 500.' }),
    idleTimeoutMs: t.int({
      description:
        'Milliseconds of silence after which the model speaks up by itself, 5000 to 30000. Default: never. GA dialect only.',
    }),
    createResponse: t.boolean({
      description: 'Whether the model answers by itself when a turn ends. Default true.',
    }),
    interruptResponse: t.boolean({
      description: 'Whether the model falls silent when the user starts to speak. Default true.',
    }),
  }),
});

const SemanticVadInput = builder.inputType('SemanticVadInput', {
  description: 'Finds turns by whether what was said sounds complete.',
  fields: (t) => ({
    eagerness: t.field({ type: EagernessEnum, description: 'How soon the model answers. Default AUTO.' }),
    createResponse: t.boolean({
      description: 'Whether the model answers by itself when a turn ends. Default true.',
    }),
    interruptResponse: t.boolean({
      description: 'Whether the model falls silent when the user starts to speak. Default true.',
    }),
  }),
});

const TurnDetectionInput = builder.inputType('TurnDetectionInput', {
  description:
    'How the end of what the user says is found: exactly one of these, e.g. `{ semanticVad: { eagerness: LOW } }`.',
  isOneOf: true,
  fields: (t) => ({
    serverVad: t.field({
      type: ServerVadInput,
      description: 'By volume and silence; `{}` for all its defaults.',
    }),
    semanticVad: t.field({
      type: SemanticVadInput,
      description: 'By what was said; `{}` for all its defaults.',
    }),
    disabled: t.boolean({ description: 'true: the client decides when a turn ends.' }),
  }),
});

const FunctionToolInput = builder.inputType('FunctionToolInput', {
  description: 'A function of the client that the model may call.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'What the model calls it by, e.g. "get_weather".' }),
    description: t.string({ description: 'What it does and when to call it, for the model to read.' }),
    parameters: t.field({
      type: 'JSON',
      description:
        'A JSON Schema object of its arguments, e.g. `{ type: "object", properties: { city: { type: "string" } } }`.',
    }),
  }),
});

const HeaderInput = builder.inputType('HeaderInput', {
  description: 'An HTTP header of the requests that the provider makes to an MCP server.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Recorded, and shown in headerNames.' }),
    value: t.string({ required: true, description: 'Sent to the provider; never stored, logged or shown.' }),
  }),
});

const McpToolInput = builder.inputType('McpToolInput', {
  description: 'An MCP server that the provider calls. GA dialect only.',
  fields: (t) => ({
    serverLabel: t.string({
      required: true,
      description: 'What the session calls it by, e.g. in toolChoice.',
    }),
    serverUrl: t.string({
      required: true,
      description: 'Where the provider reaches it, by http or https. Recorded without credentials and query.',
    }),
    serverDescription: t.string({ description: 'What it offers, for the model to read.' }),
    authorization: t.string({ description: 'Sent to the provider; never stored, logged or shown.' }),
    headers: t.field({
      type: [HeaderInput],
      description: 'Values are sent to the provider; never stored, logged or shown.',
    }),
    allowedTools: t.stringList({
      description: 'The names of its tools that may be called. Default: all of them.',
    }),
    requireApproval: t.field({
      type: 'JSON',
      description:
        'Which calls the client has to approve: "always", "never", or e.g. `{ never: { tool_names: ["search"] } }`.',
    }),
  }),
});

const ToolInput = builder.inputType('ToolInput', {
  description: 'Something that the model may call: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    function: t.field({ type: FunctionToolInput, description: 'A function that the client carries out.' }),
    mcp: t.field({ type: McpToolInput, description: 'A server that the provider calls. GA dialect only.' }),
  }),
});

const ToolChoiceInput = builder.inputType('ToolChoiceInput', {
  description: 'Whether and which tool the model calls, e.g. `{ mode: FUNCTION, name: "get_weather" }`.',
  fields: (t) => ({
    mode: t.field({
      type: ToolChoiceModeEnum,
      required: true,
      description: 'FUNCTION and MCP in the GA dialect only.',
    }),
    name: t.string({
      description: 'The function or the MCP tool. Required with FUNCTION, optional with MCP, else left out.',
    }),
    serverLabel: t.string({ description: 'The MCP server. Required with MCP, else left out.' }),
  }),
});

export const LabelInput = builder.inputType('LabelInput', {
  description: 'A key and value of the application\'s own, e.g. `{ key: "team", value: "support" }`.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'At most 64 characters, unique within the session.' }),
    value: t.string({ required: true, description: 'At most 256 characters.' }),
  }),
});

export const CreateRealtimeSessionInput = builder.inputType('CreateRealtimeSessionInput', {
  description:
    "What the session shall be. Fields left out take the provider's defaults; what the configured provider cannot do is refused, never dropped.",
  fields: (t) => ({
    externalUserId: t.string({
      description:
        "The end user's identifier, as the applications know it. Required for applications and operators; an end user may leave it out, and may only name itself.",
    }),
    idempotencyKey: t.string({
      description:
        'The same key never mints twice. Repeating it with the same input answers with the first outcome (a success as SecretAlreadyIssuedError: the secret was handed out once and is not kept). 1 to 255 visible ASCII characters; remembered for at least 24 hours, per caller and user. Refusals that come before anything is reserved are not remembered.',
    }),
    expiresAfterSeconds: t.int({
      description:
        "Lifetime of the client secret in seconds, 10 to 7200. More than the policy allows is refused, never shortened. Default: 600, or the policy's maximum if that is less.",
    }),
    type: t.field({
      type: SessionTypeEnum,
      description: 'A conversation, or a transcription. Default REALTIME.',
    }),
    model: t.string({
      description:
        "What listens and answers. Default: the gateway's configured model. For a transcription session, the transcription model.",
    }),
    modalities: t.field({
      type: [ModalityEnum],
      description:
        'What the model answers with. In the GA dialect [TEXT, AUDIO] becomes [AUDIO]: the transcript comes along.',
    }),
    instructions: t.string({
      description:
        'What the model is told to be and do, at most 65,536 characters. A default, which the client can override.',
    }),
    voice: t.string({
      description:
        'A name such as "marin", or the id of a custom voice ("voice_…"). Default: the provider\'s.',
    }),
    inputAudioFormat: t.field({
      type: AudioFormatEnum,
      description: 'How the client encodes what it sends. Default PCM16.',
    }),
    outputAudioFormat: t.field({
      type: AudioFormatEnum,
      description: 'How the model encodes what it says. Default PCM16.',
    }),
    inputAudioTranscription: t.field({
      type: InputAudioTranscriptionInput,
      description: 'How what the user says is transcribed. Default: it is not.',
    }),
    turnDetection: t.field({
      type: TurnDetectionInput,
      description: 'How the end of what the user says is found. Default: serverVad.',
    }),
    inputAudioNoiseReduction: t.field({
      type: InputAudioNoiseReductionInput,
      description: 'What is filtered out before the model listens. Default: nothing.',
    }),
    tools: t.field({
      type: [ToolInput],
      description: 'What the model may call, at most 128. Default: nothing.',
    }),
    toolChoice: t.field({
      type: ToolChoiceInput,
      description: 'Whether the model has to call a tool, and which. Default AUTO.',
    }),
    temperature: t.float({
      description:
        'How freely the model picks its words, 0.6 to 1.2, default 0.8. Only for dialects that know it; refused elsewhere (the GA API has none), never silently dropped.',
    }),
    maxResponseOutputTokens: t.field({
      type: 'TokenLimit',
      description: 'The most tokens of one answer, tool calls included. Default "inf".',
    }),
    extra: t.field({
      type: 'JSON',
      description:
        'Further session fields of the provider, passed through after validation and redaction: speed, tracing, truncation, include, reasoning, parallel_tool_calls, prompt. E.g. `{ speed: 1.2 }`.',
    }),
    labels: t.field({
      type: [LabelInput],
      description: "Up to 32 keys and values of the application's own.",
    }),
  }),
});
