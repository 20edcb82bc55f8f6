import { isLockTimeout, UnavailableError } from '../platform/database/unavailable-error.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

/**
 * `work` behind a circuit breaker. While the circuit is open, or while `isOverloaded` says so, `work` is not called.
 * An UnavailableError of `work` counts as a failure, unless a lock was not released in time: that is one user's
 * trouble, not the database's. Any other error says nothing about the circuit.
 * @throws UnavailableError with the code "overloaded" when `work` was not called, and whatever `work` throws
 */
export function withBreaker<Input, Output>(
  work: (input: Input) => Promise<Output>,
  { breaker, isOverloaded }: { readonly breaker: CircuitBreaker; readonly isOverloaded: () => boolean },
): (input: Input) => Promise<Output> {
  return async (input) => {
    const call = isOverloaded() ? null : breaker.admit();
    if (call === null) throw new UnavailableError('overloaded');
    try {
      const output = await work(input);
      call.succeeded();
      return output;
    } catch (error) {
      if (error instanceof UnavailableError && !isLockTimeout(error)) call.failed();
      else call.abandoned();
      throw error;
    }
  };
}
