import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export type LimitKind = 'caller' | 'address';

export type RateLimits = {
  /** Counts one request. @returns the whole seconds to wait when there were too many, else null */
  take(kind: LimitKind, key: string): Promise<number | null>;
  /** Uncounts one request. */
  giveBack(kind: LimitKind, key: string): Promise<void>;
};

type RateLimitOptions = {
  readonly requestsPerMinute: number;
  readonly anonymousRequestsPerMinute: number;
  readonly onLimited: (kind: LimitKind) => void;
};

/** Limits requests per minute at this gateway: for each authenticated caller, and for each address of all others. */
export function createRateLimits(options: RateLimitOptions): RateLimits {
  const limiters = {
    caller: new RateLimiterMemory({ points: options.requestsPerMinute, duration: 60 }),
    address: new RateLimiterMemory({ points: options.anonymousRequestsPerMinute, duration: 60 }),
  };
  return {
    async take(kind, key) {
      try {
        await limiters[kind].consume(key);
        return null;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        options.onLimited(kind);
        return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      }
    },
    async giveBack(kind, key) {
      await limiters[kind].reward(key);
    },
  };
}
