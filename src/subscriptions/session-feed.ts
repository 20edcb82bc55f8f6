import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { repeat } from '../platform/process/repeat.ts';
import {
  readExternalIds,
  readHorizon,
  readSessionEvents,
  readTrail,
  type TrailEntry,
} from './read-trail.db.ts';
import type { SessionEvent } from './session-event.ts';
import { TooManyWatchersError } from './subscriber.ts';

/** Whom an entry of the trail bars. */
export type Barred = {
  /** The entry's. */
  readonly id: string;
  readonly apiKeyId: string | null;
  readonly externalUserId: string | null;
};

/** Somebody who is told what the trail says. */
export type Watcher = {
  /** A change, whoever's: what it may see and asked for is for the watcher to say. */
  offer(event: SessionEvent): void;
  /** A key was revoked, or a person suspended or erased: whoever it is, it is told nothing more. */
  barred(who: Barred): void;
  /** Once a second. */
  recheck(): void;
  /** Whether something waits for it, and not because of it: this gateway has not come to it yet. */
  isOurTurn(): boolean;
  /** The gateway stops. */
  end(): void;
};

export type FeedOptions = {
  readonly pool: pg.Pool;
  readonly maxWatchers: number;
  /** Longer than any transaction takes. */
  readonly overlapMs: number;
  readonly onError: (error: unknown) => void;
};

export type SessionFeed = ReturnType<typeof createSessionFeed>;

// What is read, and held, at a time.
export const PAGE = 1000;
const LOOK_EVERY_MS = 1000;
// After a hint: the horizon of the trail is 50 ms behind, and what else happens meanwhile comes along.
const AFTER_HINT_MS = 60;
// At most that long the next page waits for the one before to be delivered.
const ROOM_WITHIN_MS = 10_000;
const LOOK_FOR_ROOM_MS = 5;
export const KEY_REVOKED = 'api_key.revoked';
const BARRING = new Set(['user.suspended', 'user.erased', KEY_REVOKED]);

/**
 * Reads the audit trail once for all subscribers of this gateway: after each hint what is new, and once a second
 * also again what is new enough to have appeared late. While nobody listens it reads nothing.
 */
export function createSessionFeed({ pool, maxWatchers, overlapMs, onError }: FeedOptions) {
  // Those that were admitted, each with the entry after which it is told; null: not yet.
  const watchers = new Map<Watcher, string | null>();
  // How far the trail was read; null while nobody is told anything.
  let position: string | null = null;
  // What was read of the part that is read again.
  const seen = new Set<string>();
  let looking: Promise<void> | null = null;
  let hinted: NodeJS.Timeout | null = null;
  let closed = false;

  const stopLooking = repeat(LOOK_EVERY_MS, () => exclusively(lookAgain), onError);
  const stopRechecking = repeat(
    LOOK_EVERY_MS,
    async () => {
      for (const watcher of watchers.keys()) watcher.recheck();
    },
    onError,
  );

  return {
    /** Takes one of the places for subscribers, until it leaves. @throws TooManyWatchersError */
    admit(watcher: Watcher): void {
      if (watchers.size >= maxWatchers) throw new TooManyWatchersError('Too many subscribers');
      watchers.set(watcher, null);
      if (closed) watcher.end();
    },

    /** Tells an admitted one from an id of the trail on who is barred, and no changes yet. */
    attend(watcher: Watcher, begin: string): void {
      if (watchers.has(watcher)) position ??= begin;
    },

    /**
     * Tells an admitted one everything that is found in the trail from now on and stands after an id there. What stands
     * before the returned id may have been found already.
     */
    join(watcher: Watcher, after: string): string {
      if (!watchers.has(watcher)) return after;
      watchers.set(watcher, after);
      position ??= after;
      return position;
    },

    leave(watcher: Watcher): void {
      watchers.delete(watcher);
      if (watchers.size > 0) return;
      position = null;
      seen.clear();
    },

    size: () => watchers.size,

    /** Something was committed: it is looked for soon. */
    hint,

    async close(): Promise<void> {
      closed = true;
      if (hinted !== null) clearTimeout(hinted);
      for (const watcher of watchers.keys()) watcher.end();
      await Promise.all([stopLooking(), stopRechecking(), looking]);
    },
  };

  function hint(): void {
    if (position === null || hinted !== null) return;
    hinted = setTimeout(() => {
      lookWhenFree().catch(onError);
    }, AFTER_HINT_MS);
  }

  /** However many hints come meanwhile, it is one look. */
  async function lookWhenFree(): Promise<void> {
    while (looking !== null) await looking.catch(() => {});
    hinted = null;
    await exclusively(lookOn);
  }

  /** One look at a time: each goes on from where the one before ended. */
  async function exclusively(look: () => Promise<void>): Promise<void> {
    while (looking !== null) await looking.catch(() => {});
    if (position === null) return;
    looking = look();
    try {
      await looking;
    } finally {
      looking = null;
    }
  }

  /** What is new. */
  async function lookOn(): Promise<void> {
    const { until, held } = await readHorizon(pool, overlapMs);
    await readOn(until, until);
    if (held) hint();
  }

  /** What is new, and what appeared late. */
  async function lookAgain(): Promise<void> {
    const { until, overlap, held } = await readHorizon(pool, overlapMs);
    await readOn(overlap, until);
    for (const id of seen) if (id < overlap) seen.delete(id);
    if (held) hint();
  }

  /** Tells everything that was not told yet, from where it was read to or from an earlier place. */
  async function readOn(place: string, until: string): Promise<void> {
    let from = earlier(place, position ?? place);
    for (let more = true; more && position !== null; ) {
      await untilDelivered();

      const page = await readTrail(pool, from, until, PAGE);
      more = page.length === PAGE;
      from = page.at(-1)?.id ?? until;
      await tell(page.filter(({ id }) => !seen.has(id)));
      // At once: who joins from here on reads for itself what stands before.
      if (position !== null) position = later(position, more ? from : until);
    }
  }

  /**
   * Nobody is cut off because this gateway is slow: what it has not come to can wait in the trail. It does not wait for
   * readers that are slow themselves.
   */
  async function untilDelivered(): Promise<void> {
    const deadline = performance.now() + ROOM_WITHIN_MS;
    const isUnderWay = () => [...watchers.keys()].some((watcher) => watcher.isOurTurn());
    while (!closed && isUnderWay() && performance.now() < deadline) await delay(LOOK_FOR_ROOM_MS);
  }

  async function tell(entries: readonly TrailEntry[]): Promise<void> {
    const events = new Map((await readSessionEvents(pool, entries)).map((event) => [event.id, event]));
    const barring = entries.filter(({ action }) => BARRING.has(action));
    const externalIds = await readExternalIds(
      pool,
      barring.flatMap(({ userId }) => userId ?? []),
    );
    // Nothing is waited for from here on: everybody is told the same, in the order of the trail.
    for (const entry of entries) {
      seen.add(entry.id);
      const event = events.get(entry.id);
      if (event !== undefined) offer(event);
      if (BARRING.has(entry.action)) {
        const externalUserId = externalIds.get(entry.userId ?? '') ?? null;
        for (const watcher of watchers.keys())
          watcher.barred({ id: entry.id, apiKeyId: entry.apiKeyId, externalUserId });
      }
    }
  }

  function offer(event: SessionEvent): void {
    for (const [watcher, after] of watchers) if (after !== null && event.id > after) watcher.offer(event);
  }
}

function earlier(one: string, other: string): string {
  return one < other ? one : other;
}

export function later(one: string, other: string): string {
  return one > other ? one : other;
}
