import type {
  Modality,
  SemanticVad,
  ServerVad,
  SessionConfig,
  SessionType,
} from '../sessions/session-config.ts';
import type { ExtraField } from './extra-fields.ts';
import type { Dialect } from './provider.ts';
import { TRANSCRIPTION_FIELDS, type TranscriptionField } from './transcription-models.ts';

type Defaults = Omit<SessionConfig, 'type' | 'model'>;

/** What a dialect can express, how it changes a request, and its defaults. */
export type DialectRules = {
  /** The types of session that the dialect has, each with its defaults. */
  readonly defaults: { readonly [T in SessionType]?: Defaults };
  /** [lowest, highest], or null where the dialect has no temperature. */
  readonly temperature: readonly [number, number] | null;
  readonly modalities: (asked: readonly Modality[]) => readonly Modality[];
  /** Whether a session is configured when its secret is minted. Otherwise it has a type, a model and `extra`, and clients set the rest. */
  readonly configures: boolean;
  /** The only fields of a session that it has, beside type, model and `extra`. Left out: all that its types have. */
  readonly only?: readonly (keyof Defaults)[];
  readonly mcpTools: boolean;
  /** Whether tool_choice can name a function or an MCP server; otherwise it is only a mode. */
  readonly namedToolChoice: boolean;
  readonly idleTimeout: boolean;
  /** What reasoning.effort may be. */
  readonly efforts: readonly string[];
  /** The fields that its transcriptions have. A model may take fewer (transcription-models.ts). */
  readonly transcription: readonly TranscriptionField[];
  readonly noiseReductionStrength: boolean;
  readonly extra: { readonly [T in SessionType]: readonly ExtraField[] };
};

// From the descriptions in OpenAI's document (RealtimeTurnDetection). They are the same in both dialects.
const serverVad: ServerVad = {
  kind: 'SERVER_VAD',
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
  idleTimeoutMs: null,
  createResponse: true,
  interruptResponse: true,
};

const semanticVad: SemanticVad = {
  kind: 'SEMANTIC_VAD',
  eagerness: 'AUTO',
  createResponse: true,
  interruptResponse: true,
};

// A session that only transcribes or translates has no responses to create or to interrupt.
const noResponses = { createResponse: null, interruptResponse: null };
const withoutResponses = {
  SERVER_VAD: { ...serverVad, ...noResponses },
  SEMANTIC_VAD: { ...semanticVad, ...noResponses },
} as const;

/** What a turn detection has where neither request nor answer say it. */
export const turnDetectionDefaults = {
  REALTIME: { SERVER_VAD: serverVad, SEMANTIC_VAD: semanticVad },
  TRANSCRIPTION: withoutResponses,
  TRANSLATION: withoutResponses,
} as const satisfies Record<SessionType, { SERVER_VAD: ServerVad; SEMANTIC_VAD: SemanticVad }>;

const realtime: Defaults = {
  modalities: ['AUDIO'],
  instructions: null,
  voice: 'alloy',
  inputAudioFormat: 'PCM16',
  outputAudioFormat: 'PCM16',
  inputAudioTranscription: null,
  turnDetection: serverVad,
  inputAudioNoiseReduction: null,
  tools: [],
  toolChoice: { mode: 'AUTO', name: null, serverLabel: null },
  temperature: null,
  maxResponseOutputTokens: 'inf',
  outputLanguage: null,
};

/** A transcription session only listens, so fields for speaking and acting do not apply. */
const transcription: Defaults = {
  ...realtime,
  modalities: [],
  voice: null,
  outputAudioFormat: null,
  turnDetection: turnDetectionDefaults.TRANSCRIPTION.SERVER_VAD,
  toolChoice: null,
  maxResponseOutputTokens: null,
};

/** What is not known of a session that its client configures. */
const unknown: Defaults = {
  ...realtime,
  modalities: [],
  voice: null,
  inputAudioFormat: null,
  outputAudioFormat: null,
  turnDetection: null,
  toolChoice: null,
  maxResponseOutputTokens: null,
};

/** A translation session speaks what it hears in another language. Upstream names neither its voice nor its formats. */
const translation: Defaults = {
  ...transcription,
  modalities: ['AUDIO'],
  inputAudioFormat: null,
  turnDetection: null,
};

export const dialects: { readonly [D in Dialect]: DialectRules } = {
  ga: {
    defaults: { REALTIME: realtime, TRANSCRIPTION: transcription, TRANSLATION: translation },
    temperature: null,
    // Audio comes with its transcript as text, and the dialect has no other way to ask for both.
    modalities: (asked) => (asked.includes('AUDIO') ? ['AUDIO'] : asked),
    configures: true,
    mcpTools: true,
    namedToolChoice: true,
    idleTimeout: true,
    efforts: ['minimal', 'low', 'medium', 'high', 'xhigh'],
    transcription: TRANSCRIPTION_FIELDS,
    noiseReductionStrength: true,
    extra: {
      REALTIME: ['speed', 'tracing', 'truncation', 'include', 'reasoning', 'parallel_tool_calls', 'prompt'],
      TRANSCRIPTION: ['include'],
      TRANSLATION: [],
    },
  },
  flat: {
    defaults: { REALTIME: { ...realtime, modalities: ['TEXT', 'AUDIO'], temperature: 0.8 } },
    temperature: [0.6, 1.2],
    modalities: (asked) => asked,
    configures: true,
    mcpTools: false,
    namedToolChoice: false,
    idleTimeout: false,
    efforts: [],
    transcription: ['language', 'prompt'],
    noiseReductionStrength: false,
    extra: { REALTIME: ['speed', 'tracing', 'truncation', 'prompt'], TRANSCRIPTION: [], TRANSLATION: [] },
  },
  xai: {
    defaults: { REALTIME: unknown },
    temperature: null,
    modalities: (asked) => asked,
    configures: false,
    mcpTools: false,
    namedToolChoice: false,
    idleTimeout: false,
    efforts: ['none', 'high'],
    transcription: [],
    noiseReductionStrength: false,
    extra: { REALTIME: ['reasoning'], TRANSCRIPTION: [], TRANSLATION: [] },
  },
  live: {
    defaults: { REALTIME: { ...unknown, modalities: ['AUDIO'] } },
    temperature: null,
    modalities: (asked) => asked,
    configures: true,
    only: ['instructions', 'voice'],
    mcpTools: false,
    namedToolChoice: false,
    idleTimeout: false,
    efforts: [],
    transcription: [],
    noiseReductionStrength: false,
    extra: { REALTIME: ['client'], TRANSCRIPTION: [], TRANSLATION: [] },
  },
};
