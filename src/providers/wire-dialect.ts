import type { Json, JsonObject } from '../platform/validation/json.ts';
import type { AnsweredConfig, SessionRequest } from '../sessions/session-config.ts';
import type { Dialect } from './provider.ts';

/** What an answer to a mint says, as far as we can read it. */
export type MintAnswer = {
  readonly secret: string;
  readonly expiresAt: Date | null;
  readonly upstreamSessionId: string | null;
  readonly answered: AnsweredConfig;
  readonly rawSession: JsonObject | null;
};

/** How one dialect says what the domain means: the only place that knows its field names. */
export type WireDialect = {
  readonly name: Dialect;
  /** Where to POST, below the base URL. */
  readonly path: string;
  /**
   * The request's JSON, credentials in plain: it goes into the socket and nowhere else. Null when the
   * dialect has no such session at all. A single field that it lacks is sent nevertheless, for upstream
   * to refuse: dropping it would mint something else than what was asked for.
   */
  writeRequest(session: SessionRequest, expiresAfterSeconds: number): JsonObject | null;
  /** Null when there is no secret in it. Never throws, whatever the answer holds. */
  readAnswer(answer: Json): MintAnswer | null;
};
