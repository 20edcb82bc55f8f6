import { z } from 'zod';
import { isJsonObject } from '../platform/validation/json.ts';
import type { TokenLimit } from '../platform/validation/token-limit.ts';
import type {
  InputAudioTranscription,
  NoiseReduction,
  SemanticVad,
  ServerVad,
  TurnDetection,
} from '../sessions/session-config.ts';
import { fieldOrNull, named } from './lenient-schema.ts';
import { EAGERNESSES, FLAT_AUDIO_FORMATS, GA_AUDIO_FORMATS, NOISE_REDUCTIONS } from './wire-names.ts';

/** A built-in voice's name, or the id of a custom one. */
export const voice = z.union([z.string(), z.looseObject({ id: z.string() }).transform(({ id }) => id)]);

/** A name of either dialect, by itself or as { type }: a GA example in OpenAI's document has "pcm16". */
export const audioFormat = z.preprocess(
  (value) => (isJsonObject(value) ? value['type'] : value),
  z.union([named(GA_AUDIO_FORMATS), named(FLAT_AUDIO_FORMATS)]),
);

export const transcription = z
  .looseObject({
    model: fieldOrNull(z.string()),
    language: fieldOrNull(z.string()),
    prompt: fieldOrNull(z.string()),
  })
  .transform(({ model, language, prompt }): InputAudioTranscription => ({ model, language, prompt }));

export const noiseReduction = z
  .looseObject({ type: named(NOISE_REDUCTIONS) })
  .transform(({ type }): NoiseReduction => ({ type }));

// Zero and fractions are not limits that a record can hold.
export const maxOutputTokens: z.ZodType<TokenLimit> = z.union([z.int().min(1), z.literal('inf')]);

// GraphQL's Int has 32 bits.
const milliseconds = fieldOrNull(z.int32());

const serverVad = z
  .looseObject({
    // The default of OpenAI's document, so an answer may leave it out.
    type: z.literal('server_vad').nullish(),
    threshold: fieldOrNull(z.number()),
    prefix_padding_ms: milliseconds,
    silence_duration_ms: milliseconds,
    idle_timeout_ms: milliseconds,
    create_response: fieldOrNull(z.boolean()),
    interrupt_response: fieldOrNull(z.boolean()),
  })
  .transform(
    (vad): ServerVad => ({
      kind: 'SERVER_VAD',
      threshold: vad.threshold,
      prefixPaddingMs: vad.prefix_padding_ms,
      silenceDurationMs: vad.silence_duration_ms,
      idleTimeoutMs: vad.idle_timeout_ms,
      createResponse: vad.create_response,
      interruptResponse: vad.interrupt_response,
    }),
  );

const semanticVad = z
  .looseObject({
    type: z.literal('semantic_vad'),
    eagerness: fieldOrNull(named(EAGERNESSES)),
    create_response: fieldOrNull(z.boolean()),
    interrupt_response: fieldOrNull(z.boolean()),
  })
  .transform(
    (vad): SemanticVad => ({
      kind: 'SEMANTIC_VAD',
      eagerness: vad.eagerness,
      createResponse: vad.create_response,
      interruptResponse: vad.interrupt_response,
    }),
  );

export const turnDetection: z.ZodType<TurnDetection> = z.union([serverVad, semanticVad]);
