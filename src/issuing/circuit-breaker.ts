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

/** A call that may be made. Exactly one of these must follow. */
export type AdmittedCall = {
  succeeded(): void;
  failed(): void;
  /** The call was not made after all: says nothing of upstream. */
  abandoned(): void;
};

type State =
  | { readonly kind: 'closed'; failures: number }
  | { readonly kind: 'open'; readonly since: number }
  | { readonly kind: 'probing' };

/**
 * Stops calling an upstream that keeps failing. Open after a number of failures in a row; after a while one
 * call is let through, and its outcome closes or opens it again. Only what speaks of the upstream's health
 * counts: a refusal of one request is a healthy answer.
 */
export function createCircuitBreaker({ threshold, coolDownMs, now, onChange }: CircuitBreakerOptions) {
  let state: State = { kind: 'closed', failures: 0 };

  const admit = (admittedIn: State): AdmittedCall => {
    // A call that was admitted before the state last changed tells of an upstream of long ago: it must neither let
    // a second probe through, nor open the circuit again after a probe has closed it.
    const settle = (next: (current: State) => State) => () => {
      if (state === admittedIn) state = next(state);
    };
    return {
      succeeded: settle((current) => {
        if (current.kind === 'closed') {
          current.failures = 0;
          return current;
        }
        onChange('closed');
        return { kind: 'closed', failures: 0 };
      }),
      failed: settle((current) => {
        if (current.kind === 'closed') {
          current.failures += 1;
          if (current.failures < threshold) return current;
          onChange('open');
        }
        return { kind: 'open', since: now() };
      }),
      abandoned: settle((current) =>
        current.kind === 'closed' ? current : { kind: 'open', since: now() - coolDownMs },
      ),
    };
  };
  return {
    /** The call that may be made now, or null when none may. */
    admit(): AdmittedCall | null {
      if (state.kind === 'probing') return null;
      if (state.kind === 'open') {
        if (now() - state.since < coolDownMs) return null;
        state = { kind: 'probing' };
      }
      return admit(state);
    },
  };
}
