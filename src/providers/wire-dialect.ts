import type { Json, JsonObject } from '../platform/validation/json.ts';
import type { AnsweredConfig, SessionRequest, SessionType } from '../sessions/session-config.ts';
import type { Dialect } from './provider.ts';

/** The parts of an answer to a mint that we can read. */
export type MintAnswer = {
  readonly secret: string;
  readonly expiresAt: Date | null;
  readonly upstreamSessionId: string | null;
  readonly answered: AnsweredConfig;
  readonly rawSession: JsonObject | null;
};

/** Translates between our values and one dialect. Nothing else knows the field names of the dialect. */
export type WireDialect = {
  readonly name: Dialect;
  /** Where to POST for a session of this type, below the base URL. */
  path(type: SessionType): string;
  /**
   * The JSON of a request, with credentials in plain: it is written to the socket and nowhere else. Null when the
   * dialect has no such type of session. A field that the dialect lacks is sent nevertheless, so that upstream refuses
   * it: leaving it out would mint something else than was asked for.
   */
  writeRequest(session: SessionRequest, expiresAfterSeconds: number): JsonObject | null;
  /** Reads an answer; null when there is no secret in it. Never throws, whatever the answer holds. */
  readAnswer(answer: Json): MintAnswer | null;
};
