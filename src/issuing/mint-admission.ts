import type { MintOutcome } from '../providers/provider.ts';
import type { AdmittedCall, CircuitBreaker } from './circuit-breaker.ts';
import type { Semaphore } from './semaphore.ts';

/** Why a mint is not even tried. Nothing is reserved then, and the same request may succeed later. */
export type AdmissionRefusal = 'circuit_open' | 'queue_full' | 'shutting_down';

/** Permission for one mint. */
export type MintPermit = {
  /** Call it exactly once: with the outcome of the mint, or with null if no mint was made. */
  readonly release: (outcome: MintOutcome | null) => void;
};

export type MintAdmission = {
  /** Waits for a permit for one mint, or says why there is none. */
  acquire(): Promise<MintPermit | AdmissionRefusal>;
};

/** Limits how many mints are in flight at the provider, and stops asking a provider that keeps failing. */
export function createMintAdmission(
  breaker: CircuitBreaker,
  semaphore: Semaphore,
  isShuttingDown: () => boolean,
): MintAdmission {
  return {
    async acquire() {
      if (isShuttingDown()) return 'shutting_down';
      const release = await semaphore.acquire();
      if (release === null) return 'queue_full';
      // The breaker is asked after the wait, because its state may have changed during the wait.
      const call = isShuttingDown() ? null : breaker.admit();
      if (call === null) {
        release();
        return isShuttingDown() ? 'shutting_down' : 'circuit_open';
      }
      return {
        release: (outcome) => {
          release();
          report(call, outcome);
        },
      };
    },
  };
}

function report(call: AdmittedCall, outcome: MintOutcome | null): void {
  if (outcome === null) call.abandoned();
  else if (countsAsFailure(outcome)) call.failed();
  else call.succeeded();
}

/** A refusal of one request is a healthy answer, and so is a rate limit: the provider is up and answers. */
function countsAsFailure(outcome: MintOutcome): boolean {
  if (outcome.kind === 'issued') return false;
  return (
    outcome.kind === 'unconfirmed' ||
    outcome.code === 'upstream_unreachable' ||
    outcome.code === 'upstream_unavailable'
  );
}
