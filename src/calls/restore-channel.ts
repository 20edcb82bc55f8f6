import { setTimeout as delay } from 'node:timers/promises';
import type { AttachOutcome } from './call-provider.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
// A channel that lived for that long was good: what comes next is a new trouble.
const STABLE_MS = 5000;

/**
 * Makes attempts to attach to a call that has no channel: the first at once, then after pauses that grow, for at most
 * `withinMs` without a channel that lasts. `failed` is the end of it, or of `stopping`.
 */
export function createRestorer(
  attach: () => Promise<AttachOutcome>,
  { withinMs, stopping }: { readonly withinMs: number; readonly stopping: AbortSignal },
): () => Promise<AttachOutcome> {
  let troubledSince: number | null = null;
  let restoredAt = 0;
  let pauseMs = 0;

  return async () => {
    const now = performance.now();
    if (troubledSince === null || now - restoredAt > STABLE_MS) {
      troubledSince = now;
      pauseMs = 0;
    }
    const until = troubledSince + withinMs;
    while (!stopping.aborted && performance.now() + pauseMs <= until) {
      if (pauseMs > 0)
        await delay(pauseMs * (0.75 + Math.random() / 2), undefined, { signal: stopping }).catch(() => {});
      if (stopping.aborted) break;
      pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
      const outcome = await attach();
      restoredAt = performance.now();
      if (outcome.kind !== 'failed') return outcome;
    }
    return { kind: 'failed' };
  };
}
