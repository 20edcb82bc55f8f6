import type { MintOutcome } from '../providers/provider.ts';
import type { AdmittedCall, CircuitBreaker } from './circuit-breaker.ts';
import type { Semaphore } from './semaphore.ts';

/** Why a mint is not even tried. Nothing is reserved then, and the same request may succeed later. */
export type GateRefusal = 'circuit_open' | 'queue_full' | 'shutting_down';

export type MintGate = {
  /** A pass for one mint, or why there is none. `done` must be called: with what the mint came to, or null when none was made. */
  enter(): Promise<{ readonly done: (outcome: MintOutcome | null) => void } | GateRefusal>;
};

/** Bounds how much is in flight at the provider, and stops asking one that keeps failing. */
export function createMintGate(
  breaker: CircuitBreaker,
  slots: Semaphore,
  isShuttingDown: () => boolean,
): MintGate {
  return {
    async enter() {
      if (isShuttingDown()) return 'shutting_down';
      const release = await slots.acquire();
      if (release === null) return 'queue_full';
      // Asked after the wait: what was open may have closed meanwhile, and the other way round.
      const call = isShuttingDown() ? null : breaker.admit();
      if (call === null) {
        release();
        return isShuttingDown() ? 'shutting_down' : 'circuit_open';
      }
      return {
        done: (outcome) => {
          release();
          record(call, outcome);
        },
      };
    },
  };
}

function record(call: AdmittedCall, outcome: MintOutcome | null): void {
  if (outcome === null) call.abandoned();
  else if (countsAsFailure(outcome)) call.failed();
  else call.succeeded();
}

/** A refusal of one request is a healthy answer, and so is a rate limit: it asks for less, not for nothing. */
function countsAsFailure(outcome: MintOutcome): boolean {
  if (outcome.kind === 'issued') return false;
  return (
    outcome.kind === 'unconfirmed' ||
    outcome.code === 'upstream_unreachable' ||
    outcome.code === 'upstream_unavailable'
  );
}
