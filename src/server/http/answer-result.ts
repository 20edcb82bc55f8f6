import type { ServerResponse } from 'node:http';
import type { ErrorHttp } from '../graphql/present-error.ts';
import type { PresentedResult } from '../graphql/present-result.ts';
import type { Accepted } from './negotiate.ts';

/**
 * Answers with one result as JSON, also to a client that accepts only events: a result without data says what is wrong in
 * its status, too. The status is the highest that one of its errors gives.
 */
export function answerResult(
  response: ServerResponse,
  { result, http }: PresentedResult,
  accepted: Accepted,
): void {
  if (response.headersSent || response.destroyed) return;
  const type = accepted.json ?? 'application/graphql-response+json';
  const text = JSON.stringify(result);
  response.statusCode = http.reduce((status, one) => Math.max(status, statusOf(one, type)), 200);
  for (const { headers } of http)
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  response.setHeader('content-type', `${type}; charset=utf-8`);
  response.setHeader('content-length', Buffer.byteLength(text));
  // Given a string, Node sends head and body in one piece.
  response.end(text);
}

function statusOf({ status, spec }: ErrorHttp, type: string): number {
  return spec === true && type === 'application/json' ? 200 : status;
}
