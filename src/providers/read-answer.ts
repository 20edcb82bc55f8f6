import { z } from 'zod';
import { isJsonObject, type Json } from '../platform/validation/json.ts';
import type { AnsweredConfig } from '../sessions/session-config.ts';
import { identifier, secretValue, unixTime } from './answer-parts.ts';
import { everyKnown, filled, named, orAbsent, orNull } from './lenient-schema.ts';
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

const secretShape = z.object({ value: orAbsent(secretValue), expires_at: orNull(unixTime) });

// Both dialects answer the same values; they differ in where a field stands.
const sessionShape = z.object({
  type: orAbsent(named(SESSION_TYPES)),
  model: orAbsent(filled),
  modalities: orAbsent(everyKnown(named(MODALITIES))),
  instructions: orNull(filled),
  voice: orNull(voice),
  inputAudioFormat: orNull(audioFormat),
  outputAudioFormat: orNull(audioFormat),
  inputAudioTranscription: orNull(transcription),
  turnDetection: orNull(turnDetection),
  inputAudioNoiseReduction: orNull(noiseReduction),
  tools: orAbsent(tools),
  toolChoice: orNull(toolChoice),
  temperature: orNull(z.number()),
  maxResponseOutputTokens: orNull(maxOutputTokens),
  outputLanguage: orNull(z.string()),
} satisfies Record<keyof AnsweredConfig, z.ZodType>);

/** Reads an answer to a mint; null when there is no secret in it. Never throws, whatever the answer holds. */
export function readAnswer(answer: Json, paths: AnswerPaths): MintAnswer | null {
  for (const path of paths.secrets) {
    const { value: secret, expires_at } = secretShape.parse(objectAt(answer, path) ?? {});
    if (secret === undefined) continue;
    const rawSession = objectAt(answer, paths.session);
    return {
      secret,
      expiresAt: expires_at ?? null,
      upstreamSessionId: identifier(rawSession?.['id'], secret),
      answered: readSession(rawSession, paths.fields),
      rawSession,
    };
  }
  return null;
}

function readSession(session: Json, fields: AnswerPaths['fields']): AnsweredConfig {
  const values: Record<string, Json | undefined> = {};
  for (const [field, path] of Object.entries(fields)) values[field] = valueAt(session, path);
  return withoutUndefined(sessionShape.parse(values));
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
