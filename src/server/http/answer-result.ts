import type { ServerResponse } from 'node:http';
import type { ErrorHttp } from '../graphql/present-error.ts';
import type { PresentedResult } from '../graphql/present-result.ts';
import { jsonOf } from '../graphql/written-result.ts';
import { type Accepted, type JsonType, jsonTypeOf } from './negotiate.ts';

/** Answers with one result as JSON. The status is the highest that one of its errors gives. */
export function answerResult(
  response: ServerResponse,
  { result, http }: PresentedResult,
  accepted: Accepted,
): void {
  if (response.headersSent || response.destroyed) return;
  const type = jsonTypeOf(accepted);
  const json = jsonOf(result);
  const status = http.reduce((highest, one) => Math.max(highest, statusOf(one, type)), 200);
  for (const { headers } of http)
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  const length = String(Buffer.byteLength(json));
  response.writeHead(status, ['content-type', `${type}; charset=utf-8`, 'content-length', length]);
  // Node sends head and body in one piece when the body is a string. As Latin-1 each byte is a character, and is sent as it is.
  if (typeof json === 'string') response.end(json);
  else response.end(json.toString('latin1'), 'latin1');
}

function statusOf({ status, spec }: ErrorHttp, type: JsonType): number {
  return spec === true && type === 'application/json' ? 200 : status;
}
