export type CircuitBreaker = ReturnType<typeof createCircuitBreaker>;

export type CircuitBreakerOptions = {
  /** Failures in a row that open it. */
  readonly threshold: number;
  /** How long it stays open before one call may probe, in milliseconds. */
  readonly coolDownMs: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly onChange: (state: 'open' | 'closed') => void;
};

type State =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly since: number }
  | { readonly kind: 'probing' };

/**
 * Stops calling an upstream that keeps failing. Open after a number of failures in a row; after a while one
 * call is let through, and its outcome closes or opens it again. Only what speaks of the upstream's health
 * counts: a refusal of one request is a healthy answer.
 */
export function createCircuitBreaker({ threshold, coolDownMs, now, onChange }: CircuitBreakerOptions) {
  let state: State = { kind: 'closed', failures: 0 };
  const open = () => {
    state = { kind: 'open', since: now() };
    onChange('open');
  };
  return {
    /** Whether a call may be made. When it answers true for a probe, `succeeded`, `failed` or `abandoned` must follow. */
    admits(): boolean {
      switch (state.kind) {
        case 'closed':
          return true;
        case 'probing':
          return false;
        case 'open':
          if (now() - state.since < coolDownMs) return false;
          state = { kind: 'probing' };
          return true;
        default:
          return state satisfies never;
      }
    },
    succeeded(): void {
      if (state.kind !== 'closed') onChange('closed');
      state = { kind: 'closed', failures: 0 };
    },
    failed(): void {
      if (state.kind === 'open') return;
      if (state.kind === 'probing' || state.failures + 1 >= threshold) open();
      else state = { kind: 'closed', failures: state.failures + 1 };
    },
    /** The admitted call was not made after all: says nothing of upstream. */
    abandoned(): void {
      if (state.kind === 'probing') state = { kind: 'open', since: now() - coolDownMs };
    },
  };
}
