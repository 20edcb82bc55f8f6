import type {
  AudioFormat,
  Eagerness,
  Modality,
  NoiseReductionType,
  TranscriptionDelay,
} from '../generated/types.ts';
import type { ConnectorId, FormatParams, ReasoningParams } from './client-secret-params.ts';

// What OpenAI calls the values of our enums. Each table is read in both directions.
export const MODALITIES = { TEXT: 'text', AUDIO: 'audio' } as const satisfies Record<Modality, string>;
export const AUDIO_FORMATS = {
  PCM16: 'audio/pcm',
  G711_ULAW: 'audio/pcmu',
  G711_ALAW: 'audio/pcma',
} as const satisfies Record<AudioFormat, NonNullable<FormatParams['type']>>;
export const NOISE_REDUCTIONS = {
  NEAR_FIELD: 'near_field',
  FAR_FIELD: 'far_field',
} as const satisfies Record<NoiseReductionType, string>;
export const DELAYS = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  XHIGH: 'xhigh',
} as const satisfies Record<TranscriptionDelay, string>;
export const EAGERNESSES = {
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  AUTO: 'auto',
} as const satisfies Record<Eagerness, string>;
export const TOOL_CHOICE_MODES = { AUTO: 'auto', NONE: 'none', REQUIRED: 'required' } as const;

export const EFFORTS = {
  minimal: true,
  low: true,
  medium: true,
  high: true,
  xhigh: true,
} as const satisfies Record<NonNullable<ReasoningParams['effort']>, true>;
export const CONNECTORS = {
  connector_dropbox: true,
  connector_gmail: true,
  connector_googlecalendar: true,
  connector_googledrive: true,
  connector_microsoftteams: true,
  connector_outlookcalendar: true,
  connector_outlookemail: true,
  connector_sharepoint: true,
} as const satisfies Record<ConnectorId, true>;

/** Whether a name is one of a table's keys. */
export function isKeyOf<K extends string>(table: Readonly<Record<K, unknown>>, name: unknown): name is K {
  return typeof name === 'string' && Object.hasOwn(table, name);
}

/** The key that has this value; undefined when none has. */
export function keyOf<K extends string>(table: Readonly<Record<K, string>>, value: unknown): K | undefined {
  for (const key in table) if (table[key] === value) return key;
  return undefined;
}
