import type {
  FunctionTool,
  InputAudioTranscription,
  Label,
  McpTool,
  NoiseReduction,
  SemanticVad,
  ServerVad,
  ToolChoice,
} from '../domain/session-config.ts';
import { builder } from './builder.ts';

/** The enums and parts of a session's configuration, as they are read. Their inputs stand in session-inputs.ts. */

export const SessionTypeEnum = builder.enumType('RealtimeSessionType', {
  description: 'What the session is for: a conversation, or transcribing what is said.',
  values: ['REALTIME', 'TRANSCRIPTION'] as const,
});
export const ModalityEnum = builder.enumType('Modality', {
  description: 'What the model answers with. Audio comes with its transcript.',
  values: ['TEXT', 'AUDIO'] as const,
});
export const AudioFormatEnum = builder.enumType('AudioFormat', {
  description: 'PCM16 is 16 bit at 24 kHz, mono, little-endian; the G.711 formats are 8 kHz.',
  values: ['PCM16', 'G711_ULAW', 'G711_ALAW'] as const,
});
export const NoiseReductionTypeEnum = builder.enumType('NoiseReductionType', {
  description: 'NEAR_FIELD for headsets, FAR_FIELD for laptop and room microphones.',
  values: ['NEAR_FIELD', 'FAR_FIELD'] as const,
});
export const EagernessEnum = builder.enumType('Eagerness', {
  description:
    'How soon the model answers after a pause: LOW waits up to 8 s, MEDIUM 4 s, HIGH 2 s; AUTO is MEDIUM.',
  values: ['LOW', 'MEDIUM', 'HIGH', 'AUTO'] as const,
});
export const ToolChoiceModeEnum = builder.enumType('ToolChoiceMode', {
  description: 'Whether and which tool the model calls.',
  values: ['AUTO', 'NONE', 'REQUIRED', 'FUNCTION', 'MCP'] as const,
});

export const InputAudioTranscriptionType = builder
  .objectRef<InputAudioTranscription>('InputAudioTranscription')
  .implement({
    description: 'How the input audio is transcribed, beside what the model hears.',
    fields: (t) => ({
      model: t.exposeString('model', { nullable: true }),
      language: t.exposeString('language', { nullable: true, description: 'ISO 639-1, e.g. "en".' }),
      prompt: t.exposeString('prompt', { nullable: true }),
    }),
  });

export const InputAudioNoiseReductionType = builder
  .objectRef<NoiseReduction>('InputAudioNoiseReduction')
  .implement({ fields: (t) => ({ type: t.expose('type', { type: NoiseReductionTypeEnum }) }) });

const ServerVadType = builder.objectRef<ServerVad>('ServerVad').implement({
  description: 'Turns are found by volume and silence.',
  fields: (t) => ({
    threshold: t.exposeFloat('threshold', {
      nullable: true,
      description: '0 to 1; higher needs louder speech.',
    }),
    prefixPaddingMs: t.exposeInt('prefixPaddingMs', { nullable: true }),
    silenceDurationMs: t.exposeInt('silenceDurationMs', { nullable: true }),
    idleTimeoutMs: t.exposeInt('idleTimeoutMs', {
      nullable: true,
      description: 'After this silence the model speaks up by itself.',
    }),
    createResponse: t.exposeBoolean('createResponse', { nullable: true }),
    interruptResponse: t.exposeBoolean('interruptResponse', { nullable: true }),
  }),
});

const SemanticVadType = builder.objectRef<SemanticVad>('SemanticVad').implement({
  description: 'Turns are found by what was said.',
  fields: (t) => ({
    eagerness: t.expose('eagerness', { type: EagernessEnum, nullable: true }),
    createResponse: t.exposeBoolean('createResponse', { nullable: true }),
    interruptResponse: t.exposeBoolean('interruptResponse', { nullable: true }),
  }),
});

export const TurnDetectionType = builder.unionType('TurnDetection', {
  description: 'How the end of a turn is found. Null where it is switched off.',
  types: [ServerVadType, SemanticVadType],
  resolveType: (vad) => (vad.kind === 'SERVER_VAD' ? ServerVadType : SemanticVadType),
});

const FunctionToolType = builder.objectRef<FunctionTool>('FunctionTool').implement({
  description: 'A function of the client that the model may call.',
  fields: (t) => ({
    name: t.exposeString('name'),
    description: t.exposeString('description', { nullable: true }),
    parameters: t.expose('parameters', { type: 'JSON', nullable: true, description: 'A JSON Schema.' }),
  }),
});

const McpToolType = builder.objectRef<McpTool>('McpTool').implement({
  description: 'An MCP server that the provider calls. Authorization and header values are never stored.',
  fields: (t) => ({
    serverLabel: t.exposeString('serverLabel'),
    serverUrl: t.exposeString('serverUrl', {
      nullable: true,
      description: 'Without its credentials and its query.',
    }),
    serverDescription: t.exposeString('serverDescription', { nullable: true }),
    allowedTools: t.exposeStringList('allowedTools', { nullable: true }),
    requireApproval: t.expose('requireApproval', { type: 'JSON', nullable: true }),
    hasAuthorization: t.exposeBoolean('hasAuthorization', {
      description: 'Whether an authorization was sent.',
    }),
    headerNames: t.exposeStringList('headerNames', { description: 'Which headers were sent.' }),
  }),
});

export const ToolType = builder.unionType('Tool', {
  description: 'Something that the model may call.',
  types: [FunctionToolType, McpToolType],
  resolveType: (tool) => (tool.kind === 'FUNCTION' ? FunctionToolType : McpToolType),
});

export const ToolChoiceType = builder.objectRef<ToolChoice>('ToolChoice').implement({
  fields: (t) => ({
    mode: t.expose('mode', { type: ToolChoiceModeEnum }),
    name: t.exposeString('name', { nullable: true }),
    serverLabel: t.exposeString('serverLabel', { nullable: true }),
  }),
});

export const LabelType = builder.objectRef<Label>('Label').implement({
  description: "A key and value of the application's own.",
  fields: (t) => ({ key: t.exposeString('key'), value: t.exposeString('value') }),
});
