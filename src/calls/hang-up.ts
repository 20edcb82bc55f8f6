import { setTimeout as delay } from 'node:timers/promises';
import type { Metrics } from '../platform/process/metrics.ts';
import type { CallProvider } from './call-provider.ts';
import type { LiveCall } from './live-call.ts';

const ATTEMPTS = 3;
const PAUSE_MS = 200;

type HangUpPorts = {
  readonly provider: CallProvider;
  /** For one attempt. */
  readonly withinMs: number;
  readonly metrics: Pick<Metrics, 'callHangUps'>;
};

/** Hangs up, in at most three attempts. @returns whether the call is over; otherwise nobody knows */
export async function hangUp(
  { upstreamCallId, keyId }: Pick<LiveCall, 'upstreamCallId' | 'keyId'>,
  { provider, withinMs, metrics }: HangUpPorts,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(withinMs);
    const { kind: outcome } = await provider.hangUp({ upstreamCallId, keyId, signal });
    metrics.callHangUps.observe({ outcome }, (performance.now() - startedAt) / 1000);
    if (outcome === 'ended') return true;
    if (attempt === ATTEMPTS) return false;
    await delay(PAUSE_MS * attempt * (0.5 + Math.random()));
  }
}
