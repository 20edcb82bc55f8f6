import { isJsonObject, type Json } from '../platform/validation/json.ts';
import type { AnsweredConfig } from '../sessions/session-config.ts';
import { identifier, secretValue, unixTime } from './answer-parts.ts';
import { everyKnown, filled, named, number, orNull, text } from './lenient-readers.ts';
import {
  audioFormat,
  maxOutputTokens,
  noiseReduction,
  transcription,
  turnDetection,
  voice,
} from './read-session-fields.ts';
import { toolChoice, tools } from './read-tools.ts';
import type { MintAnswer } from './wire-dialect.ts';
import { MODALITIES, SESSION_TYPES } from './wire-names.ts';
import { withoutUndefined } from './without-undefined.ts';

/** Where in a JSON value something is: the names of the objects' fields, from the outside in. */
export type Path = readonly string[];

/** Where a dialect's answer has what. */
export type AnswerPaths = {
  /** The objects that may hold the secret, as `value` and `expires_at`. The first one with a readable value counts. */
  readonly secrets: readonly Path[];
  readonly session: Path;
  /** The fields of the session, below it. */
  readonly fields: Readonly<Record<keyof AnsweredConfig, Path>>;
};

const sessionType = named(SESSION_TYPES);
const modalities = everyKnown(named(MODALITIES));

/** Reads an answer to a mint; null when there is no secret in it. Never throws, whatever the answer holds. */
export function readAnswer(answer: Json, paths: AnswerPaths): MintAnswer | null {
  for (const path of paths.secrets) {
    const holder = objectAt(answer, path);
    const secret = secretValue(holder?.['value']);
    if (secret === undefined) continue;
    const rawSession = objectAt(answer, paths.session);
    return {
      secret,
      expiresAt: unixTime(holder?.['expires_at']) ?? null,
      upstreamSessionId: identifier(rawSession?.['id'], secret),
      answered: readSession(rawSession, paths.fields),
      rawSession,
    };
  }
  return null;
}

/** Both dialects answer the same values; they differ in where a field stands. */
function readSession(session: Json, fields: AnswerPaths['fields']): AnsweredConfig {
  const at = (field: keyof AnsweredConfig) => valueAt(session, fields[field]);
  return withoutUndefined({
    type: sessionType(at('type')),
    model: filled(at('model')),
    modalities: modalities(at('modalities')),
    instructions: orNull(at('instructions'), filled),
    voice: orNull(at('voice'), voice),
    inputAudioFormat: orNull(at('inputAudioFormat'), audioFormat),
    outputAudioFormat: orNull(at('outputAudioFormat'), audioFormat),
    inputAudioTranscription: orNull(at('inputAudioTranscription'), transcription),
    turnDetection: orNull(at('turnDetection'), turnDetection),
    inputAudioNoiseReduction: orNull(at('inputAudioNoiseReduction'), noiseReduction),
    tools: tools(at('tools')),
    toolChoice: orNull(at('toolChoice'), toolChoice),
    temperature: orNull(at('temperature'), number),
    maxResponseOutputTokens: orNull(at('maxResponseOutputTokens'), maxOutputTokens),
    outputLanguage: orNull(at('outputLanguage'), text),
  } satisfies Record<keyof AnsweredConfig, unknown>);
}

function valueAt(json: Json, path: Path): Json | undefined {
  let value: Json | undefined = json;
  for (const name of path) value = isJsonObject(value) ? value[name] : undefined;
  return value;
}

function objectAt(json: Json, path: Path) {
  const value = valueAt(json, path);
  return isJsonObject(value) ? value : null;
}
