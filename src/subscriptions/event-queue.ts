/** Items that wait for one reader. */
export type EventQueue<T> = {
  /** Adds an item. @returns false if the queue is full; after the end, items are dropped and it returns true */
  push(item: T): boolean;
  /** How many items wait. */
  size(): number;
  /** Ends the queue at once and drops the items that wait. Only the first call counts. */
  end(error?: Error): void;
  /** @throws the error that it was ended with */
  hasEnded(): boolean;
  /** Waits for the next item; null when the queue has ended. @throws the error that it was ended with */
  next(): Promise<T | null>;
};

/** A queue of bounded length for one reader, which asks for one item at a time. */
export function createEventQueue<T>(limit: number): EventQueue<T> {
  let items: T[] = [];
  let end: { readonly error: Error | undefined } | null = null;
  let wake: () => void = () => {};
  return {
    push(item) {
      if (end !== null) return true;
      if (items.length >= limit) return false;
      items.push(item);
      wake();
      return true;
    },
    size: () => items.length,
    end(error) {
      end ??= { error };
      items = [];
      wake();
    },
    hasEnded,
    async next() {
      while (!hasEnded()) {
        const item = items.shift();
        if (item !== undefined) return item;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return null;
    },
  };

  function hasEnded(): boolean {
    if (end?.error !== undefined) throw end.error;
    return end !== null;
  }
}
