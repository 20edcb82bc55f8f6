export type InFlight = ReturnType<typeof createInFlight>;

/** Tracks work that must end before its resources are closed, whether or not its client still waits. */
export function createInFlight() {
  // A number, and not a Set of the work: its old copies would keep the memory of work that has ended (unfinished-answers.ts).
  let running = 0;
  let waiting: (() => void)[] = [];
  const forget = () => {
    running -= 1;
    if (running > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  return {
    /** Tracks `work` until it ends, and returns it. */
    track<T>(work: Promise<T>): Promise<T> {
      running += 1;
      work.then(forget, forget);
      return work;
    },
    /** Resolves when all tracked work has ended. Each piece of work has its own deadline. */
    ended(): Promise<void> {
      return new Promise((resolve) => {
        if (running === 0) resolve();
        else waiting.push(resolve);
      });
    },
    size: () => running,
  };
}
