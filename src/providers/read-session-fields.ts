import { z } from 'zod';
import type { TokenLimit } from '../platform/validation/token-limit.ts';
import type {
  AnsweredNoiseReduction,
  AnsweredTranscription,
  AnsweredTurnDetection,
  AudioFormat,
} from '../sessions/session-config.ts';
import { filled, named, orAbsent, orNull } from './lenient-schema.ts';
import { DELAYS, EAGERNESSES, FLAT_AUDIO_FORMATS, GA_AUDIO_FORMATS, NOISE_REDUCTIONS } from './wire-names.ts';
import { withoutUndefined } from './without-undefined.ts';

// A value that means something else than ours is null in the record, never the nearest of ours; upstreamConfig has it as
// it was answered.

/** A built-in voice's name, or the id of a custom one. */
export const voice = z.union([filled, z.looseObject({ id: filled }).transform(({ id }) => id)]);

const formatName = named(GA_AUDIO_FORMATS, FLAT_AUDIO_FORMATS);
// Each format of ours is of one rate and one channel.
const SAMPLE_RATES = { PCM16: 24_000, G711_ULAW: 8000, G711_ALAW: 8000 } as const satisfies Record<
  AudioFormat,
  number
>;

/** A name of either dialect, by itself or as { type }: a GA example in OpenAI's document has "pcm16". */
export const audioFormat = z.union([
  z
    .looseObject({ type: formatName, rate: z.number().nullish(), channels: z.literal(1).nullish() })
    .refine(({ type, rate }) => (rate ?? SAMPLE_RATES[type]) === SAMPLE_RATES[type])
    .transform(({ type }) => type),
  formatName,
]);

export const transcription = z
  .looseObject({
    model: orAbsent(filled),
    language: orNull(filled),
    languages: orNull(z.array(filled).min(1)),
    prompt: orNull(filled),
    keywords: orNull(z.array(filled)),
    delay: orNull(named(DELAYS)),
  })
  .transform(
    ({ model, language, languages, prompt, keywords, delay }): AnsweredTranscription =>
      withoutUndefined({ model, language, languages, prompt, keywords, delay }),
  );

export const noiseReduction = z
  .looseObject({ type: named(NOISE_REDUCTIONS), strength: orNull(z.number().min(0).max(1)) })
  .transform(({ type, strength }): AnsweredNoiseReduction => ({ type, ...withoutUndefined({ strength }) }));

// Zero and fractions are not limits that a record can hold.
export const maxOutputTokens: z.ZodType<TokenLimit> = z.union([z.int().min(1), z.literal('inf')]);

// GraphQL's Int has 32 bits.
const milliseconds = orNull(z.int32());

const serverVad = z
  .looseObject({
    // The default of OpenAI's document, so an answer may leave it out.
    type: z.literal('server_vad').nullish(),
    threshold: orNull(z.number()),
    prefix_padding_ms: milliseconds,
    silence_duration_ms: milliseconds,
    idle_timeout_ms: milliseconds,
    create_response: orNull(z.boolean()),
    interrupt_response: orNull(z.boolean()),
  })
  .refine((vad) => typeof vad.type === 'string' || (vad['eagerness'] ?? null) === null)
  .transform(
    (vad): AnsweredTurnDetection => ({
      kind: 'SERVER_VAD',
      ...withoutUndefined({
        threshold: vad.threshold,
        prefixPaddingMs: vad.prefix_padding_ms,
        silenceDurationMs: vad.silence_duration_ms,
        idleTimeoutMs: vad.idle_timeout_ms,
        createResponse: vad.create_response,
        interruptResponse: vad.interrupt_response,
      }),
    }),
  );

const semanticVad = z
  .looseObject({
    type: z.literal('semantic_vad'),
    eagerness: orNull(named(EAGERNESSES)),
    create_response: orNull(z.boolean()),
    interrupt_response: orNull(z.boolean()),
  })
  .transform(
    (vad): AnsweredTurnDetection => ({
      kind: 'SEMANTIC_VAD',
      ...withoutUndefined({
        eagerness: vad.eagerness,
        createResponse: vad.create_response,
        interruptResponse: vad.interrupt_response,
      }),
    }),
  );

export const turnDetection: z.ZodType<AnsweredTurnDetection> = z.union([serverVad, semanticVad]);
