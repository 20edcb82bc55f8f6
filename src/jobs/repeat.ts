/**
 * Runs `work` again and again, the next time `everyMs` after it ended, with a tenth of jitter so that replicas
 * that started together do not stay together; the first time after `firstMs`. A failure is reported and does not end it.
 * @returns a function that stops it, and resolves when a run that is under way has ended
 */
export function repeat(
  everyMs: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
  firstMs = everyMs,
): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const schedule = (afterMs: number) => {
    timer = setTimeout(
      () => {
        running = work()
          .catch(onError)
          .then(() => {
            if (!stopped) schedule(everyMs);
          });
      },
      afterMs * (0.95 + Math.random() * 0.1),
    );
    timer.unref();
  };
  schedule(firstMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
    return running;
  };
}
