import type { ConnectionKind } from '../sessions/call-request.ts';
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
  TranscriptionDelay,
} from '../sessions/session-config.ts';
import { builder } from './builder.ts';

/** The enums and output types of a session's config. Its input types are in session-inputs.ts. */

export const SessionTypeEnum = builder.enumType('RealtimeSessionType', {
  description: 'The type of a session: a conversation, a transcription or a translation.',
  values: {
    REALTIME: { description: 'A conversation. The model listens and answers.' },
    TRANSCRIPTION: { description: 'A transcription. Speech is transcribed, and no model answers.' },
    TRANSLATION: {
      description:
        'A translation. Speech is spoken again in another language. Its secret opens only what the provider has for translations.',
    },
  } satisfies Record<SessionType, object>,
});
export const ConnectionKindEnum = builder.enumType('ConnectionKind', {
  description: 'How the client of a session connects.',
  values: {
    DIRECT: {
      description: "With the provider's secret, to the provider: Gatehouse does not see what follows.",
    },
    BROKERED: {
      description:
        "With Gatehouse's own secret and through it: Gatehouse opens the one call, watches it, records its usage and ends it. Media flow between client and provider all the same.",
    },
  } satisfies Record<ConnectionKind, object>,
});
export const ModalityEnum = builder.enumType('Modality', {
  description: 'A kind of output of the model. Audio comes with its transcript.',
  values: {
    TEXT: { description: 'Text.' },
    AUDIO: { description: 'Speech, with its transcript.' },
  } satisfies Record<Modality, object>,
});
export const AudioFormatEnum = builder.enumType('AudioFormat', {
  description: 'The encoding of audio.',
  values: {
    PCM16: { description: '16 bit PCM at 24 kHz, mono, little-endian.' },
    G711_ULAW: { description: 'G.711 μ-law at 8 kHz, as used by telephones in North America and Japan.' },
    G711_ALAW: { description: 'G.711 A-law at 8 kHz, as used by telephones elsewhere.' },
  } satisfies Record<AudioFormat, object>,
});
export const NoiseReductionTypeEnum = builder.enumType('NoiseReductionType', {
  description: 'The kind of noise filter. It depends on the microphone.',
  values: {
    NEAR_FIELD: { description: 'For a microphone close to the mouth, e.g. a headset.' },
    FAR_FIELD: { description: 'For a microphone in the room, e.g. that of a laptop.' },
  } satisfies Record<NoiseReductionType, object>,
});
export const EagernessEnum = builder.enumType('Eagerness', {
  description: 'How soon the model answers when it is not certain that the user has finished.',
  values: {
    LOW: { description: 'The model waits up to 8 seconds, so that the user can pause to think.' },
    MEDIUM: { description: 'The model waits up to 4 seconds.' },
    HIGH: { description: 'The model waits up to 2 seconds. It answers quickly and interrupts more often.' },
    AUTO: { description: 'The same as MEDIUM.' },
  } satisfies Record<Eagerness, object>,
});
export const TranscriptionDelayEnum = builder.enumType('TranscriptionDelay', {
  description: 'How long a transcription model waits before it writes. Longer is more accurate.',
  values: {
    MINIMAL: { description: 'The shortest wait.' },
    LOW: { description: 'A short wait.' },
    MEDIUM: { description: 'A medium wait.' },
    HIGH: { description: 'A long wait.' },
    XHIGH: { description: 'The longest wait.' },
  } satisfies Record<TranscriptionDelay, object>,
});
export const ToolChoiceModeEnum = builder.enumType('ToolChoiceMode', {
  description: 'Whether the model calls a tool, and which one.',
  values: {
    AUTO: { description: 'The model decides.' },
    NONE: { description: 'The model calls no tool.' },
    REQUIRED: { description: 'The model calls at least one tool of its choice.' },
    FUNCTION: { description: 'The model calls the function with the given name.' },
    MCP: {
      description:
        'The model calls a tool of the given MCP server: the tool with the given name, or any tool if no name is given.',
    },
  } satisfies Record<ToolChoiceMode, object>,
});

export const InputAudioTranscriptionType = builder
  .objectRef<InputAudioTranscription>('InputAudioTranscription')
  .implement({
    description: 'How the input audio is transcribed, in addition to what the model hears.',
    fields: (t) => ({
      model: t.exposeString('model', {
        nullable: true,
        description: 'The transcription model, e.g. "whisper-1". Null when the provider did not name it.',
      }),
      language: t.exposeString('language', {
        nullable: true,
        description:
          'The language of the speech, in ISO 639-1, e.g. "en". Null when it is recognised, or languages has several.',
      }),
      languages: t.exposeStringList('languages', {
        nullable: true,
        description: 'The languages that the speech may be in, in ISO 639-1. Null when none are given.',
      }),
      prompt: t.exposeString('prompt', {
        nullable: true,
        description: 'Words and topics to expect. Null when none are given.',
      }),
      keywords: t.exposeStringList('keywords', {
        nullable: true,
        description: 'Terms to listen for. Null when none are given.',
      }),
      delay: t.expose('delay', {
        type: TranscriptionDelayEnum,
        nullable: true,
        description:
          'How long the model waits before it writes. Null when it is not given, or when the provider named a value that Gatehouse does not know.',
      }),
    }),
  });

export const InputAudioNoiseReductionType = builder
  .objectRef<NoiseReduction>('InputAudioNoiseReduction')
  .implement({
    description: 'The noise filter of the input audio.',
    fields: (t) => ({
      type: t.expose('type', { type: NoiseReductionTypeEnum, description: 'The kind of filter.' }),
      strength: t.exposeFloat('strength', {
        nullable: true,
        description: 'How much noise is removed, 0 to 1. Null when it is not given.',
      }),
    }),
  });

const ServerVadType = builder.objectRef<ServerVad>('ServerVad').implement({
  description: 'Turn detection by volume and silence, independent of what is said.',
  fields: (t) => ({
    threshold: t.exposeFloat('threshold', {
      nullable: true,
      description: 'The threshold of the volume, 0 to 1. A higher value needs louder speech.',
    }),
    prefixPaddingMs: t.exposeInt('prefixPaddingMs', {
      nullable: true,
      description: 'The milliseconds of audio that are kept from before the speech was detected.',
    }),
    silenceDurationMs: t.exposeInt('silenceDurationMs', {
      nullable: true,
      description: 'The milliseconds of silence that end a turn.',
    }),
    idleTimeoutMs: t.exposeInt('idleTimeoutMs', {
      nullable: true,
      description: 'The milliseconds of silence after which the model speaks without input. Null: it waits.',
    }),
    createResponse: t.exposeBoolean('createResponse', {
      nullable: true,
      description: 'Whether the model answers automatically when a turn ends.',
    }),
    interruptResponse: t.exposeBoolean('interruptResponse', {
      nullable: true,
      description: 'Whether the model stops speaking when the user starts to speak.',
    }),
  }),
});

const SemanticVadType = builder.objectRef<SemanticVad>('SemanticVad').implement({
  description: 'Turn detection by whether the speech sounds complete.',
  fields: (t) => ({
    eagerness: t.expose('eagerness', {
      type: EagernessEnum,
      nullable: true,
      description:
        'How soon the model answers. Null when the provider named a value that Gatehouse does not know.',
    }),
    createResponse: t.exposeBoolean('createResponse', {
      nullable: true,
      description: 'Whether the model answers automatically when a turn ends.',
    }),
    interruptResponse: t.exposeBoolean('interruptResponse', {
      nullable: true,
      description: 'Whether the model stops speaking when the user starts to speak.',
    }),
  }),
});

export const TurnDetectionType = builder.unionType('TurnDetection', {
  description: 'How the end of a turn is detected.',
  types: [ServerVadType, SemanticVadType],
  resolveType: (vad) => (vad.kind === 'SERVER_VAD' ? ServerVadType : SemanticVadType),
});

const FunctionToolType = builder.objectRef<FunctionTool>('FunctionTool').implement({
  description: 'A function of the client that the model may call.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name that the model calls it by.' }),
    description: t.exposeString('description', {
      nullable: true,
      description:
        'What the function does and when to call it, for the model to read. Null when it is not given.',
    }),
    parameters: t.expose('parameters', {
      type: 'JSON',
      nullable: true,
      description: 'The JSON Schema of its arguments. Null when it takes none.',
    }),
  }),
});

const McpToolType = builder.objectRef<McpTool>('McpTool').implement({
  description: 'An MCP server that the provider calls. Authorization and header values are never stored.',
  fields: (t) => ({
    serverLabel: t.exposeString('serverLabel', {
      description: 'The name of the server in this session, e.g. in toolChoice.',
    }),
    serverUrl: t.exposeString('serverUrl', {
      nullable: true,
      description:
        'The URL of the server, without credentials and query. Null for a connector, and when the provider did not send it.',
    }),
    connectorId: t.exposeString('connectorId', {
      nullable: true,
      description:
        'The connector of the provider that stands for a server, e.g. "connector_googlecalendar". Null when there is none.',
    }),
    serverDescription: t.exposeString('serverDescription', {
      nullable: true,
      description: 'What the server offers, for the model to read. Null when it is not given.',
    }),
    allowedTools: t.exposeStringList('allowedTools', {
      nullable: true,
      description:
        'The names of its tools that the model may call. Null when they are not restricted by name, or in a way that Gatehouse does not know; upstreamConfig has it.',
    }),
    readOnlyTools: t.exposeBoolean('readOnlyTools', {
      nullable: true,
      description:
        'Whether the model may call only tools that the server marks as reading. Null when it is not given.',
    }),
    requireApproval: t.expose('requireApproval', {
      type: 'JSON',
      nullable: true,
      description:
        'Which calls the client must approve: "always", "never", or an object by tool. Null when it is not given.',
    }),
    hasAuthorization: t.exposeBoolean('hasAuthorization', {
      description: 'Whether an authorization was sent to the provider.',
    }),
    headerNames: t.exposeStringList('headerNames', {
      description: 'The names of the headers that were sent to the provider.',
    }),
  }),
});

export const ToolType = builder.unionType('Tool', {
  description: 'A tool that the model may call.',
  types: [FunctionToolType, McpToolType],
  resolveType: (tool) => (tool.kind === 'FUNCTION' ? FunctionToolType : McpToolType),
});

export const ToolChoiceType = builder.objectRef<ToolChoice>('ToolChoice').implement({
  description: 'Whether the model calls a tool, and which one.',
  fields: (t) => ({
    mode: t.expose('mode', {
      type: ToolChoiceModeEnum,
      description: 'The mode.',
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'The name of the function or of the MCP tool. Null when the model chooses.',
    }),
    serverLabel: t.exposeString('serverLabel', {
      nullable: true,
      description: 'The label of the MCP server. Null unless mode is MCP.',
    }),
  }),
});

export const LabelType = builder.objectRef<Label>('Label').implement({
  description: 'A label: a key and a value that the application chose.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The key. It is unique within the session.' }),
    value: t.exposeString('value', { description: 'The value, with credentials in it replaced.' }),
  }),
});
