import type { Logger } from 'pino';

/**
 * Runs `work` again and again, the next time `everyMs` after it ended, with a tenth of jitter so that replicas
 * that started together do not stay together; the first time after `firstMs`. A failure is reported and does not end it.
 * @param work given a signal that says when it is to stop, for work that takes long
 * @returns a function that stops it, and resolves when a run that is under way has ended
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

/** What a periodic job does with an error: logs it under the job's name, and tries again at its next turn. */
export function logJobFailure(log: Logger, job: string): (error: unknown) => void {
  return (err) => log.error({ err, job }, 'periodic work failed');
}
