import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Actor } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import { createEventQueue } from './event-queue.ts';
import { isSuspended, readHorizon, readSessionEvents, readTrail, type TrailEntry } from './read-trail.db.ts';
import { eventMatchesFilter, type SessionEvent, seesEvent } from './session-event.ts';
import { KEY_REVOKED, later, PAGE, type SessionFeed, type Watcher } from './session-feed.ts';
import { type Subscriber, type SubscriptionRequest, WatchEndedError } from './subscriber.ts';

export type WatchOptions = {
  readonly pool: pg.Pool;
  readonly feed: SessionFeed;
  /** Longer than any transaction takes. */
  readonly overlapMs: number;
};

// What may wait for a reader. Beyond, it is cut off, and can come back with `after`.
const MAX_WAITING = 1000;
const ASK_AGAIN_MS = 250;
// Who takes nothing for that long is slow itself.
const BEHIND_MS = 200;

/**
 * The changes that a viewer may see and asked for: as they happen, or first those since an event. Each is delivered
 * only while the viewer's credential counts. Ends as domain/watch-sessions.ts says.
 * @throws TooManyWatchersError, WatchEndedError, UnavailableError
 */
export async function watchSessions(
  { pool, feed, overlapMs }: WatchOptions,
  { actor, isCredentialValid: stillKnown, onGone, isBehind, cutOff }: Subscriber,
  { filter, after }: SubscriptionRequest,
): Promise<AsyncIterable<SessionEvent>> {
  const visibility = visibilityOf(actor);
  const queue = createEventQueue<SessionEvent>(MAX_WAITING);
  // What was written before is known when the credential and the user are looked at; null: they were not yet.
  let begun: string | null = null;
  let rechecking = false;
  // Nothing is delivered until it can be told again whether it may be.
  let unsure = false;
  let behindSince: number | null = null;
  const isMeant = (event: SessionEvent) =>
    filter !== null && seesEvent(visibility, event) && eventMatchesFilter(event, filter);
  const watcher: Watcher = {
    offer(event) {
      if (!isMeant(event) || queue.push(event)) return;
      queue.end(new WatchEndedError('slow'));
      cutOff();
    },
    barred({ id, apiKeyId, externalUserId }) {
      // Suspended before, the user may have been reinstated since.
      if (begun === null || id < begun) return;
      if (actor.kind === 'application' && actor.apiKeyId === apiKeyId)
        queue.end(new WatchEndedError('credential'));
      if (actor.kind === 'user' && actor.externalId === externalUserId)
        queue.end(new WatchEndedError('suspended'));
    },
    recheck() {
      if (rechecking) return;
      rechecking = true;
      // What cannot be told now is asked again, and before each event anyway.
      stillKnown()
        .then(
          (known) => known || queue.end(new WatchEndedError('credential')),
          () => {},
        )
        .finally(() => {
          rechecking = false;
        });
    },
    isOurTurn() {
      // For a moment everybody is behind that was sent much at once.
      behindSince = isBehind() ? (behindSince ?? performance.now()) : null;
      const isSlow = behindSince !== null && performance.now() - behindSince > BEHIND_MS;
      return queue.size() > 0 && !unsure && !isSlow;
    },
    end() {
      queue.end();
      // Who does not read would hold up the stop.
      if (isBehind()) cutOff();
    },
  };

  feed.admit(watcher);
  onGone(() => {
    feed.leave(watcher);
    queue.end();
  });
  try {
    const { begin } = await readHorizon(pool, overlapMs);
    begun = begin;
    if (after === null) feed.join(watcher, begin);
    else feed.attend(watcher, begin);
    await refuseSuspended(pool, actor);
    return events(after);
  } catch (error) {
    feed.leave(watcher);
    throw error;
  }

  async function* events(since: string | null): AsyncGenerator<SessionEvent> {
    try {
      // Of what the feed may find too: it looks again at what is new.
      const told = new Set<string>();
      if (since !== null) yield* missed(since, told);
      for (let event = await queue.next(); event !== null; event = await queue.next()) {
        if (told.has(event.id)) continue;
        if (!(await mayBeTold())) return;
        yield event;
      }
    } finally {
      feed.leave(watcher);
    }
  }

  /** What stands in the trail after an id, up to where the feed goes on. */
  async function* missed(since: string, told: Set<string>): AsyncGenerator<SessionEvent> {
    for (let from = since; !queue.hasEnded(); ) {
      const { until, overlap } = await readHorizon(pool, overlapMs);
      for (const id of told) if (id < overlap) told.delete(id);
      const pages = yield* stretch(from, until, { told, overlap });
      from = until;
      if (pages > 1) continue;
      // From here on the feed tells it, what comes late too; what it has found already is read once more.
      const position = feed.join(watcher, later(since, overlap));
      yield* stretch(from, position, { told, overlap });
      return;
    }
  }

  /** A part of the trail; what stands after `overlap` is remembered as told. @returns how many pages it had */
  async function* stretch(
    after: string,
    before: string,
    { told, overlap }: { readonly told: Set<string>; readonly overlap: string },
  ) {
    let pages = 0;
    for await (const events of pagesOf(after, before)) {
      pages += 1;
      for (const event of events) {
        if (!(await mayBeTold())) return pages;
        if (event.id > overlap) told.add(event.id);
        yield event;
      }
    }
    return pages;
  }

  async function* pagesOf(after: string, before: string): AsyncGenerator<SessionEvent[]> {
    for (let from = after, more = true; more; ) {
      const started = performance.now();
      const page = await readTrail(pool, from, before, PAGE);
      const revoked = page.findIndex((entry) => isRevocationOf(actor, entry));
      const events = await readSessionEvents(pool, revoked < 0 ? page : page.slice(0, revoked));
      // Asked now it covers all of the page; the feed may not have come that far.
      await refuseSuspended(pool, actor);
      more = page.length === PAGE;
      from = page.at(-1)?.id ?? before;
      // There may be months of it: resting as long as it worked leaves the others room.
      if (more) await delay(performance.now() - started);
      yield events.filter(isMeant);
      if (revoked >= 0) throw new WatchEndedError('credential');
    }
  }

  /** Nothing is delivered while it cannot be told whether it may be; false: nothing any more. */
  async function mayBeTold(): Promise<boolean> {
    while (!queue.hasEnded()) {
      const known = await stillKnown().catch(() => null);
      unsure = known === null;
      if (known === true) return true;
      if (known === false) throw new WatchEndedError('credential');
      await delay(ASK_AGAIN_MS);
    }
    return false;
  }
}

function isRevocationOf(actor: Actor, { action, apiKeyId }: TrailEntry): boolean {
  return action === KEY_REVOKED && actor.kind === 'application' && actor.apiKeyId === apiKeyId;
}

/** A person that is suspended is told nothing; an application's or operator's credential does not depend on one. */
async function refuseSuspended(pool: pg.Pool, actor: Actor): Promise<void> {
  if (actor.kind === 'user' && (await isSuspended(pool, actor.externalId)))
    throw new WatchEndedError('suspended');
}
