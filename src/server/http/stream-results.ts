import type { ExecutionResult } from 'graphql';
import type { Context } from '../../graphql/context.ts';
import { SubscriptionEndedError } from '../../subscriptions/subscriber.ts';
import { rootCause } from '../graphql/present-error.ts';
import { type OnUnexpected, presentResult } from '../graphql/present-result.ts';

/**
 * Presents the results of a subscription. The last one is the error that ended it, if there was one. Forbidden fields are
 * recorded once, not with each event.
 * @returns whether the stream is complete, so that the client need not reconnect
 */
export async function* streamResults(
  results: AsyncIterable<ExecutionResult>,
  context: Context,
  onUnexpected: OnUnexpected,
): AsyncGenerator<ExecutionResult, boolean> {
  let current = context;
  let last: ExecutionResult = {};
  // Yoga turns a thrown error into a result, too, and ends with it.
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
