import type { Logger } from 'pino';

/**
 * Runs `work` repeatedly: first after `firstMs`, then `everyMs` after each run ended, both in milliseconds and with 10 %
 * of jitter, so that replicas that started together spread out. A failed run is reported, and the next one follows.
 * @param work gets a signal that is aborted on stopping, for runs that take long
 * @returns a function that stops it, and resolves when the current run has ended
 */
export function repeat(
  everyMs: number,
  work: (stopping: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void,
  firstMs = everyMs,
): () => Promise<void> {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const schedule = (afterMs: number) => {
    timer = setTimeout(
      () => {
        running = work(stopping.signal)
          .catch(onError)
          .then(() => {
            if (!stopping.signal.aborted) schedule(everyMs);
          });
      },
      afterMs * (0.95 + Math.random() * 0.1),
    );
    timer.unref();
  };
  schedule(firstMs);
  return () => {
    stopping.abort();
    clearTimeout(timer);
    return running;
  };
}

/** An error handler for `repeat`: logs the error under the job's name. */
export function logJobFailure(log: Logger, job: string): (error: unknown) => void {
  return (err) => log.error({ err, job }, 'periodic work failed');
}
