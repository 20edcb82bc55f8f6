import { setTimeout as delay } from 'node:timers/promises';
import { refuseSuspended, revokesKeyOf } from './access-revocation.ts';
import type { SessionEvent } from './session-event.ts';
import { SubscriptionEndedError } from './subscriber.ts';
import type { Subscription } from './subscription.ts';
import { later, type TrailReader } from './trail.ts';

export type BacklogOptions = {
  readonly trail: TrailReader;
  readonly subscription: Pick<Subscription, 'actor' | 'isWanted' | 'hasEnded'>;
  /** Has the live feed deliver what comes after an id. @returns the position from which it does so without gaps */
  readonly subscribe: (after: string) => string;
};

/** A part of the trail: the entries after one id and before another. */
type Range = { readonly after: string; readonly before: string };

type BacklogPage = {
  readonly events: readonly SessionEvent[];
  /** The id after which to go on reading; null if nothing is left. */
  readonly next: string | null;
  /** Whether the key was revoked after these events. */
  readonly revoked: boolean;
};

/**
 * The events that a subscriber missed since an id, up to where the live feed takes over.
 * @returns the ids of events that the live feed may deliver once more
 * @throws SubscriptionEndedError, UnavailableError
 */
export async function* readBacklog(
  options: BacklogOptions,
  since: string,
): AsyncGenerator<SessionEvent, ReadonlySet<string>> {
  const { trail, subscription, subscribe } = options;
  const deliveredIds = new Set<string>();
  let after = since;
  while (!subscription.hasEnded()) {
    const { until, overlap } = await trail.readHorizon();
    for (const id of deliveredIds) if (id < overlap) deliveredIds.delete(id);
    const remember = ({ id }: SessionEvent) => {
      if (id > overlap) deliveredIds.add(id);
    };

    const pages = yield* readRange(options, { after, before: until }, remember);
    after = until;
    // Reading several pages took a while: there is more by now.
    if (pages > 1) continue;

    // From now on the live feed delivers what it reads, late entries included. What it has read already is read here.
    const position = subscribe(later(since, overlap));
    yield* readRange(options, { after, before: position }, remember);
    break;
  }
  return deliveredIds;
}

/** The wanted events of a part of the trail, page by page. @returns how many pages there were */
async function* readRange(
  options: BacklogOptions,
  { after, before }: Range,
  remember: (event: SessionEvent) => void,
): AsyncGenerator<SessionEvent, number> {
  let pages = 0;
  let from: string | null = after;
  while (from !== null && !options.subscription.hasEnded()) {
    pages += 1;
    const startedAt = performance.now();
    const { events, next, revoked }: BacklogPage = await readPage(options, { after: from, before });
    // A backlog may be months long: resting for as long as a page took leaves the database to others.
    if (next !== null) await delay(performance.now() - startedAt);
    for (const event of events) {
      remember(event);
      yield event;
    }
    if (revoked) throw new SubscriptionEndedError('credential');
    from = next;
  }
  return pages;
}

async function readPage(
  { trail, subscription }: BacklogOptions,
  { after, before }: Range,
): Promise<BacklogPage> {
  const { entries, next } = await trail.readPage(after, before);
  // The live feed may not have read the revocation yet, so the page is checked for it too.
  const revokedAt = entries.findIndex((entry) => revokesKeyOf(subscription.actor, entry));
  const events = await trail.readSessionEvents(revokedAt === -1 ? entries : entries.slice(0, revokedAt));
  // Checked after reading, so that it holds for all events of the page.
  await refuseSuspended(trail, subscription.actor);
  return { events: events.filter(subscription.isWanted), next, revoked: revokedAt !== -1 };
}
