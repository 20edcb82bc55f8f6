import type { JsonObject } from '../platform/validation/json.ts';
import type { Session } from '../sessions/session.ts';

// Where no transcription model is recorded, the dearest of those that report in this way.
const DEFAULTS = { tokens: 'gpt-4o-transcribe', duration: 'gpt-live-transcribe' } as const;

/**
 * The model that a report without one is about. A transcription's usage says its type, which a response's does not: a session
 * that talks has another model for it. `isGuess`: nobody said which.
 */
export function modelOfUse(
  { type, model, config }: Pick<Session, 'type' | 'model' | 'config'>,
  usage: JsonObject,
): { readonly model: string; readonly isGuess: boolean } {
  const { type: reported } = usage;
  if (type !== 'REALTIME' || (reported !== 'tokens' && reported !== 'duration'))
    return { model, isGuess: false };
  const recorded = config.inputAudioTranscription?.model;
  return recorded == null
    ? { model: DEFAULTS[reported], isGuess: true }
    : { model: recorded, isGuess: false };
}
