import type { AudioFormat, CreateRealtimeSessionInput } from '../generated/types.ts';
import type {
  AudioTranscriptionParams,
  FormatParams,
  OutputParams,
  TurnDetectionParams,
} from './client-secret-params.ts';
import type { Refusals } from './refusals.ts';
import { DELAYS, EAGERNESSES, NOISE_REDUCTIONS } from './wire-names.ts';
import { withoutUndefined } from './without-undefined.ts';

type Input = CreateRealtimeSessionInput;

export function writeFormat(format: AudioFormat | null | undefined): FormatParams | undefined {
  switch (format) {
    case null:
    case undefined:
      return undefined;
    case 'PCM16':
      return { type: 'audio/pcm', rate: 24_000 };
    case 'G711_ULAW':
      return { type: 'audio/pcmu' };
    case 'G711_ALAW':
      return { type: 'audio/pcma' };
    default:
      return format satisfies never;
  }
}

/** A name that begins with "voice_" is a custom voice's, which is an object. */
export function writeVoice(voice: Input['voice']): OutputParams['voice'] {
  if (voice == null) return undefined;
  return voice.startsWith('voice_') ? { id: voice } : voice;
}

export function writeTranscription(
  transcription: Input['inputAudioTranscription'],
): AudioTranscriptionParams | undefined {
  if (transcription == null) return undefined;
  const { model, language, languages, prompt, keywords, delay } = transcription;
  return withoutUndefined({
    model: model ?? undefined,
    language: language ?? undefined,
    languages: languages == null ? undefined : [...languages],
    prompt: prompt ?? undefined,
    keywords: keywords == null ? undefined : [...keywords],
    delay: delay == null ? undefined : DELAYS[delay],
  });
}

export function writeNoiseReduction(reduction: Input['inputAudioNoiseReduction']) {
  if (reduction == null) return undefined;
  const { type, strength } = reduction;
  return { type: NOISE_REDUCTIONS[type], ...withoutUndefined({ strength: strength ?? undefined }) };
}

export function writeTurnDetection(
  detection: Input['turnDetection'],
  refusals: Refusals,
): TurnDetectionParams | null | undefined {
  // Null switches it off, for Gatehouse as for OpenAI.
  if (detection == null) return detection;
  if (detection.disabled === true) return null;
  if (detection.serverVad !== undefined) {
    const { threshold, prefixPaddingMs, silenceDurationMs, idleTimeoutMs, ...rest } = detection.serverVad;
    return {
      type: 'server_vad',
      ...withoutUndefined({
        threshold: threshold ?? undefined,
        prefix_padding_ms: prefixPaddingMs ?? undefined,
        silence_duration_ms: silenceDurationMs ?? undefined,
        idle_timeout_ms: idleTimeoutMs ?? undefined,
        ...writeResponses(rest),
      }),
    };
  }
  if (detection.semanticVad !== undefined) {
    const { eagerness, ...rest } = detection.semanticVad;
    return {
      type: 'semantic_vad',
      ...withoutUndefined({
        eagerness: eagerness == null ? undefined : EAGERNESSES[eagerness],
        ...writeResponses(rest),
      }),
    };
  }
  return refusals.refuse(['turnDetection'], 'must name one of serverVad, semanticVad and disabled');
}

function writeResponses(vad: {
  readonly createResponse?: boolean | null | undefined;
  readonly interruptResponse?: boolean | null | undefined;
}) {
  return {
    create_response: vad.createResponse ?? undefined,
    interrupt_response: vad.interruptResponse ?? undefined,
  };
}
