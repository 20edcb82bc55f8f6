export type Semaphore = ReturnType<typeof createSemaphore>;

/**
 * A semaphore: `size` permits, and a queue of at most `queue` waiters, each of whom waits at most `waitMs` milliseconds.
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
    /** Resolves to a function that releases the permit; to null when the queue is full or the wait was too long. */
    async acquire(): Promise<(() => void) | null> {
      if (taken < size) {
        taken += 1;
        return release;
      }
      if (waiting.size >= queue) return null;
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          resolve(release);
        };
        const timer = setTimeout(() => {
          waiting.delete(wake);
          resolve(null);
        }, waitMs);
        waiting.add(wake);
      });
    },
    taken: () => taken,
    waiting: () => waiting.size,
  };
}
