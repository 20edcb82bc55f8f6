import type { Config } from '../platform/config/config.ts';

/** Offers that are with the providers at a time. */
export const MAX_OFFERS = 64;
/** Offers that wait for one of those, and for how long, in milliseconds. */
export const OFFER_QUEUE = 256;
export const OFFER_WAIT_MS = 2000;

/** How long a call is a gateway's without being renewed. A gateway that died is replaced soon after. */
export const LEASE_SECONDS = 6;
export const RENEW_EVERY_MS = 2000;

/** How long things may take, in milliseconds unless named otherwise. */
export type CallBounds = {
  /** Calls that this gateway watches at most. Each is a socket. */
  readonly maxCalls: number;
  readonly openWithinMs: number;
  /** For one attempt. */
  readonly attachWithinMs: number;
  /** In which attempts may begin, before the browser gets its answer. */
  readonly attachFirstWithinMs: number;
  /** For one attempt. */
  readonly hangUpWithinMs: number;
  /** How long a call may go on without a side channel. */
  readonly restoreWithinMs: number;
  /** After which an offer of which nothing was heard reads UNCERTAIN. */
  readonly connectWithinSeconds: number;
};

export function callBounds({
  maxCalls,
  upstreamTimeoutMs,
  databaseTimeoutMs,
}: Pick<Config, 'maxCalls' | 'upstreamTimeoutMs' | 'databaseTimeoutMs'>): CallBounds {
  const attemptMs = Math.min(5000, upstreamTimeoutMs);
  return {
    maxCalls,
    openWithinMs: upstreamTimeoutMs,
    attachWithinMs: attemptMs,
    attachFirstWithinMs: attemptMs / 2,
    hangUpWithinMs: attemptMs,
    restoreWithinMs: 2 * attemptMs,
    connectWithinSeconds: (upstreamTimeoutMs + databaseTimeoutMs) / 1000,
  };
}
