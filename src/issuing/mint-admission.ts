import type { MintFailureCode, MintOutcome } from '../providers/provider.ts';
import type { AdmittedCall, CircuitBreaker } from './circuit-breaker.ts';
import type { Semaphore } from './semaphore.ts';

/** Why a mint is not even tried. Nothing is reserved then, and the same request may succeed later. */
export type AdmissionRefusal = 'circuit_open' | 'queue_full' | 'shutting_down';

/** Permission for one mint. */
export type MintPermit = {
  /** Call it exactly once: with the outcome of the mint, or with null if no mint was made; and with whom it was for. */
  readonly release: (outcome: MintOutcome | null, externalUserId: string) => void;
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
        release: (outcome, externalUserId) => {
          release();
          report(call, outcome, externalUserId);
        },
      };
    },
  };
}

function report(call: AdmittedCall, outcome: MintOutcome | null, externalUserId: string): void {
  if (outcome === null) call.abandoned();
  else if (countsAsFailure(outcome)) call.failed(externalUserId);
  else call.succeeded();
}

// Whether an outcome is the provider's failure. A refusal of one request is a healthy answer, and so is a rate limit: the
// provider is up and answers. How large an answer becomes, the request can decide.
const IS_FAILURE = {
  upstream_unreachable: true,
  upstream_rejected: false,
  upstream_authentication: false,
  upstream_rate_limited: false,
  upstream_quota_exhausted: false,
  upstream_unavailable: true,
  upstream_error: true,
  upstream_timeout: true,
  upstream_connection_lost: true,
  upstream_answer_too_large: false,
  upstream_answer_invalid: true,
} as const satisfies Record<MintFailureCode, boolean>;

function countsAsFailure(outcome: MintOutcome): boolean {
  return outcome.kind !== 'issued' && IS_FAILURE[outcome.code];
}
