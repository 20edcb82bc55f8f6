import type {
  AudioFormat,
  Eagerness,
  Modality,
  NoiseReductionType,
  SessionType,
  TranscriptionDelay,
} from '../sessions/session-config.ts';

// What OpenAI calls our values. Each table is read in both directions, so request and answer cannot drift apart.
export const SESSION_TYPES = {
  REALTIME: 'realtime',
  TRANSCRIPTION: 'transcription',
  TRANSLATION: 'translation',
} as const satisfies Record<SessionType, string>;
export const MODALITIES = { TEXT: 'text', AUDIO: 'audio' } as const satisfies Record<Modality, string>;
export const EAGERNESSES = {
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  AUTO: 'auto',
} as const satisfies Record<Eagerness, string>;
export const DELAYS = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  XHIGH: 'xhigh',
} as const satisfies Record<TranscriptionDelay, string>;
export const NOISE_REDUCTIONS = {
  NEAR_FIELD: 'near_field',
  FAR_FIELD: 'far_field',
} as const satisfies Record<NoiseReductionType, string>;
export const FLAT_AUDIO_FORMATS = {
  PCM16: 'pcm16',
  G711_ULAW: 'g711_ulaw',
  G711_ALAW: 'g711_alaw',
} as const satisfies Record<AudioFormat, string>;
export const GA_AUDIO_FORMATS = {
  PCM16: 'audio/pcm',
  G711_ULAW: 'audio/pcmu',
  G711_ALAW: 'audio/pcma',
} as const satisfies Record<AudioFormat, string>;
export const TOOL_CHOICE_MODES = { AUTO: 'auto', NONE: 'none', REQUIRED: 'required' } as const;
