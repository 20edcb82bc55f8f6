import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Actor } from '../domain/actor.ts';
import { fitsFilter, type SessionEvent, seesEvent } from '../domain/session-event.ts';
import { visibilityOf } from '../domain/visibility.ts';
import { type Viewer, WatchEndedError, type Watching } from '../domain/watch-sessions.ts';
import { isSuspended, readHorizon, readSessionEvents, readTrail } from '../postgres/read-trail.ts';
import { createEventQueue } from './event-queue.ts';
import { PAGE, type SessionFeed, type Watcher } from './session-feed.ts';

export type WatchOptions = {
  readonly pool: pg.Pool;
  readonly feed: SessionFeed;
  /** Longer than any transaction takes. */
  readonly overlapMs: number;
};

// What may wait for a reader. Beyond, it is cut off, and can come back with `after`.
const MAX_WAITING = 1000;
const ASK_AGAIN_MS = 250;

/**
 * The changes that a viewer may see and asked for: as they happen, or first those since an event. Each is delivered
 * only while the viewer's credential counts. Ends as domain/watch-sessions.ts says.
 * @throws TooManyWatchersError, WatchEndedError, LedgerUnavailableError
 */
export async function watchSessions(
  { pool, feed, overlapMs }: WatchOptions,
  { actor, stillKnown, onGone, cutOff }: Viewer,
  { filter, after }: Watching,
): Promise<AsyncIterable<SessionEvent>> {
  const visibility = visibilityOf(actor);
  const queue = createEventQueue<SessionEvent>(MAX_WAITING);
  const isMeant = (event: SessionEvent) =>
    filter !== null && seesEvent(visibility, event) && fitsFilter(event, filter);
  const watcher: Watcher = {
    offer(event) {
      if (!isMeant(event) || queue.push(event)) return;
      queue.end(new WatchEndedError('slow'));
      cutOff();
    },
    barred({ apiKeyId, externalUserId }) {
      if (actor.kind === 'application' && actor.apiKeyId === apiKeyId)
        queue.end(new WatchEndedError('credential'));
      if (actor.kind === 'user' && actor.externalId === externalUserId)
        queue.end(new WatchEndedError('suspended'));
    },
    recheck() {
      // What cannot be told now is asked again, and before each event anyway.
      stillKnown().then(
        (known) => known || queue.end(new WatchEndedError('credential')),
        () => {},
      );
    },
    end: () => queue.end(),
  };

  feed.admit(watcher);
  onGone(() => {
    feed.leave(watcher);
    queue.end();
  });
  try {
    const { begin } = await readHorizon(pool, overlapMs);
    if (after === null) feed.join(watcher, begin);
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
      for await (const event of since === null ? [] : missed(since, told)) yield event;
      for (let event = await queue.next(); event !== null; event = await queue.next()) {
        if (told.has(event.id)) continue;
        await untilKnown();
        yield event;
      }
    } finally {
      feed.leave(watcher);
    }
  }

  /** What stands in the trail after an id, up to where the feed goes on. */
  async function* missed(since: string, told: Set<string>): AsyncGenerator<SessionEvent> {
    let from = since;
    for (let near = false; !near && !queue.hasEnded(); ) {
      const { until, overlap } = await readHorizon(pool, overlapMs);
      for (const id of told) if (id < overlap) told.delete(id);
      const pages = yield* stretch(from, until, told);
      from = until;
      near = pages === 1;
    }
    // From here on the feed tells it, and what the feed was told before that is read once more.
    const position = feed.join(watcher, from);
    await refuseSuspended(pool, actor);
    yield* stretch(from, position, told);
  }

  async function* stretch(after: string, before: string, told: Set<string>) {
    let pages = 0;
    for (let from = after, more = true; more && !queue.hasEnded(); pages += 1) {
      const started = performance.now();
      const page = await readTrail(pool, from, before, PAGE);
      const events = (await readSessionEvents(pool, page)).filter(isMeant);
      more = page.length === PAGE;
      from = page.at(-1)?.id ?? before;
      // There may be months of it: resting as long as it worked leaves the others room.
      if (more) await delay(performance.now() - started);
      for (const event of events) {
        told.add(event.id);
        await untilKnown();
        yield event;
      }
    }
    return pages;
  }

  /** Nothing is delivered while it cannot be told whether it may be. */
  async function untilKnown(): Promise<void> {
    while (!queue.hasEnded()) {
      const known = await stillKnown().catch(() => null);
      if (known === true) return;
      if (known === false) throw new WatchEndedError('credential');
      await delay(ASK_AGAIN_MS);
    }
  }
}

/** A person that is suspended is told nothing; an application's or operator's credential does not depend on one. */
async function refuseSuspended(pool: pg.Pool, actor: Actor): Promise<void> {
  if (actor.kind === 'user' && (await isSuspended(pool, actor.externalId)))
    throw new WatchEndedError('suspended');
}
