import type { Instant } from '../platform/validation/instant.ts';
import type { ConnectionKind } from './call-request.ts';
import type { SessionStatus } from './session.ts';
import type { Label, SessionType } from './session-config.ts';

/**
 * A session matches when it satisfies every field that is set; null is the same as not set. Of a list one value has to
 * match, so an empty list matches nothing; only of the labels all have to.
 */
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
  readonly createdFrom?: Instant | null | undefined;
  /** Exclusive. */
  readonly createdTo?: Instant | null | undefined;
  /** It is ACTIVE now and expires before that time. */
  readonly expiresBefore?: Instant | null | undefined;
  /** Why there is no secret: codes of SessionFailure. */
  readonly failureCodes?: readonly string[] | null | undefined;
  /** Something that was opened with its secret may still be running at that time. */
  readonly exposedAfter?: Instant | null | undefined;
  readonly connections?: readonly ConnectionKind[] | null | undefined;
  readonly labels?: readonly Label[] | null | undefined;
};
