import { isJsonObject, type JsonObject } from '../platform/validation/json.ts';
import type { TokenLimit } from '../platform/validation/token-limit.ts';
import type {
  AnsweredNoiseReduction,
  AnsweredTranscription,
  AnsweredTurnDetection,
  AudioFormat,
} from '../sessions/session-config.ts';
import {
  boolean,
  filled,
  isAbsentOr,
  listOf,
  named,
  number,
  object,
  orNull,
  type Read,
} from './lenient-readers.ts';
import { DELAYS, EAGERNESSES, FLAT_AUDIO_FORMATS, GA_AUDIO_FORMATS, NOISE_REDUCTIONS } from './wire-names.ts';
import { withoutUndefined } from './without-undefined.ts';

// A value that means something else than ours is null in the record, never the nearest of ours; upstreamConfig has it as
// it was answered.

/** A built-in voice's name, or the id of a custom one. */
export const voice: Read<string> = (value) => filled(value) ?? filled(object(value)?.['id']);

const formatName = named(GA_AUDIO_FORMATS, FLAT_AUDIO_FORMATS);
// Each format of ours is of one rate and one channel.
const SAMPLE_RATES = { PCM16: 24_000, G711_ULAW: 8000, G711_ALAW: 8000 } as const satisfies Record<
  AudioFormat,
  number
>;

/** A name of either dialect, by itself or as { type }: a GA example in OpenAI's document has "pcm16". */
export const audioFormat: Read<AudioFormat> = (value) => {
  if (!isJsonObject(value)) return formatName(value);
  const format = formatName(value['type']);
  if (format === undefined || !isAbsentOr(value['rate'], number)) return undefined;
  if ((value['rate'] ?? SAMPLE_RATES[format]) !== SAMPLE_RATES[format]) return undefined;
  return (value['channels'] ?? 1) === 1 ? format : undefined;
};

const texts = listOf(filled);
const someTexts: Read<string[]> = (value) => {
  const list = texts(value);
  return list?.length === 0 ? undefined : list;
};
const delay = named(DELAYS);

export const transcription: Read<AnsweredTranscription> = (value) =>
  isJsonObject(value)
    ? withoutUndefined({
        model: filled(value['model']),
        language: orNull(value['language'], filled),
        languages: orNull(value['languages'], someTexts),
        prompt: orNull(value['prompt'], filled),
        keywords: orNull(value['keywords'], texts),
        delay: orNull(value['delay'], delay),
      })
    : undefined;

const noiseReductionType = named(NOISE_REDUCTIONS);
const fraction: Read<number> = (value) => {
  const read = number(value);
  return read !== undefined && read >= 0 && read <= 1 ? read : undefined;
};

export const noiseReduction: Read<AnsweredNoiseReduction> = (value) => {
  const fields = object(value);
  const type = noiseReductionType(fields?.['type']);
  if (type === undefined) return undefined;
  return { type, ...withoutUndefined({ strength: orNull(fields?.['strength'], fraction) }) };
};

/** Zero and fractions are not limits that a record can hold. */
export const maxOutputTokens: Read<TokenLimit> = (value) => {
  if (value === 'inf') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
};

/** GraphQL's Int has 32 bits. */
const milliseconds: Read<number> = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31
    ? value
    : undefined;
const eagerness = named(EAGERNESSES);

export const turnDetection: Read<AnsweredTurnDetection> = (value) => {
  if (!isJsonObject(value)) return undefined;
  switch (value['type'] ?? null) {
    case 'server_vad':
      return serverVad(value);
    case 'semantic_vad':
      return semanticVad(value);
    case null:
      // The default of OpenAI's document, so an answer may leave it out.
      return (value['eagerness'] ?? null) === null ? serverVad(value) : undefined;
    default:
      return undefined;
  }
};

function serverVad(vad: JsonObject): AnsweredTurnDetection {
  return {
    kind: 'SERVER_VAD',
    ...withoutUndefined({
      threshold: orNull(vad['threshold'], number),
      prefixPaddingMs: orNull(vad['prefix_padding_ms'], milliseconds),
      silenceDurationMs: orNull(vad['silence_duration_ms'], milliseconds),
      idleTimeoutMs: orNull(vad['idle_timeout_ms'], milliseconds),
      createResponse: orNull(vad['create_response'], boolean),
      interruptResponse: orNull(vad['interrupt_response'], boolean),
    }),
  };
}

function semanticVad(vad: JsonObject): AnsweredTurnDetection {
  return {
    kind: 'SEMANTIC_VAD',
    ...withoutUndefined({
      eagerness: orNull(vad['eagerness'], eagerness),
      createResponse: orNull(vad['create_response'], boolean),
      interruptResponse: orNull(vad['interrupt_response'], boolean),
    }),
  };
}
