import type { Metrics } from '../platform/process/metrics.ts';
import type { AttachOutcome, CallProvider } from './call-provider.ts';
import type { LiveCall } from './live-call.ts';

export type AttachPorts = {
  readonly provider: CallProvider;
  readonly withinMs: number;
  readonly metrics: Pick<Metrics, 'callAttaches'>;
};

/** Opens the side channel of a call: one attempt, which ends early when `stopping` is aborted. */
export async function attachCall(
  { upstreamCallId, keyId, request: config }: LiveCall,
  { provider, withinMs, metrics }: AttachPorts,
  stopping: AbortSignal,
): Promise<AttachOutcome> {
  // Of this attempt alone: the channel is closed by who reads it.
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  const timer = setTimeout(abort, withinMs);
  stopping.addEventListener('abort', abort);
  if (stopping.aborted) abort();
  const startedAt = performance.now();
  try {
    const outcome = await provider.attach({ upstreamCallId, keyId, config, signal: attempt.signal });
    metrics.callAttaches.observe({ outcome: outcome.kind }, (performance.now() - startedAt) / 1000);
    return outcome;
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', abort);
  }
}
