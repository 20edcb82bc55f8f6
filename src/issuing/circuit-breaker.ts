export type CircuitBreaker = ReturnType<typeof createCircuitBreaker>;

export type CircuitBreakerOptions = {
  /** So many failures in a row open the circuit. */
  readonly threshold: number;
  /** So many of them count at most of one caller, whose requests alone may be what fails. Undefined: all. */
  readonly perCaller?: number | undefined;
  /** How long the circuit stays open before one call may probe, in milliseconds. */
  readonly coolDownMs: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly onChange: (state: 'open' | 'closed') => void;
};

/** A call that may be made. Report its end with exactly one of these. */
export type AdmittedCall = {
  succeeded(): void;
  /** `caller`: for whom it was made; undefined when that does not matter. */
  failed(caller?: string): void;
  /** The call was not made, so nothing was learnt about what is called. */
  abandoned(): void;
};

type Closed = { readonly kind: 'closed'; failures: number; readonly byCaller: Map<string, number> };
type State = Closed | { readonly kind: 'open'; readonly since: number } | { readonly kind: 'probing' };

const closed = (): Closed => ({ kind: 'closed', failures: 0, byCaller: new Map() });

/**
 * A circuit breaker: stops calling something that keeps failing. The circuit opens after `threshold` failures in a row;
 * after `coolDownMs` one call is let through as a probe, and its outcome closes the circuit or keeps it open.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions) {
  const { threshold, perCaller = threshold, coolDownMs, now, onChange } = options;
  let state: State = closed();

  const admit = (admittedIn: State): AdmittedCall => {
    // The outcome of a call that was admitted before the last change of state is out of date: it must neither let a
    // second probe through, nor open the circuit again after a probe has closed it.
    const settle = (next: (current: State) => State) => () => {
      if (state === admittedIn) state = next(state);
    };
    return {
      succeeded: settle((current) => {
        if (current.kind === 'closed') {
          current.failures = 0;
          // Clearing one that is empty makes a new one inside.
          if (current.byCaller.size > 0) current.byCaller.clear();
          return current;
        }
        onChange('closed');
        return closed();
      }),
      failed: (caller) =>
        settle((current) => {
          if (current.kind === 'closed') {
            countFailure(current, caller, perCaller);
            if (current.failures < threshold) return current;
            onChange('open');
          }
          return { kind: 'open', since: now() };
        })(),
      abandoned: settle((current) =>
        current.kind === 'closed' ? current : { kind: 'open', since: now() - coolDownMs },
      ),
    };
  };
  return {
    /** Admits one call, or returns null when none may be made now. */
    admit(): AdmittedCall | null {
      if (state.kind === 'probing') return null;
      if (state.kind === 'open') {
        if (now() - state.since < coolDownMs) return null;
        state = { kind: 'probing' };
      }
      return admit(state);
    },
    isClosed: () => state.kind === 'closed',
  };
}

function countFailure(state: Closed, caller: string | undefined, perCaller: number): void {
  if (caller !== undefined) {
    const ofCaller = state.byCaller.get(caller) ?? 0;
    if (ofCaller >= perCaller) return;
    state.byCaller.set(caller, ofCaller + 1);
  }
  state.failures += 1;
}
