import type { SessionStatus } from './session.ts';
import type { Label, SessionType } from './session-config.ts';

/** Which sessions are meant: all that fit every field that is there (null is not there). A list means one of its values, and an empty one none. */
export type SessionFilter = {
  readonly userId?: string | null | undefined;
  readonly externalUserId?: string | null | undefined;
  readonly applicationId?: string | null | undefined;
  readonly upstreamSessionId?: string | null | undefined;
  readonly statuses?: readonly SessionStatus[] | null | undefined;
  readonly types?: readonly SessionType[] | null | undefined;
  readonly models?: readonly string[] | null | undefined;
  readonly providers?: readonly string[] | null | undefined;
  /** Inclusive. */
  readonly createdFrom?: Date | null | undefined;
  /** Exclusive. */
  readonly createdTo?: Date | null | undefined;
  /** ACTIVE now, and expiring before. */
  readonly expiresBefore?: Date | null | undefined;
  /** Each of them. */
  readonly labels?: readonly Label[] | null | undefined;
};
