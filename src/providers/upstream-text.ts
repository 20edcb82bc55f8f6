import { looksLikeCredential } from '../platform/redaction/redact-text.ts';

// Upstream chooses these texts, and clients see them: only what has the shape of a code or an id is let through.
const CODE = /^[a-z][a-z0-9_.-]{0,63}$/i;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

// Codes are made of words. Keys without a prefix (Azure's) and hashes are one long run of characters.
const LONG_RUN = /[a-z0-9]{24}/i;

/** The answer's error.code, if it looks like a code; else null. */
export function upstreamCode(value: unknown): string | null {
  if (typeof value !== 'string' || !CODE.test(value)) return null;
  return looksLikeCredential(value) || LONG_RUN.test(value) ? null : value;
}

/** The answer's id of the request, if it looks like an id; else null. */
export function upstreamRequestId(value: unknown): string | null {
  if (typeof value !== 'string' || !REQUEST_ID.test(value)) return null;
  return looksLikeCredential(value) ? null : value;
}
