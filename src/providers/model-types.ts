import { SESSION_TYPES, type SessionType } from '../sessions/session-config.ts';

// The models of OpenAI's document (2026-08-21) and price list, each under the only type of session that it has. A model
// that is not here may have any: it passes.
const MODELS = {
  REALTIME: [
    'gpt-realtime',
    'gpt-realtime-mini',
    'gpt-realtime-1.5',
    'gpt-realtime-2',
    'gpt-realtime-2.1',
    'gpt-realtime-2.1-mini',
    'gpt-4o-realtime-preview',
    'gpt-4o-mini-realtime-preview',
    'gpt-audio-1.5',
    'gpt-audio-mini',
  ],
  TRANSCRIPTION: [
    'whisper-1',
    'gpt-transcribe',
    'gpt-live-transcribe',
    'gpt-4o-transcribe',
    'gpt-4o-transcribe-diarize',
    'gpt-4o-mini-transcribe',
    'gpt-realtime-whisper',
  ],
  TRANSLATION: ['gpt-realtime-translate'],
} as const satisfies Record<SessionType, readonly string[]>;

const SNAPSHOT_DATE = /-\d{4}-\d{2}-\d{2}$/;

/** The type of session that a model is for, its dated snapshots included; undefined when the model is not known. */
export function typeOfModel(model: string): SessionType | undefined {
  return TYPES.get(model.replace(SNAPSHOT_DATE, ''));
}

const TYPES: ReadonlyMap<string, SessionType> = new Map(
  SESSION_TYPES.flatMap((type) => MODELS[type].map((model) => [model, type] as const)),
);
