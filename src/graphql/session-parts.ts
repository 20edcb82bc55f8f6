import type {
  AudioFormat,
  Eagerness,
  FunctionTool,
  InputAudioTranscription,
  Label,
  McpTool,
  Modality,
  NoiseReduction,
  NoiseReductionType,
  SemanticVad,
  ServerVad,
  SessionType,
  ToolChoice,
  ToolChoiceMode,
} from '../sessions/session-config.ts';
import { builder } from './builder.ts';

/** The enums and parts of a session's configuration, as they are read. Their inputs stand in session-inputs.ts. */

export const SessionTypeEnum = builder.enumType('RealtimeSessionType', {
  description: 'What the session is for: a conversation, or transcribing what is said.',
  values: {
    REALTIME: { description: 'A conversation: the model listens and answers.' },
    TRANSCRIPTION: { description: 'What is said is transcribed; nothing answers.' },
  } satisfies Record<SessionType, object>,
});
export const ModalityEnum = builder.enumType('Modality', {
  description: 'What the model answers with. Audio comes with its transcript.',
  values: {
    TEXT: { description: 'Written words.' },
    AUDIO: { description: 'Speech, with its transcript.' },
  } satisfies Record<Modality, object>,
});
export const AudioFormatEnum = builder.enumType('AudioFormat', {
  description: 'How audio is encoded on its way.',
  values: {
    PCM16: { description: '16 bit PCM at 24 kHz, mono, little-endian.' },
    G711_ULAW: { description: 'G.711 μ-law at 8 kHz, as telephones in North America and Japan.' },
    G711_ALAW: { description: 'G.711 A-law at 8 kHz, as telephones elsewhere.' },
  } satisfies Record<AudioFormat, object>,
});
export const NoiseReductionTypeEnum = builder.enumType('NoiseReductionType', {
  description: 'Which noise is filtered out: it depends on the microphone.',
  values: {
    NEAR_FIELD: { description: 'For a microphone close to the mouth, e.g. a headset.' },
    FAR_FIELD: { description: 'For a microphone in the room, e.g. of a laptop.' },
  } satisfies Record<NoiseReductionType, object>,
});
export const EagernessEnum = builder.enumType('Eagerness', {
  description: 'How soon the model answers when it is not sure that the user is done.',
  values: {
    LOW: { description: 'It waits up to 8 seconds: the user may pause to think.' },
    MEDIUM: { description: 'It waits up to 4 seconds.' },
    HIGH: { description: 'It waits up to 2 seconds: quick answers, more interruptions.' },
    AUTO: { description: 'The same as MEDIUM.' },
  } satisfies Record<Eagerness, object>,
});
export const ToolChoiceModeEnum = builder.enumType('ToolChoiceMode', {
  description: 'Whether and which tool the model calls.',
  values: {
    AUTO: { description: 'The model decides.' },
    NONE: { description: 'It calls none.' },
    REQUIRED: { description: 'It calls at least one, of its choice.' },
    FUNCTION: { description: 'It calls the function of that name.' },
    MCP: { description: 'It calls a tool of that MCP server; the one of that name, if there is a name.' },
  } satisfies Record<ToolChoiceMode, object>,
});

export const InputAudioTranscriptionType = builder
  .objectRef<InputAudioTranscription>('InputAudioTranscription')
  .implement({
    description: 'How the input audio is transcribed, beside what the model hears.',
    fields: (t) => ({
      model: t.exposeString('model', {
        nullable: true,
        description: 'What transcribes, e.g. "whisper-1". Null when the provider did not say.',
      }),
      language: t.exposeString('language', {
        nullable: true,
        description: 'The language spoken, in ISO 639-1, e.g. "en". Null: it is recognised.',
      }),
      prompt: t.exposeString('prompt', {
        nullable: true,
        description: 'Words and topics to expect. Null when none were given.',
      }),
    }),
  });

export const InputAudioNoiseReductionType = builder
  .objectRef<NoiseReduction>('InputAudioNoiseReduction')
  .implement({
    description: 'The filter on the input audio.',
    fields: (t) => ({
      type: t.expose('type', { type: NoiseReductionTypeEnum, description: 'For which kind of microphone.' }),
    }),
  });

const ServerVadType = builder.objectRef<ServerVad>('ServerVad').implement({
  description: 'Turns are found by volume and silence, whatever is said.',
  fields: (t) => ({
    threshold: t.exposeFloat('threshold', {
      nullable: true,
      description: '0 to 1; higher needs louder speech.',
    }),
    prefixPaddingMs: t.exposeInt('prefixPaddingMs', {
      nullable: true,
      description: 'Milliseconds of audio that are kept from before the speech was noticed.',
    }),
    silenceDurationMs: t.exposeInt('silenceDurationMs', {
      nullable: true,
      description: 'Milliseconds of silence that end a turn.',
    }),
    idleTimeoutMs: t.exposeInt('idleTimeoutMs', {
      nullable: true,
      description: 'Milliseconds of silence after which the model speaks up by itself. Null: it waits.',
    }),
    createResponse: t.exposeBoolean('createResponse', {
      nullable: true,
      description: 'Whether the model answers by itself when a turn ends.',
    }),
    interruptResponse: t.exposeBoolean('interruptResponse', {
      nullable: true,
      description: 'Whether the model falls silent when the user starts to speak.',
    }),
  }),
});

const SemanticVadType = builder.objectRef<SemanticVad>('SemanticVad').implement({
  description: 'Turns are found by whether what was said sounds complete.',
  fields: (t) => ({
    eagerness: t.expose('eagerness', {
      type: EagernessEnum,
      nullable: true,
      description: 'How soon the model answers. Null when the provider named one unknown here.',
    }),
    createResponse: t.exposeBoolean('createResponse', {
      nullable: true,
      description: 'Whether the model answers by itself when a turn ends.',
    }),
    interruptResponse: t.exposeBoolean('interruptResponse', {
      nullable: true,
      description: 'Whether the model falls silent when the user starts to speak.',
    }),
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
    name: t.exposeString('name', { description: 'What the model calls it by.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What it does and when to call it, as the model is told. Null when it is not.',
    }),
    parameters: t.expose('parameters', {
      type: 'JSON',
      nullable: true,
      description: 'A JSON Schema of its arguments. Null when it takes none.',
    }),
  }),
});

const McpToolType = builder.objectRef<McpTool>('McpTool').implement({
  description: 'An MCP server that the provider calls. Authorization and header values are never stored.',
  fields: (t) => ({
    serverLabel: t.exposeString('serverLabel', {
      description: 'What the session calls the server by, e.g. in toolChoice.',
    }),
    serverUrl: t.exposeString('serverUrl', {
      nullable: true,
      description: 'Where the server is, without credentials and query. Null when the provider did not say.',
    }),
    serverDescription: t.exposeString('serverDescription', {
      nullable: true,
      description: 'What it offers, as the model is told. Null when it is not.',
    }),
    allowedTools: t.exposeStringList('allowedTools', {
      nullable: true,
      description: 'The names of its tools that may be called. Null: all of them.',
    }),
    requireApproval: t.expose('requireApproval', {
      type: 'JSON',
      nullable: true,
      description:
        'Which calls the client has to approve: "always", "never", or by tool. Null when it was not given.',
    }),
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
  description: 'Whether and which tool the model calls.',
  fields: (t) => ({
    mode: t.expose('mode', {
      type: ToolChoiceModeEnum,
      description: 'Who chooses: the model, or the session.',
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'The function or the MCP tool. Null where the model chooses.',
    }),
    serverLabel: t.exposeString('serverLabel', {
      nullable: true,
      description: 'The MCP server. Null unless mode is MCP.',
    }),
  }),
});

export const LabelType = builder.objectRef<Label>('Label').implement({
  description: "A key and value of the application's own.",
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Unique within the session.' }),
    value: t.exposeString('value', { description: 'As given; credentials in it are replaced.' }),
  }),
});
