/** What waits for one reader. */
export type EventQueue<T> = {
  /** Whether there was room. What has ended takes everything and keeps nothing. */
  push(item: T): boolean;
  /** How many wait. */
  size(): number;
  /** Ends it at once, with what waits forgotten. The first end counts. */
  end(error?: Error): void;
  /** @throws the error that it was ended with */
  hasEnded(): boolean;
  /** The next item, as soon as there is one; null when it has ended. @throws the error that it was ended with */
  next(): Promise<T | null>;
};

/** A queue of bounded length with one reader, which asks for one item at a time. */
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
