import { GatehouseError } from './gatehouse-error.ts';

export type Deadline = {
  /** Aborts with the caller's signal and its reason, or with a GatehouseError TIMEOUT. */
  readonly signal: AbortSignal;
  /** Begins the time anew. @param ms how long it is from now on */
  extend(ms: number): void;
  /** Ends the time, and what still uses the signal. */
  end(): void;
};

/** A signal that aborts when the caller's does, and when the time is over. */
export function startDeadline(ms: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const follow = () => controller.abort(caller?.reason);
  const start = (time: number) =>
    setTimeout(() => {
      const message = `The gateway was not heard of within ${time} milliseconds.`;
      controller.abort(new GatehouseError('TIMEOUT', message));
    }, time);
  let timer = start(ms);
  caller?.addEventListener('abort', follow, { once: true });
  if (caller?.aborted) follow();
  return {
    signal: controller.signal,
    extend(time) {
      clearTimeout(timer);
      timer = start(time);
    },
    end() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', follow);
      controller.abort();
    },
  };
}
