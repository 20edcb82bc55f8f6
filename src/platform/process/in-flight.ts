export type InFlight = ReturnType<typeof createInFlight>;

/** Work that was accepted and must end before what it works with is closed, whether or not its client still waits. */
export function createInFlight() {
  const running = new Set<Promise<unknown>>();
  return {
    /** Runs `work`, remembered until it ends. */
    track<T>(work: Promise<T>): Promise<T> {
      running.add(work);
      const forget = () => {
        running.delete(work);
      };
      work.then(forget, forget);
      return work;
    },
    /** Resolves when everything that is running has ended; each piece of work has deadlines of its own. */
    async ended(): Promise<void> {
      while (running.size > 0) await Promise.allSettled(running);
    },
    size: () => running.size,
  };
}
