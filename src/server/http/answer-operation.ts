import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Context } from '../../graphql/context.ts';
import { type OnUnexpected, type PresentedResult, presentResult } from '../graphql/present-result.ts';
import { jsonOf } from '../graphql/written-result.ts';
import { answerError } from './answer.ts';
import { answerEvent, answerEvents } from './answer-events.ts';
import { answerResult } from './answer-result.ts';
import type { Accepted } from './negotiate.ts';
import { streamResults } from './stream-results.ts';

/**
 * Answers with the result of an operation, or with the results of a subscription, in a form that the client accepts.
 * @param heartbeatMs the longest time without sending anything on a stream
 */
export async function answerOperation(
  result: ExecutionResult | AsyncIterable<ExecutionResult>,
  response: ServerResponse,
  accepted: Accepted,
  context: Context,
  { heartbeatMs, onUnexpected }: { readonly heartbeatMs: number; readonly onUnexpected: OnUnexpected },
): Promise<void> {
  if (!(Symbol.asyncIterator in result)) {
    const presented = await presentResult(result, context, onUnexpected);
    if (accepted.json !== null || isAboutCaller(presented)) answerResult(response, presented, accepted);
    else answerEvent(response, String(jsonOf(presented.result)));
  } else if (accepted.events) {
    context.log.streamed = true;
    await answerEvents(response, streamResults(result, context, onUnexpected), heartbeatMs);
  } else {
    context.log.outcome = 'BAD_USER_INPUT';
    answerError(response, 406, {
      code: 'BAD_USER_INPUT',
      message: 'A subscription is answered as text/event-stream, which the request does not accept.',
      requestId: context.origin.requestId,
    });
  }
}

/**
 * Whether a client should come back later or with another credential, which a status says. Clients of GraphQL over SSE
 * try again after any status but 200, and show only the errors of a result.
 */
function isAboutCaller({ http }: PresentedResult): boolean {
  return http.some(({ status }) => status === 401 || status === 429 || status >= 500);
}
