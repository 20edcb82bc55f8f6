import { refuseSuspended } from './access-revocation.ts';
import { readBacklog } from './backlog.ts';
import type { LiveFeed } from './live-feed.ts';
import type { SessionEvent } from './session-event.ts';
import type { Subscriber, SubscriptionRequest } from './subscriber.ts';
import { createSubscription, type Subscription } from './subscription.ts';
import type { TrailReader } from './trail.ts';

// How a subscriber gets its events. The audit trail is the event log: it is read in the order of its ids, which contain
// the time.
//
// 1. Horizon. An entry gets its id before its transaction commits, so entries appear out of order. We read only up to
//    the horizon: the start of the oldest transaction that is writing (read-trail.db.ts).
// 2. Overlap. The horizon waits 500 ms for a transaction at most. Entries of a slower one appear late, before the
//    horizon. To find them, the live feed reads the youngest part of the trail again once a second. That part is longer
//    than any transaction takes.
// 3. No duplicates. Whoever reads a part twice remembers its ids: the live feed those that it has delivered, and each
//    subscription those of its backlog that the live feed may deliver once more.
// 4. Backlog, then live. With `after`, a subscription first reads the trail for itself, page by page, up to the
//    horizon. Then it subscribes to the live feed, and reads what lies between the horizon and the feed's position.
// 5. Revocations. When a key is revoked or a person suspended, that is an entry of the trail too. Both readers meet it
//    in the order of the trail, and deliver nothing that comes after it. A subscription listens for revocations before
//    it checks whether the person is suspended, so that none is missed in between.
// 6. Credential. It is checked before each event, and once a second, because a token can expire without an entry.

export type WatchOptions = {
  readonly trail: TrailReader;
  readonly feed: LiveFeed;
};

/**
 * The changes that a subscriber may see and asked for: from now on, or first those since an event.
 * Ends as described at WatchSessions.
 * @throws TooManySubscribersError, SubscriptionEndedError, UnavailableError
 */
export async function watchSessions(
  options: WatchOptions,
  subscriber: Subscriber,
  { filter, after }: SubscriptionRequest,
): Promise<AsyncIterable<SessionEvent>> {
  const { trail, feed } = options;
  const subscription = createSubscription(subscriber, filter);
  feed.register(subscription);
  subscriber.onGone(() => {
    feed.unregister(subscription);
    subscription.end();
  });
  try {
    const { begin } = await trail.readHorizon();
    subscription.startAt(begin);
    if (after === null) feed.subscribe(subscription, begin);
    else feed.subscribeToRevocations(subscription, begin);
    await refuseSuspended(trail, subscriber.actor);
  } catch (error) {
    feed.unregister(subscription);
    throw error;
  }
  const events = after === null ? liveEvents(subscription) : backlogThenLive(options, subscription, after);
  return whileAuthorized(events, subscription, () => feed.unregister(subscription));
}

/** Checks the credential before each event, and leaves the live feed at the end. */
async function* whileAuthorized(
  events: AsyncIterable<SessionEvent>,
  subscription: Subscription,
  onEnd: () => void,
): AsyncGenerator<SessionEvent> {
  try {
    for await (const event of events) {
      if (!(await subscription.waitUntilAuthorized())) return;
      yield event;
    }
  } finally {
    onEnd();
  }
}

async function* backlogThenLive(
  { trail, feed }: WatchOptions,
  subscription: Subscription,
  after: string,
): AsyncGenerator<SessionEvent> {
  const subscribe = (position: string) => feed.subscribe(subscription, position);
  const deliveredIds = yield* readBacklog({ trail, subscription, subscribe }, after);
  for await (const event of liveEvents(subscription)) if (!deliveredIds.has(event.id)) yield event;
}

async function* liveEvents(subscription: Subscription): AsyncGenerator<SessionEvent> {
  for (let event = await subscription.next(); event !== null; event = await subscription.next()) yield event;
}
