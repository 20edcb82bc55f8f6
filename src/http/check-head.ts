import type { IncomingMessage } from 'node:http';
import { type Refusal, refuse } from './refusal.ts';

const METHODS = 'GET, POST, OPTIONS';

/** What can be said of a request by its method alone. */
export function checkMethod({ method }: IncomingMessage): Refusal | null {
  if (method === 'GET' || method === 'POST' || method === 'OPTIONS') return null;
  return refuse(405, `The method must be one of ${METHODS}.`, { headers: { allow: METHODS } });
}

/** Headers that cannot be met: found out before anything is executed, because a secret is handed over once. */
export function checkHeaders({ method, headers }: IncomingMessage): Refusal | null {
  if (!acceptsJson(headers.accept))
    return refuse(406, 'Answers are application/graphql-response+json or application/json, in UTF-8.');
  if (method !== 'POST') return null;
  // Anything that a form can send would let another site's page act through a browser (CSRF).
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(headers['content-type'] ?? ''))
    return refuse(415, 'The content type must be application/json, in UTF-8.');
  // A small body that unpacks to a large one would get around the limit.
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    return refuse(415, 'The body must not be compressed.', { headers: { 'accept-encoding': 'identity' } });
  return null;
}

/** Nothing streams: event streams and multipart answers are refused with what else is not JSON. */
function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true;
  return accept
    .toLowerCase()
    .replaceAll(/\s/g, '')
    .split(',')
    .some((range) => {
      const [type = '', ...parameters] = range.split(';');
      const charset = parameters.find((parameter) => parameter.includes('charset=')) ?? 'charset=utf-8';
      return JSON_RANGES.has(type) && charset === 'charset=utf-8';
    });
}

const JSON_RANGES = new Set([
  'application/graphql-response+json',
  'application/json',
  'application/*',
  '*/*',
]);
