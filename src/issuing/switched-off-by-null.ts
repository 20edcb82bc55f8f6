import type { SessionRequest } from '../sessions/session-config.ts';

const FIELDS = [
  'turnDetection',
  'inputAudioTranscription',
  'inputAudioNoiseReduction',
] as const satisfies readonly (keyof SessionRequest)[];

/**
 * The fields of the input in which null is a value: it switches off at the provider what could otherwise be on there.
 * In every other field null is the same as leaving it out.
 */
export const SWITCHED_OFF_BY_NULL: ReadonlySet<string> = new Set(FIELDS);
