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
  listings: { part: 0.5, patience: 1 },
  lookUps: { part: 0.3, patience: 1 },
  changes: { part: 0.3, patience: 1 },
  erasures: { part: 0.1, patience: 10 },
};
// What one caller has of the connections for listings until its last listing was fast.
const PART_OF_UNKNOWN = 0.2;
// A page that an index answers takes a few milliseconds.
const FAST_MS = 50;
// What takes longer reads a lot.
const SLOW_MS = 250;
/** How many callers are remembered for a fast or a slow listing. */
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
  const sizeOf = (part: number) => Math.max(1, Math.floor(part * poolSize));
  // One is for others, where there is more than one.
  const sizePerCaller = (size: number) => Math.max(1, size - 1);
  const semaphoreOf = (
    { part, patience }: Size,
    size = sizeOf(part),
    sizePerKey: number | ((caller: string) => number) = sizePerCaller(size),
  ) => {
    const queue = WAITING_PER_CONNECTION * poolSize;
    return createSemaphore({ size, sizePerKey, queue, waitMs: patience * timeoutMs });
  };
  const fastCallers = new LRUCache<string, true>({ max: REMEMBERED_CALLERS });
  const forListings = sizeOf(SIZES.listings.part);
  const ofFast = sizePerCaller(forListings);
  const ofUnknown = Math.min(ofFast, sizeOf(PART_OF_UNKNOWN));
  const listings = semaphoreOf(SIZES.listings, forListings, (caller) =>
    fastCallers.has(caller) ? ofFast : ofUnknown,
  );
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
        const milliseconds = performance.now() - startedAt;
        if (milliseconds <= FAST_MS) fastCallers.set(caller, true);
        else fastCallers.delete(caller);
        if (milliseconds > SLOW_MS) slowCallers.set(caller, true);
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
