import { GatehouseError } from './gatehouse-error.ts';

/** Longer than this nothing waits for its next attempt: the error says when to come back. */
const MAX_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 200;
/** A timer that is to take longer takes no time at all. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export type Attempts = {
  readonly maxAttempts: number;
  readonly signal?: AbortSignal | undefined;
  readonly isRepeatable: (error: GatehouseError) => boolean;
};

/** Tries until it succeeds, or until another attempt is not safe, not wanted or not likely to help. @throws the last error */
export async function attempt<T>(attemptOnce: () => Promise<T>, options: Attempts): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attemptOnce();
    } catch (error) {
      if (!(error instanceof GatehouseError) || !options.isRepeatable(error)) throw error;
      const waitMs = waitBefore(error, failures);
      if (failures >= options.maxAttempts || waitMs > MAX_WAIT_MS) throw error;
      await wait(waitMs, options.signal);
    }
  }
}

/** The milliseconds to wait after that many failures: what the gateway asked for, and at random up to twice as long each time. */
export function waitBefore(error: GatehouseError | null, failures: number): number {
  const own =
    Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10), MAX_WAIT_MS / 3) * (0.5 + Math.random() / 2);
  const asked = error?.retryAt === undefined ? 0 : error.retryAt.getTime() - Date.now();
  return asked > 0 ? asked + Math.random() * FIRST_WAIT_MS : own;
}

/** @throws the reason of the signal */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(ms, MAX_TIMER_MS),
    );
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Whether the same request can be answered a moment later. */
export function isTransient({ code }: GatehouseError): boolean {
  return (
    code === 'NETWORK' || code === 'TIMEOUT' || code === 'RATE_LIMITED' || code === 'SERVICE_UNAVAILABLE'
  );
}

/** Whether nothing was done. */
export function wasNotStarted({ code }: GatehouseError): boolean {
  return code === 'RATE_LIMITED';
}
