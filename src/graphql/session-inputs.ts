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
  fields: (t) => ({
    model: t.string(),
    language: t.string({ description: 'ISO 639-1, e.g. "en".' }),
    prompt: t.string(),
  }),
});

const InputAudioNoiseReductionInput = builder.inputType('InputAudioNoiseReductionInput', {
  fields: (t) => ({ type: t.field({ type: NoiseReductionTypeEnum, required: true }) }),
});

const ServerVadInput = builder.inputType('ServerVadInput', {
  fields: (t) => ({
    threshold: t.float({ description: '0 to 1, default 0.5.' }),
    prefixPaddingMs: t.int({ description: 'Default 300.' }),
    silenceDurationMs: t.int({ description: 'Default 500.' }),
    idleTimeoutMs: t.int({ description: '5000 to 30000. GA dialect only.' }),
    createResponse: t.boolean({ description: 'Default true.' }),
    interruptResponse: t.boolean({ description: 'Default true.' }),
  }),
});

const SemanticVadInput = builder.inputType('SemanticVadInput', {
  fields: (t) => ({
    eagerness: t.field({ type: EagernessEnum, description: 'Default AUTO.' }),
    createResponse: t.boolean({ description: 'Default true.' }),
    interruptResponse: t.boolean({ description: 'Default true.' }),
  }),
});

const TurnDetectionInput = builder.inputType('TurnDetectionInput', {
  description: 'Exactly one of these. Leave the whole field out for the default.',
  isOneOf: true,
  fields: (t) => ({
    serverVad: t.field({ type: ServerVadInput }),
    semanticVad: t.field({ type: SemanticVadInput }),
    disabled: t.boolean({ description: 'true: the client decides when a turn ends.' }),
  }),
});

const FunctionToolInput = builder.inputType('FunctionToolInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    description: t.string(),
    parameters: t.field({ type: 'JSON', description: 'A JSON Schema object.' }),
  }),
});

const HeaderInput = builder.inputType('HeaderInput', {
  fields: (t) => ({ name: t.string({ required: true }), value: t.string({ required: true }) }),
});

const McpToolInput = builder.inputType('McpToolInput', {
  description: 'An MCP server that the provider calls. GA dialect only.',
  fields: (t) => ({
    serverLabel: t.string({ required: true }),
    serverUrl: t.string({ required: true }),
    serverDescription: t.string(),
    authorization: t.string({ description: 'Sent to the provider; never stored, logged or shown.' }),
    headers: t.field({
      type: [HeaderInput],
      description: 'Values are sent to the provider; never stored, logged or shown.',
    }),
    allowedTools: t.stringList(),
    requireApproval: t.field({
      type: 'JSON',
      description: '"always", "never", or { always: { tool_names, read_only }, never: { … } }.',
    }),
  }),
});

const ToolInput = builder.inputType('ToolInput', {
  description: 'Exactly one of these.',
  isOneOf: true,
  fields: (t) => ({ function: t.field({ type: FunctionToolInput }), mcp: t.field({ type: McpToolInput }) }),
});

const ToolChoiceInput = builder.inputType('ToolChoiceInput', {
  fields: (t) => ({
    mode: t.field({ type: ToolChoiceModeEnum, required: true }),
    name: t.string({
      description: 'The function or the MCP tool. With FUNCTION required, with MCP optional.',
    }),
    serverLabel: t.string({ description: 'Required with MCP.' }),
  }),
});

const LabelInput = builder.inputType('LabelInput', {
  fields: (t) => ({ key: t.string({ required: true }), value: t.string({ required: true }) }),
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
    type: t.field({ type: SessionTypeEnum, description: 'Default REALTIME.' }),
    model: t.string({
      description:
        "Default: the gateway's configured model. For a transcription session, the transcription model.",
    }),
    modalities: t.field({
      type: [ModalityEnum],
      description: 'In the GA dialect [TEXT, AUDIO] becomes [AUDIO]: the transcript comes along.',
    }),
    instructions: t.string({
      description: 'At most 65,536 characters. A default for the model, which its client can override.',
    }),
    voice: t.string({ description: 'A name such as "marin", or the id of a custom voice ("voice_…").' }),
    inputAudioFormat: t.field({ type: AudioFormatEnum }),
    outputAudioFormat: t.field({ type: AudioFormatEnum }),
    inputAudioTranscription: t.field({ type: InputAudioTranscriptionInput }),
    turnDetection: t.field({ type: TurnDetectionInput }),
    inputAudioNoiseReduction: t.field({ type: InputAudioNoiseReductionInput }),
    tools: t.field({ type: [ToolInput] }),
    toolChoice: t.field({ type: ToolChoiceInput }),
    temperature: t.float({
      description: 'Only for dialects that know it; a typed error elsewhere, never silently dropped.',
    }),
    maxResponseOutputTokens: t.field({ type: 'TokenLimit' }),
    extra: t.field({
      type: 'JSON',
      description:
        'Further session fields of the provider, passed through after validation and redaction: speed, tracing, truncation, include, reasoning, parallel_tool_calls, prompt.',
    }),
    labels: t.field({
      type: [LabelInput],
      description: "Up to 32 keys and values of the application's own.",
    }),
  }),
});
