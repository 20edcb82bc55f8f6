import type { Semaphore } from '../platform/process/semaphore.ts';
import type { MintFailureCode, MintOutcome } from '../providers/provider.ts';
import type { AdmittedCall, CircuitBreaker } from './circuit-breaker.ts';

/** Why a mint is not even tried. Nothing is reserved then, and the same request may succeed later. */
export type AdmissionRefusal = 'circuit_open' | 'queue_full' | 'shutting_down';

/** Permission for one mint. */
export type MintPermit = {
  /** Call it when the reservation was answered: the next one of this user may be sent then. */
  readonly reserved: () => void;
  /** Call it exactly once, at the end: with the outcome of the mint, or with null if no mint was made. */
  readonly release: (outcome: MintOutcome | null) => void;
};

export type MintAdmission = {
  /**
   * Waits for a permit for one mint, or says why there is none.
   * @param caller who asks: callers get equal shares
   * @param externalUserId whom the mint is for
   */
  acquire(caller: string, externalUserId: string): Promise<MintPermit | AdmissionRefusal>;
  /** Whether the provider is not asked, because it kept failing. */
  isCircuitOpen(): boolean;
};

type AdmissionParts = {
  /** Of the provider. */
  readonly breaker: CircuitBreaker;
  /** Mints at a time, by caller. */
  readonly mints: Semaphore;
  /** Reservations at a time, by user. */
  readonly users: Semaphore;
  readonly isShuttingDown: () => boolean;
};

/**
 * Limits how many mints are in flight at the provider, with fair shares for callers, and stops asking a provider that keeps
 * failing. Mints of one user wait for each other before they take a permit or a connection: in the database they would
 * wait for the lock on the user, and occupy both.
 */
export function createMintAdmission({
  breaker,
  mints,
  users,
  isShuttingDown,
}: AdmissionParts): MintAdmission {
  return {
    isCircuitOpen: () => !breaker.isClosed(),
    async acquire(caller, externalUserId) {
      if (isShuttingDown()) return 'shutting_down';
      const releaseUser = await users.acquire(externalUserId);
      if (releaseUser === null) return 'queue_full';
      const reserved = once(releaseUser);
      const mint = await admit(caller);
      if (typeof mint === 'string') {
        reserved();
        return mint;
      }
      return {
        reserved,
        release: (outcome) => {
          reserved();
          mint.release();
          report(mint.call, outcome, externalUserId);
        },
      };
    },
  };

  async function admit(
    caller: string,
  ): Promise<{ readonly release: () => void; readonly call: AdmittedCall } | AdmissionRefusal> {
    const release = await mints.acquire(caller);
    if (release === null) return 'queue_full';
    // The breaker is asked after the wait, because its state may have changed during the wait.
    const call = isShuttingDown() ? null : breaker.admit();
    if (call !== null) return { release, call };
    release();
    return isShuttingDown() ? 'shutting_down' : 'circuit_open';
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
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
  upstream_redirected: false,
  upstream_proxy_refused: true,
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
