import type {
  AudioFormat,
  InputAudioNoiseReductionInput,
  InputAudioTranscriptionInput,
  TurnDetectionInput,
} from '../generated/types.ts';
import type {
  AudioTranscriptionParams,
  FormatParams,
  NoiseReductionParams,
  OutputParams,
  SemanticVadParams,
  ServerVadParams,
  TurnDetectionParams,
} from './client-secret-params.ts';
import { isObject, type Path, type Refusals } from './refusals.ts';
import { AUDIO_FORMATS, DELAYS, EAGERNESSES, keyOf, NOISE_REDUCTIONS } from './wire-names.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What is left of an object once every field that its type has is taken out of it. A type with a new one does not compile. */
export type NoFields = Readonly<Record<string, never>>;

export function readFormat(format: FormatParams | undefined, path: Path, refusals: Refusals) {
  if (format === undefined) return undefined;
  if (!isObject(format)) return refusals.refuse(path, 'must be an object');
  const { type, ...rest } = format;
  const name: AudioFormat | undefined = keyOf(AUDIO_FORMATS, type);
  if (name === undefined)
    return refusals.refuse([...path, 'type'], 'must be audio/pcm, audio/pcmu or audio/pcma');
  const { rate, ...others } = { rate: undefined, ...rest };
  refusals.refuseAll(path, others satisfies NoFields);
  // PCM16 is audio/pcm at the one rate that there is.
  if (rate !== undefined && (name !== 'PCM16' || rate !== 24_000))
    return refusals.refuse([...path, 'rate'], 'must be 24000, and of audio/pcm');
  return name;
}

export function readVoice(voice: OutputParams['voice'], path: Path, refusals: Refusals) {
  if (!isObject(voice)) return voice;
  const { id, ...others } = voice;
  refusals.refuseAll(path, others satisfies NoFields);
  // That is how a name and a custom voice are told apart in the input.
  if (typeof id !== 'string' || !id.startsWith('voice_'))
    return refusals.refuse([...path, 'id'], 'must begin with voice_');
  return id;
}

export function readTranscription(
  transcription: AudioTranscriptionParams | undefined,
  path: Path,
  refusals: Refusals,
): InputAudioTranscriptionInput | undefined {
  // Some SDKs write null for what is off, which is what leaving it out means.
  if (transcription === undefined || transcription === null) return undefined;
  if (!isObject(transcription)) return refusals.refuse(path, 'must be an object');
  const { delay, keywords, language, languages, model, prompt, ...others } = transcription;
  refusals.refuseAll(path, others satisfies NoFields);
  const named = keyOf(DELAYS, delay);
  if (delay !== undefined && named === undefined) refusals.refuse([...path, 'delay'], 'is not known');
  return withoutUndefined({ model, language, languages, prompt, keywords, delay: named });
}

export function readNoiseReduction(
  reduction: NoiseReductionParams | undefined,
  path: Path,
  refusals: Refusals,
): InputAudioNoiseReductionInput | undefined {
  if (reduction === undefined || reduction === null) return undefined;
  if (!isObject(reduction)) return refusals.refuse(path, 'must be an object');
  const { type, strength, ...others } = reduction;
  refusals.refuseAll(path, others satisfies NoFields);
  const named = keyOf(NOISE_REDUCTIONS, type);
  if (named === undefined) return refusals.refuse([...path, 'type'], 'must be near_field or far_field');
  return { type: named, ...withoutUndefined({ strength }) };
}

/** Null means that turns are not detected. */
export function readTurnDetection(
  detection: TurnDetectionParams | null | undefined,
  path: Path,
  refusals: Refusals,
): TurnDetectionInput | undefined {
  if (detection === undefined) return undefined;
  if (detection === null) return { disabled: true };
  if (!isObject(detection)) return refusals.refuse(path, 'must be an object or null');
  switch (detection.type) {
    case 'server_vad':
      return readServerVad(detection, path, refusals);
    case 'semantic_vad':
      return readSemanticVad(detection, path, refusals);
    default:
      detection satisfies never;
      return refusals.refuse([...path, 'type'], 'must be server_vad or semantic_vad');
  }
}

function readServerVad(vad: ServerVadParams, path: Path, refusals: Refusals): TurnDetectionInput {
  const { type: _, threshold, prefix_padding_ms, silence_duration_ms, idle_timeout_ms, ...rest } = vad;
  const { create_response, interrupt_response, ...others } = rest;
  refusals.refuseAll(path, others satisfies NoFields);
  return {
    serverVad: withoutUndefined({
      threshold,
      prefixPaddingMs: prefix_padding_ms,
      silenceDurationMs: silence_duration_ms,
      idleTimeoutMs: idle_timeout_ms ?? undefined,
      createResponse: create_response,
      interruptResponse: interrupt_response,
    }),
  };
}

function readSemanticVad(vad: SemanticVadParams, path: Path, refusals: Refusals): TurnDetectionInput {
  const { type: _, eagerness, create_response, interrupt_response, ...others } = vad;
  refusals.refuseAll(path, others satisfies NoFields);
  const named = keyOf(EAGERNESSES, eagerness);
  if (eagerness !== undefined && named === undefined) refusals.refuse([...path, 'eagerness'], 'is not known');
  return {
    semanticVad: withoutUndefined({
      eagerness: named,
      createResponse: create_response,
      interruptResponse: interrupt_response,
    }),
  };
}
