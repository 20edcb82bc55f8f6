import type { IncomingMessage } from 'node:http';
import { negotiate } from './negotiate.ts';
import { type Refusal, refuse } from './refusal.ts';

const METHODS = 'GET, POST, OPTIONS';

/** Refuses what HTTP does not allow. */
export function checkProtocol({ headers, httpVersion }: IncomingMessage): Refusal | null {
  if (headers.host === undefined && httpVersion === '1.1') return refuse(400, 'The host header is missing.');
  if (!/^100-continue$/i.test(headers.expect ?? '100-continue'))
    return refuse(417, 'The only expectation that can be met is 100-continue.');
  return null;
}

/** Refuses methods that are not served. */
export function checkMethod({ method }: IncomingMessage): Refusal | null {
  if (method === 'GET' || method === 'POST' || method === 'OPTIONS') return null;
  return refuse(405, `The method must be one of ${METHODS}.`, { headers: { allow: METHODS } });
}

/** Refuses headers that cannot be satisfied, before anything is executed: a secret is returned only once. */
export function checkHeaders({ method, headers }: IncomingMessage): Refusal | null {
  const { json, events } = negotiate(headers.accept);
  if (json === null && !events)
    return refuse(
      406,
      'Answers are application/graphql-response+json, application/json or text/event-stream, in UTF-8.',
    );
  if (method !== 'POST') return null;
  // The content types that a form can send would allow cross-site request forgery.
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(headers['content-type'] ?? ''))
    return refuse(415, 'The content type must be application/json, in UTF-8.');
  // A small compressed body could expand beyond the limit.
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    return refuse(415, 'The body must not be compressed.', { headers: { 'accept-encoding': 'identity' } });
  return null;
}
