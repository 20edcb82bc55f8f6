import { setTimeout as delay } from 'node:timers/promises';
import { type Actor, principalKey } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import type { SessionFilter } from '../sessions/session-filter.ts';
import { endReasonOf } from './access-revocation.ts';
import { createEventQueue } from './event-queue.ts';
import type { FeedListener } from './live-feed.ts';
import { eventMatchesFilter, type SessionEvent, seesEvent } from './session-event.ts';
import { type Subscriber, SubscriptionEndedError } from './subscriber.ts';

// How many events may wait for a client. One with more is cut off, and can come back with `after`.
export const MAX_WAITING = 1000;
const RETRY_CREDENTIAL_MS = 250;
// A client that reads nothing for so long is slow itself.
const SLOW_AFTER_MS = 200;

/** What one subscriber waits for, as the live feed and the subscriber's stream of events see it. */
export type Subscription = FeedListener & {
  readonly actor: Actor;
  /** Lets revocations count whose entries come after this position of the trail. Until then none does. */
  startAt(position: string): void;
  /** Whether the subscriber may see an event and asked for it. */
  isWanted(event: SessionEvent): boolean;
  /** Waits for the next event of the live feed; null at the end. @throws SubscriptionEndedError */
  next(): Promise<SessionEvent | null>;
  /** Waits until it is certain whether the credential is valid. @returns false at the end @throws SubscriptionEndedError */
  waitUntilAuthorized(): Promise<boolean>;
  /** @throws SubscriptionEndedError if it did not end normally */
  hasEnded(): boolean;
  /** Ends it without an error. */
  end(): void;
};

export function createSubscription(
  { actor, isCredentialValid, isBehind, cutOff }: Subscriber,
  filter: SessionFilter | null,
): Subscription {
  const visibility = visibilityOf(actor);
  const queue = createEventQueue<SessionEvent>(MAX_WAITING);
  const isSlow = createSlowCheck(isBehind);
  let startPosition: string | null = null;
  let rechecking = false;
  // Deliveries pause while it cannot be found out whether the credential is valid.
  let paused = false;

  return {
    actor,
    caller: principalKey(actor),
    startAt(position) {
      startPosition = position;
    },
    isWanted,
    next: queue.next,
    waitUntilAuthorized,
    hasEnded: queue.hasEnded,
    end: queue.end,

    onEvent(event) {
      if (!isWanted(event) || queue.push(event)) return;
      queue.end(new SubscriptionEndedError('slow'));
      cutOff();
    },
    onAccessRevoked(revocation) {
      // Ignore revocations from before the start: the user may have been reinstated since.
      if (startPosition === null || revocation.id < startPosition) return;
      const reason = endReasonOf(actor, revocation);
      if (reason !== null) queue.end(new SubscriptionEndedError(reason));
    },
    recheckCredential() {
      if (!rechecking) void endIfInvalid();
    },
    hasUndeliveredEvents() {
      // Asked every time: it has to notice when the client catches up.
      const slow = isSlow();
      return queue.size() > 0 && !paused && !slow;
    },
    onShutdown() {
      queue.end();
      // A client that does not read would delay the stop.
      if (isBehind()) cutOff();
    },
  };

  function isWanted(event: SessionEvent): boolean {
    return filter !== null && seesEvent(visibility, event) && eventMatchesFilter(event, filter);
  }

  async function endIfInvalid(): Promise<void> {
    rechecking = true;
    // An error says nothing about the credential; it is checked again in a second, and before each event.
    const valid = await isCredentialValid().catch(() => null);
    rechecking = false;
    if (valid === false) queue.end(new SubscriptionEndedError('credential'));
  }

  async function waitUntilAuthorized(): Promise<boolean> {
    while (!queue.hasEnded()) {
      const valid = await isCredentialValid().catch(() => null);
      paused = valid === null;
      if (valid === true) return true;
      if (valid === false) throw new SubscriptionEndedError('credential');
      await delay(RETRY_CREDENTIAL_MS);
    }
    return false;
  }
}

/** Tells a slow client from one that is behind for a moment, as every client is after a burst of events. */
function createSlowCheck(isBehind: () => boolean): () => boolean {
  let behindSince: number | null = null;
  return () => {
    behindSince = isBehind() ? (behindSince ?? performance.now()) : null;
    return behindSince !== null && performance.now() - behindSince > SLOW_AFTER_MS;
  };
}
