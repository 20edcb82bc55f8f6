export type LimitKind = 'caller' | 'address';

export type RateLimits = {
  /** Counts one request. @returns the whole seconds to wait when there were too many, else null */
  take(kind: LimitKind, key: string): number | null;
  /** Uncounts one request. */
  giveBack(kind: LimitKind, key: string): void;
};

type RateLimitOptions = {
  readonly requestsPerMinute: number;
  readonly anonymousRequestsPerMinute: number;
  readonly onLimited: (kind: LimitKind) => void;
};

const WINDOW_MS = 60_000;

type Window = { count: number; readonly endsAt: number };

/** Limits requests per minute at this gateway: for each authenticated caller, and for each address of all others. */
export function createRateLimits(options: RateLimitOptions, now = () => performance.now()): RateLimits {
  const limits = { caller: options.requestsPerMinute, address: options.anonymousRequestsPerMinute };
  const windows = { caller: new Map<string, Window>(), address: new Map<string, Window>() };
  return {
    take(kind, key) {
      const time = now();
      const window = openWindow(windows[kind], key, time);
      window.count += 1;
      if (window.count <= limits[kind]) return null;
      options.onLimited(kind);
      return Math.max(1, Math.ceil((window.endsAt - time) / 1000));
    },
    giveBack(kind, key) {
      const window = windows[kind].get(key);
      if (window !== undefined) window.count -= 1;
    },
  };
}

/** The window of a key that is open now. All are equally long, so that those which have ended are the first. */
function openWindow(windows: Map<string, Window>, key: string, time: number): Window {
  for (const [first, { endsAt }] of windows) {
    if (endsAt > time) break;
    windows.delete(first);
  }
  const window = windows.get(key) ?? { count: 0, endsAt: time + WINDOW_MS };
  windows.set(key, window);
  return window;
}
