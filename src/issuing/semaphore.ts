export type Semaphore = ReturnType<typeof createSemaphore>;

/**
 * A bounded number of things at a time, and a bounded number waiting for their turn, each for a bounded time.
 * First come, first served.
 */
export function createSemaphore({ size, queue, waitMs }: { size: number; queue: number; waitMs: number }) {
  let taken = 0;
  const waiting = new Set<() => void>();

  const release = () => {
    const [next] = waiting;
    if (next === undefined) {
      taken -= 1;
      return;
    }
    waiting.delete(next);
    next();
  };
  return {
    /** Gives a slot (call what it returns to give it back), or null when there is no room or the wait was too long. */
    async acquire(): Promise<(() => void) | null> {
      if (taken < size) {
        taken += 1;
        return release;
      }
      if (waiting.size >= queue) return null;
      return new Promise((resolve) => {
        const turn = () => {
          clearTimeout(timer);
          resolve(release);
        };
        const timer = setTimeout(() => {
          waiting.delete(turn);
          resolve(null);
        }, waitMs);
        waiting.add(turn);
      });
    },
    taken: () => taken,
    waiting: () => waiting.size,
  };
}
