/** Somebody stopped the command (SIGINT, SIGTERM). */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/**
 * Does work that is given up when the process is told to stop, so that what it opened can be closed. A second signal ends
 * the process at once, as it would without this.
 * @param work given a signal that aborts with an InterruptedError
 * @throws InterruptedError, and what the work throws
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => {
    forget();
    stopping.abort(new InterruptedError('Interrupted'));
  };
  const forget = () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await work(stopping.signal);
  } finally {
    forget();
  }
}

/** Waits for work, or throws the signal's reason as soon as that aborts. What the work does later is not waited for. */
export async function orAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
