import { allKeysOf } from '../platform/validation/all-keys.ts';
import type { InputAudioTranscription } from '../sessions/session-config.ts';

/** A field of a transcription that not every model takes. */
export type TranscriptionField = Exclude<keyof InputAudioTranscription, 'model'>;

export const TRANSCRIPTION_FIELDS = allKeysOf<Omit<InputAudioTranscription, 'model'>>()([
  'language',
  'languages',
  'prompt',
  'keywords',
  'delay',
]);

/** What is known of a transcription model. */
export type TranscriptionModel = {
  readonly name: string;
  readonly takes: readonly TranscriptionField[];
  /** Whether a transcription session with it can detect turns. Without, turn_detection must be null. */
  readonly turnDetection: boolean;
};

// From OpenAI's document (2026-08-21: AudioTranscription, RealtimeTurnDetection) and its guide to realtime transcription
// (2026-11), which adds that gpt-live-transcribe has no turn detection.
const transcriptionModels: readonly TranscriptionModel[] = [
  { name: 'whisper-1', takes: ['language', 'prompt'], turnDetection: true },
  { name: 'gpt-4o-transcribe', takes: ['language', 'prompt'], turnDetection: true },
  { name: 'gpt-4o-mini-transcribe', takes: ['language', 'prompt'], turnDetection: true },
  { name: 'gpt-4o-transcribe-diarize', takes: ['language'], turnDetection: true },
  { name: 'gpt-transcribe', takes: ['languages', 'keywords', 'prompt'], turnDetection: true },
  { name: 'gpt-live-transcribe', takes: ['languages', 'keywords', 'prompt'], turnDetection: false },
  { name: 'gpt-realtime-whisper', takes: ['language', 'delay'], turnDetection: false },
];

const byName = new Map(transcriptionModels.map((model) => [model.name, model]));

/**
 * What is known of the model of that name, or of the model that it is a dated snapshot of (`…-2025-12-15`). Null for any
 * other: upstream decides what that takes.
 */
export function findTranscriptionModel(name: string): TranscriptionModel | null {
  return byName.get(name) ?? byName.get(name.replace(/-\d{4}-\d{2}-\d{2}$/, '')) ?? null;
}
