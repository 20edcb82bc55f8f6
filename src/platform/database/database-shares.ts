import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import type { FairScheduler } from '../process/fair-scheduler.ts';
import { createSemaphore } from '../process/semaphore.ts';
import { createBatchQueue, type ReadTogether } from './batch-queue.ts';
import { mapDatabaseErrors } from './map-database-errors.ts';
import { preparedTexts, type ReadTexts, readTexts } from './statement.ts';
import { skipped } from './statement-batch.ts';
import { UnavailableError } from './unavailable-error.ts';

/** Runs work on the database when it is its turn. @throws UnavailableError with the code "overloaded" if that takes too long */
export type Share = <T>(work: () => Promise<T>) => Promise<T>;

/** What one caller may have of the database at a time, by kinds of work that hold a connection for different times. */
export type Shares = {
  /** Pages of listings, counts and reports: some read a lot. Those of a caller whose last one was slow go one at a time. */
  readonly listings: Share;
  /** The same for a page of texts. Those of a caller whose last listing was fast are read together when they wait together. */
  readonly readTexts: ReadTexts;
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
const SIZES: Readonly<Record<Exclude<keyof Shares, 'readTexts'>, Size>> = {
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

// More connections at a time for one caller's batches would be more processes to wake up; more statements in one of them, a
// longer wait for those before the last (docs/decisions/0011).
const BATCHES = 3;
const MOST_STATEMENTS = 16;

/** For who is alone: commands, and measurements. */
export function unbounded(pool: pg.Pool): Shares {
  return {
    listings: (work) => work(),
    readTexts: (...of) => readTexts(pool, ...of),
    lookUps: (work) => work(),
    changes: (work) => work(),
    erasures: (work) => work(),
  };
}

/** What is remembered of a caller: how long its last listing took. */
type Caller = { pace: 'fast' | 'middling' | 'slow'; readonly readTogether: ReadTogether };

/**
 * Divides the connections of a pool among callers. However many listings one of them asks for, the others have their
 * turn, and mints find connections.
 * @param timeoutMs of one statement
 */
export function createShares({
  pool,
  poolSize,
  timeoutMs,
  scheduler,
}: {
  readonly pool: pg.Pool;
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
  ) => createSemaphore({ size, sizePerKey, queue, waitMs: patience * timeoutMs });
  const queue = WAITING_PER_CONNECTION * poolSize;
  const callers = new LRUCache<string, Caller>({ max: REMEMBERED_CALLERS });
  const paceOf = (caller: string) => callers.get(caller)?.pace;
  const readAlone: ReadTexts = (...of) => readTexts(pool, ...of);
  const forListings = sizeOf(SIZES.listings.part);
  const ofFast = sizePerCaller(forListings);
  const ofUnknown = Math.min(ofFast, sizeOf(PART_OF_UNKNOWN));
  const listings = semaphoreOf(SIZES.listings, forListings, (caller) =>
    paceOf(caller) === 'fast' ? ofFast : ofUnknown,
  );
  // One for all of them: each takes a processor of the database, which mints need as well.
  const slowListings = semaphoreOf(SIZES.listings, 1);
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

    function noteTime(milliseconds: number): void {
      const known = callers.get(caller) ?? { pace: 'middling', readTogether: createReadTogether() };
      const before = known.pace;
      known.pace = milliseconds <= FAST_MS ? 'fast' : milliseconds <= SLOW_MS ? 'middling' : 'slow';
      callers.set(caller, known);
      // What waited meanwhile would be overtaken by all that comes from now on.
      if (before === 'slow' && known.pace !== 'slow') slowListings.waive(caller);
    }

    async function timed<T>(work: () => Promise<T>): Promise<T> {
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        noteTime(performance.now() - startedAt);
      }
    }

    function createReadTogether(): ReadTogether {
      return createBatchQueue({
        pool,
        batches: Math.min(BATCHES, ofFast),
        queue,
        acquire: () => listings.acquire(caller),
        // Those that still wait when one was slow should not wait for each other.
        sizeOfBatch: () => (paceOf(caller) === 'fast' ? MOST_STATEMENTS : 1),
        noteTime,
      });
    }

    const share: Share = async (work) => {
      const read = () => readListing(() => timed(work));
      const rows = await (paceOf(caller) === 'slow' ? readSlowListing(read) : read());
      // A large page takes long to answer.
      await scheduler.turn(caller);
      return rows;
    };

    return {
      listings: share,
      async readTexts(text, params, plan) {
        const known = callers.get(caller);
        const statement = known?.pace === 'fast' ? preparedTexts(pool, text, plan) : null;
        if (known === undefined || statement === null) return share(() => readAlone(text, params, plan));
        try {
          const rows = await mapDatabaseErrors(() => known.readTogether(statement, params.values));
          await scheduler.turn(caller);
          return rows;
        } catch (error) {
          if (error !== skipped) throw error;
          return share(() => readAlone(text, params, plan));
        }
      },
      lookUps: shareOf(lookUps),
      changes: shareOf(changes),
      erasures: shareOf(erasures),
    };
  };
}
