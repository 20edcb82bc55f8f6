import type { ServerResponse } from 'node:http';
import type { ErrorHttp } from '../graphql/present-error.ts';
import type { PresentedResult } from '../graphql/present-result.ts';
import type { Accepted } from './negotiate.ts';

/** Answers with one result. One that has no data is JSON whatever is accepted: it says why, and in its status too. */
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
  // As a string it leaves in one piece with the head.
  response.end(text);
}

function statusOf({ status, spec }: ErrorHttp, type: string): number {
  return spec === true && type === 'application/json' ? 200 : status;
}
