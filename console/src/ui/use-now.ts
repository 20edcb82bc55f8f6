import { useSyncExternalStore } from 'react';
import { serverNow } from '../api/server-clock.ts';

type Ticker = {
  readonly listeners: Set<() => void>;
  now: number;
  timer: ReturnType<typeof setInterval> | null;
};

// One timer for all that shows a time, so that they change together.
const tickers = new Map<number, Ticker>();

/** The time by the server's clock, in milliseconds, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  return useAtNow(everyMs, (now) => now);
}

/** What a function makes of the time. Its component is drawn again only when that has changed. */
export function useAtNow<Value extends string | number | boolean>(
  everyMs: number,
  of: (now: number) => Value,
): Value {
  const ticker = tickerOf(everyMs);
  return useSyncExternalStore(
    (listener) => {
      ticker.listeners.add(listener);
      ticker.timer ??= setInterval(() => {
        ticker.now = serverNow();
        for (const each of ticker.listeners) each();
      }, everyMs);
      return () => {
        ticker.listeners.delete(listener);
        if (ticker.listeners.size > 0 || ticker.timer === null) return;
        clearInterval(ticker.timer);
        ticker.timer = null;
      };
    },
    () => {
      if (ticker.timer === null && Math.abs(serverNow() - ticker.now) > everyMs) ticker.now = serverNow();
      return of(ticker.now);
    },
  );
}

function tickerOf(everyMs: number): Ticker {
  const existing = tickers.get(everyMs);
  if (existing !== undefined) return existing;
  const created: Ticker = { listeners: new Set(), now: serverNow(), timer: null };
  tickers.set(everyMs, created);
  return created;
}
