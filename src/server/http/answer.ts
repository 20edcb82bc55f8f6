import type { ServerResponse } from 'node:http';
import type { ErrorCode } from '../../graphql/errors.ts';
import { answerEvent } from './answer-events.ts';
import { jsonTypeOf, negotiate } from './negotiate.ts';

export type RequestError = { readonly code: ErrorCode; readonly message: string; readonly requestId: string };

/**
 * Answers with an error in the form of GraphQL and in a media type that the client accepts, for requests that do not reach
 * GraphQL. What is wrong with the operation itself (400) is an event for a client that accepts only events.
 */
export function answerError(response: ServerResponse, status: number, error: RequestError): void {
  const accepted = negotiate(response.req.headers.accept);
  const result = errorResult(error);
  if (status === 400 && accepted.json === null && accepted.events)
    answerEvent(response, JSON.stringify(result));
  else answerJson(response, status, result, jsonTypeOf(accepted));
}

/** An error as the result of a request. */
export function errorResult({ code, message, requestId }: RequestError) {
  return { errors: [{ message, extensions: { code, requestId } }] };
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  type = 'application/json',
): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': bytes.length,
  });
  response.end(bytes);
}
