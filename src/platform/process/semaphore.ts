export type SemaphoreOptions = {
  /** Permits at a time, of all keys together. */
  readonly size: number;
  /** Permits of one key at a time. It may change, and is looked at whenever a permit is asked for or released. */
  readonly sizePerKey: number | ((key: string) => number);
  /** Waiters of all keys together. */
  readonly queue: number;
  /** The longest wait, in milliseconds. */
  readonly waitMs: number;
};

export type Semaphore = {
  /** Resolves to a function that releases the permit; to null when there was no room to wait, or the wait was too long. */
  acquire(key: string): Promise<(() => void) | null>;
  /** Lets those who wait for this key go on without a permit, in the order in which they came. */
  waive(key: string): void;
  taken(): number;
  waiting(): number;
};

type Waiter = (release: (() => void) | null) => void;
type Holder = { taken: number; readonly waiting: Waiter[] };

/**
 * A semaphore with fair shares. Those who share a key wait in the order in which they came, and keys take turns. When the
 * queue is full, the key with the most waiters gives one up to a key that has fewer: whoever asks for too much is
 * refused first, and nobody can fill the queue against the others.
 */
export function createSemaphore({ size, sizePerKey, queue, waitMs }: SemaphoreOptions): Semaphore {
  const mostOf = typeof sizePerKey === 'number' ? () => sizePerKey : sizePerKey;
  const holders = new Map<string, Holder>();
  // The keys that have waiters and may have another permit, in the order of their turns.
  const eligible = new Set<string>();
  let taken = 0;
  let waiting = 0;

  return {
    async acquire(key) {
      const holder = holders.get(key) ?? { taken: 0, waiting: [] };
      holders.set(key, holder);
      // While a permit is free, nobody is eligible: the next one would have got it.
      if (taken < size && holder.taken < mostOf(key)) return take(key, holder);
      if (waiting >= queue && !refuseOneOfMore(holder)) {
        forgetIfUnused(key, holder);
        return null;
      }
      return wait(key, holder);
    },
    waive(key) {
      const holder = holders.get(key);
      while (holder !== undefined && holder.waiting.length > 0) remove(key, holder, 0)?.(() => {});
    },
    taken: () => taken,
    waiting: () => waiting,
  };

  function take(key: string, holder: Holder): () => void {
    holder.taken += 1;
    taken += 1;
    return () => {
      holder.taken -= 1;
      taken -= 1;
      update(key, holder);
      serveWaiting();
    };
  }

  function wait(key: string, holder: Holder): Promise<(() => void) | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        remove(key, holder, holder.waiting.indexOf(waiter));
        resolve(null);
      }, waitMs);
      const waiter: Waiter = (release) => {
        clearTimeout(timer);
        resolve(release);
      };
      holder.waiting.push(waiter);
      waiting += 1;
      update(key, holder);
    });
  }

  function serveWaiting(): void {
    for (let [key] = eligible; key !== undefined && taken < size; [key] = eligible) {
      // It goes to the end of the line.
      eligible.delete(key);
      const holder = holders.get(key);
      if (holder === undefined) continue;
      const release = take(key, holder);
      remove(key, holder, 0)?.(release);
    }
  }

  /** Refuses the youngest waiter of the key that has most, if that is more than one of `holder` would make it. */
  function refuseOneOfMore(holder: Holder): boolean {
    let most: readonly [string, Holder] | null = null;
    for (const entry of holders)
      if (most === null || entry[1].waiting.length > most[1].waiting.length) most = entry;
    if (most === null || most[1].waiting.length <= holder.waiting.length + 1) return false;
    remove(...most, most[1].waiting.length - 1)?.(null);
    return true;
  }

  function remove(key: string, holder: Holder, index: number): Waiter | undefined {
    const [waiter] = holder.waiting.splice(index, 1);
    waiting -= 1;
    update(key, holder);
    return waiter;
  }

  function update(key: string, holder: Holder): void {
    if (holder.waiting.length > 0 && holder.taken < mostOf(key)) eligible.add(key);
    else eligible.delete(key);
    forgetIfUnused(key, holder);
  }

  function forgetIfUnused(key: string, holder: Holder): void {
    if (holder.taken === 0 && holder.waiting.length === 0) holders.delete(key);
  }
}
