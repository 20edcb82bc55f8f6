export type InFlight = ReturnType<typeof createInFlight>;

/** Tracks work that must end before its resources are closed, whether or not its client still waits. */
export function createInFlight() {
  const running = new Set<Promise<unknown>>();
  return {
    /** Tracks `work` until it ends, and returns it. */
    track<T>(work: Promise<T>): Promise<T> {
      running.add(work);
      const forget = () => {
        running.delete(work);
      };
      work.then(forget, forget);
      return work;
    },
    /** Resolves when all tracked work has ended. Each piece of work has its own deadline. */
    async ended(): Promise<void> {
      while (running.size > 0) await Promise.allSettled(running);
    },
    size: () => running.size,
  };
}
