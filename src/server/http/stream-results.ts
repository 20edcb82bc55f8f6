import type { ExecutionResult } from 'graphql';
import type { Context } from '../../graphql/context.ts';
import { SubscriptionEndedError } from '../../subscriptions/subscriber.ts';
import { rootCause } from '../graphql/present-error.ts';
import { type OnUnexpected, presentResult } from '../graphql/present-result.ts';

/**
 * The results of a subscription as they may leave. What ended it is the last of them; what was forbidden in it is
 * recorded once, not with each event.
 * @returns whether that was for good, so that the client need not come back
 */
export async function* streamResults(
  results: AsyncIterable<ExecutionResult>,
  context: Context,
  onUnexpected: OnUnexpected,
): AsyncGenerator<ExecutionResult, boolean> {
  let current = context;
  let last: ExecutionResult = {};
  // Yoga makes a result of what is thrown too, and ends with it.
  for await (const result of results) {
    yield (await presentResult(result, current, onUnexpected)).result;
    if (result.errors?.length) current = { ...context, audit: { recordDenial: async () => {} } };
    last = result;
  }
  return last.errors?.some(isForGood) ?? false;
}

function isForGood(error: Error): boolean {
  const cause = rootCause(error);
  return cause instanceof SubscriptionEndedError && cause.reason !== 'slow';
}
