import { LRUCache } from 'lru-cache';
import type { FairScheduler } from '../process/fair-scheduler.ts';
import { createSemaphore } from '../process/semaphore.ts';
import { UnavailableError } from './unavailable-error.ts';

/** Runs work on the database when it is its turn. @throws UnavailableError with the code "overloaded" if that takes too long */
export type Share = <T>(work: () => Promise<T>) => Promise<T>;

/** What one caller may have of the database at a time, by kinds of work that hold a connection for different times. */
export type Shares = {
  /** Pages of listings, counts and reports: some read a lot. Those of a caller whose last one was slow go one at a time. */
  readonly listings: Share;
  /** Records by their ids. */
  readonly lookUps: Share;
  /** All mutations but mints, which have limits of their own (issuing/mint-admission.ts). They may wait for a lock. */
  readonly changes: Share;
  /** They take many statements each. */
  readonly erasures: Share;
};

type Size = {
  /** Of the connections of the pool. */
  readonly part: number;
  /** Time-outs of a statement that one may wait for its turn. */
  readonly patience: number;
};

// Those that may hold a connection for long leave a part of them: for mints, look-ups and the gateway's own work.
const SIZES: Readonly<Record<keyof Shares, Size>> = {
  listings: { part: 0.3, patience: 1 },
  lookUps: { part: 0.3, patience: 1 },
  changes: { part: 0.3, patience: 1 },
  erasures: { part: 0.1, patience: 10 },
};
// What takes longer reads a lot: a page that an index answers takes a few milliseconds.
const SLOW_MS = 250;
/** How many callers are remembered for a slow listing. */
const REMEMBERED_CALLERS = 1000;
// How long one waits is what bounds the queue; this bounds its memory.
const WAITING_PER_CONNECTION = 500;

/** For who is alone: commands, and measurements. */
export const unbounded: Shares = {
  listings: (work) => work(),
  lookUps: (work) => work(),
  changes: (work) => work(),
  erasures: (work) => work(),
};

/**
 * Divides the connections of a pool among callers. However many listings one of them asks for, the others have their
 * turn, and mints find connections.
 * @param timeoutMs of one statement
 */
export function createShares({
  poolSize,
  timeoutMs,
  scheduler,
}: {
  readonly poolSize: number;
  readonly timeoutMs: number;
  readonly scheduler: FairScheduler;
}): (caller: string) => Shares {
  const semaphoreOf = ({ part, patience }: Size, most = Number.POSITIVE_INFINITY) => {
    const size = Math.max(1, Math.min(most, Math.floor(part * poolSize)));
    return createSemaphore({
      size,
      // One is for others, where there is more than one.
      sizePerKey: Math.max(1, size - 1),
      queue: WAITING_PER_CONNECTION * poolSize,
      waitMs: patience * timeoutMs,
    });
  };
  const listings = semaphoreOf(SIZES.listings);
  // One for all of them: each takes a processor of the database, which mints need as well.
  const slowListings = semaphoreOf(SIZES.listings, 1);
  const slowCallers = new LRUCache<string, true>({ max: REMEMBERED_CALLERS });
  const lookUps = semaphoreOf(SIZES.lookUps);
  const changes = semaphoreOf(SIZES.changes);
  const erasures = semaphoreOf(SIZES.erasures);

  return (caller) => {
    const shareOf =
      (semaphore: typeof listings): Share =>
      async (work) => {
        const release = await semaphore.acquire(caller);
        if (release === null) throw new UnavailableError('overloaded');
        try {
          return await work();
        } finally {
          release();
        }
      };
    const readListing = shareOf(listings);
    const readSlowListing = shareOf(slowListings);

    async function noteTime<T>(work: () => Promise<T>): Promise<T> {
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        if (performance.now() - startedAt > SLOW_MS) slowCallers.set(caller, true);
        // What waited meanwhile would be overtaken by all that comes from now on.
        else if (slowCallers.delete(caller)) slowListings.waive(caller);
      }
    }

    return {
      async listings(work) {
        const read = () => readListing(() => noteTime(work));
        const rows = slowCallers.has(caller) ? await readSlowListing(read) : await read();
        // A large page takes long to answer.
        await scheduler.turn(caller);
        return rows;
      },
      lookUps: shareOf(lookUps),
      changes: shareOf(changes),
      erasures: shareOf(erasures),
    };
  };
}
