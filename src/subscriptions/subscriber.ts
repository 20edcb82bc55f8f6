import type { Actor } from '../authorization/actor.ts';
import type { SessionFilter } from '../sessions/session-filter.ts';
import type { SessionEvent } from './session-event.ts';

/** What a subscriber asks for. */
export type SubscriptionRequest = {
  /** Null: nothing can fit it. */
  readonly filter: SessionFilter | null;
  /** The audit event after which to begin; null: with what happens from now on. */
  readonly after: string | null;
};

/** Who watches, and by what right. */
export type Subscriber = {
  readonly actor: Actor;
  /** Whether its credential still counts. @throws when that cannot be told now */
  readonly isCredentialValid: () => Promise<boolean>;
  /** Has the listener called when the client is gone. */
  readonly onGone: (listener: () => void) => void;
  /** Whether it does not take what was sent to it. */
  readonly isBehind: () => boolean;
  /** Ends its connection, whatever is on its way. */
  readonly cutOff: () => void;
};

/**
 * Changes to sessions, for one subscriber. Ends without an error when the gateway stops or the subscriber is gone, and
 * with a WatchEndedError when it may not or cannot be told more.
 * @throws TooManyWatchersError, WatchEndedError, UnavailableError before the first
 */
export type WatchSessions = (watching: SubscriptionRequest) => Promise<AsyncIterable<SessionEvent>>;

/** This gateway has as many subscribers as it may. */
export class TooManyWatchersError extends Error {
  override readonly name = 'TooManyWatchersError';
}

/** Why a subscriber is told nothing more: its credential counts no longer, it is suspended, or it does not keep up. */
export type WatchEnd = 'credential' | 'suspended' | 'slow';

export class WatchEndedError extends Error {
  override readonly name = 'WatchEndedError';
  readonly end: WatchEnd;

  constructor(end: WatchEnd) {
    super(`No more events (${end})`);
    this.end = end;
  }
}
