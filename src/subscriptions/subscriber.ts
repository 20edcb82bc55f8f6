import type { Actor } from '../authorization/actor.ts';
import type { SessionFilter } from '../sessions/session-filter.ts';
import type { SessionEvent } from './session-event.ts';

/** What a subscriber asks for. */
export type SubscriptionRequest = {
  /** Null: no session can match. */
  readonly filter: SessionFilter | null;
  /** The id of an audit event, or another position, after which to begin; null: begin with what happens from now on. */
  readonly after: string | null;
};

/** Who subscribes, with which credential and over which connection. */
export type Subscriber = {
  readonly actor: Actor;
  /** Whether the credential is still valid. @throws if that cannot be found out now */
  readonly isCredentialValid: () => Promise<boolean>;
  /** Has the listener called when the client is gone, at once if it is gone already. */
  readonly onGone: (listener: () => void) => void;
  /** True while the client reads more slowly than we write. */
  readonly isBehind: () => boolean;
  /** Breaks the connection without waiting for what is being sent. */
  readonly cutOff: () => void;
};

/**
 * Changes to sessions for one subscriber. Ends without an error when the gateway stops or the client is gone, and with
 * a SubscriptionEndedError when the subscriber may not get more or does not keep up.
 * @throws TooManySubscribersError, SubscriptionEndedError, UnavailableError before the first event
 */
export type WatchSessions = (request: SubscriptionRequest) => Promise<AsyncIterable<SessionEvent>>;

/**
 * The position from which to follow what is read after this call. Passed as `after`, no change is missed in between; those
 * of the last moments may come although they were read.
 * @throws UnavailableError
 */
export type ReadPosition = () => Promise<string>;

/** This gateway, or the caller, has as many subscriptions as it may have. */
export class TooManySubscribersError extends Error {
  override readonly name = 'TooManySubscribersError';
}

/** The credential is no longer valid, the person is suspended, or the client does not keep up. */
export type SubscriptionEndReason = 'credential' | 'suspended' | 'slow';

export class SubscriptionEndedError extends Error {
  override readonly name = 'SubscriptionEndedError';
  readonly reason: SubscriptionEndReason;

  constructor(reason: SubscriptionEndReason) {
    super(`No more events (${reason})`);
    this.reason = reason;
  }
}
