export type BatcherOptions<Item, Result> = {
  /** Does the work of several items at once. @returns the result of each, in their order; when it rejects, all of them do */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Items of one batch. */
  readonly size: number;
  /** Batches at a time. */
  readonly concurrency: number;
  /** The longest wait for a batch, in milliseconds. */
  readonly waitMs: number;
  /** The error of an item that waited too long, of which nothing was done. */
  readonly onTimeout: () => Error;
};

export type Batcher<Item, Result> = {
  add(item: Item): Promise<Result>;
  /** Refuses all items that wait: nothing is done of them. */
  refuseWaiting(error: Error): void;
};

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly since: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Gathers items while as many batches run as may, and then works on them together. An item that comes alone does not wait.
 * Waiting items are shared out evenly among the batches that may begin.
 */
export function createBatcher<Item, Result>({
  run,
  size,
  concurrency,
  waitMs,
  onTimeout,
}: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running = 0;
  let isScheduled = false;

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, since: performance.now(), resolve, reject });
        schedule();
      }),
    refuseWaiting(error) {
      for (const { reject } of waiting) reject(error);
      waiting = [];
    },
  };

  /** Begins when all that the event loop has received was read: that comes together. */
  function schedule(): void {
    if (isScheduled || running >= concurrency || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(begin);
  }

  function begin(): void {
    isScheduled = false;
    refuseLate();
    while (running < concurrency && waiting.length > 0) {
      const share = Math.ceil(waiting.length / (concurrency - running));
      const batch = waiting.slice(0, Math.min(share, size));
      waiting = waiting.slice(batch.length);
      running += 1;
      void answer(batch);
    }
  }

  function refuseLate(): void {
    const latest = performance.now() - waitMs;
    const late = waiting.findIndex(({ since }) => since > latest);
    const count = late < 0 ? waiting.length : late;
    for (const { reject } of waiting.slice(0, count)) reject(onTimeout());
    waiting = waiting.slice(count);
  }

  async function answer(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error('A batch gave too few results'));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      running -= 1;
      schedule();
    }
  }
}
