import { setTimeout as delay } from 'node:timers/promises';
import { repeat } from '../platform/process/repeat.ts';
import type { AccessRevocation } from './access-revocation.ts';
import { type Delivery, loadDeliveries } from './deliveries.ts';
import { createReadSchedule } from './read-schedule.ts';
import type { SessionEvent } from './session-event.ts';
import { TooManySubscribersError } from './subscriber.ts';
import { earlier, later, type TrailReader } from './trail.ts';

/** A subscription, as the live feed sees it. */
export type FeedListener = {
  /** Whose subscription it is: a caller may have a part of all subscriptions. */
  readonly caller: string;
  /** Any change to any session: the listener picks those that it may see and asked for. */
  onEvent(event: SessionEvent): void;
  /** Any revocation of access: the listener picks those that concern it, and ends. */
  onAccessRevoked(revocation: AccessRevocation): void;
  /** Called once a second. */
  recheckCredential(): void;
  /** Whether events wait here because this process has not delivered them yet, not because the client is slow. */
  hasUndeliveredEvents(): boolean;
  /** The gateway stops. */
  onShutdown(): void;
};

export type LiveFeed = {
  /** Counts a listener among the subscribers, until it is unregistered. @throws TooManySubscribersError */
  register(listener: FeedListener): void;
  /** Delivers only access revocations after `begin`, no changes yet. */
  subscribeToRevocations(listener: FeedListener, begin: string): void;
  /**
   * Delivers every change after an id that is read from now on.
   * @returns a position: changes before it may have been read already, and are not delivered then
   */
  subscribe(listener: FeedListener, after: string): string;
  unregister(listener: FeedListener): void;
  /** How many listeners are registered. */
  size(): number;
  /** Something was committed: reads it soon. */
  onNotification(): void;
  close(): Promise<void>;
};

export type LiveFeedOptions = {
  readonly trail: TrailReader;
  readonly maxSubscribers: number;
  readonly maxSubscribersPerCaller: number;
  readonly onError: (error: unknown) => void;
};

const RECHECK_EVERY_MS = 1000;
// How long reading waits at most for what was read before to be delivered.
const DELIVERED_WITHIN_MS = 10_000;
const POLL_DELIVERED_MS = 5;

/**
 * Reads the audit trail once for all subscribers of this gateway, and delivers what it finds. While there are no
 * subscribers it reads nothing. How that fits together with the backlog is explained in watch-sessions.ts.
 */
export function createLiveFeed(options: LiveFeedOptions): LiveFeed {
  const { trail, maxSubscribers, maxSubscribersPerCaller, onError } = options;
  // Each with the id after which it gets changes; null while it gets none.
  const listeners = new Map<FeedListener, string | null>();
  // How far the trail was read; null while nobody is subscribed.
  let position: string | null = null;
  // The entries that were read in the part of the trail that is read again.
  const seenIds = new Set<string>();
  let closed = false;

  const schedule = createReadSchedule({ isNeeded: () => position !== null, readNew, readAgain, onError });
  const stopRechecking = repeat(
    RECHECK_EVERY_MS,
    async () => {
      for (const listener of listeners.keys()) listener.recheckCredential();
    },
    onError,
  );

  return {
    register(listener) {
      if (listeners.size >= maxSubscribers || countOf(listener.caller) >= maxSubscribersPerCaller)
        throw new TooManySubscribersError('Too many subscribers');
      listeners.set(listener, null);
      if (closed) listener.onShutdown();
    },
    subscribeToRevocations(listener, begin) {
      if (listeners.has(listener)) position ??= begin;
    },
    subscribe(listener, after) {
      // It may have been unregistered meanwhile, because the client is gone.
      if (!listeners.has(listener)) return after;
      listeners.set(listener, after);
      position ??= after;
      return position;
    },
    unregister(listener) {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      position = null;
      seenIds.clear();
    },
    size: () => listeners.size,
    onNotification: schedule.readSoon,
    async close() {
      closed = true;
      for (const listener of listeners.keys()) listener.onShutdown();
      await Promise.all([schedule.stop(), stopRechecking()]);
    },
  };

  function countOf(caller: string): number {
    let count = 0;
    for (const listener of listeners.keys()) if (listener.caller === caller) count += 1;
    return count;
  }

  async function readNew(): Promise<boolean> {
    const { until, held } = await trail.readHorizon();
    await readRange(until, until);
    return held;
  }

  async function readAgain(): Promise<boolean> {
    const { until, overlap, held } = await trail.readHorizon();
    await readRange(overlap, until);
    for (const id of seenIds) if (id < overlap) seenIds.delete(id);
    return held;
  }

  /** Delivers what was not delivered yet, from an id on or from where reading ended, whichever is earlier. */
  async function readRange(from: string, until: string): Promise<void> {
    let after: string | null = earlier(from, position ?? from);
    while (after !== null && position !== null) {
      await waitUntilDelivered();
      const page = await trail.readPage(after, until);
      deliver(
        await loadDeliveries(
          trail,
          page.entries.filter(({ id }) => !seenIds.has(id)),
        ),
      );
      // In the same step as the delivery: whoever subscribes after it reads for itself what comes before.
      if (position !== null) position = later(position, page.next ?? until);
      after = page.next;
    }
  }

  /** Synchronous, so that all listeners get the same, in the order of the trail. */
  function deliver(deliveries: readonly Delivery[]): void {
    for (const { id, event, revocation } of deliveries) {
      seenIds.add(id);
      for (const [listener, after] of listeners) {
        if (event !== null && after !== null && id > after) listener.onEvent(event);
        if (revocation !== null) listener.onAccessRevoked(revocation);
      }
    }
  }

  /**
   * Nobody is cut off because this process is slow: what it cannot deliver yet can wait in the trail. But it does not
   * wait for clients that are slow themselves.
   */
  async function waitUntilDelivered(): Promise<void> {
    const deadline = performance.now() + DELIVERED_WITHIN_MS;
    const isDelivering = () => [...listeners.keys()].some((listener) => listener.hasUndeliveredEvents());
    while (!closed && isDelivering() && performance.now() < deadline) await delay(POLL_DELIVERED_MS);
  }
}
