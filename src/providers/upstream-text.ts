import { looksLikeCredential } from '../platform/redaction/redact-text.ts';

// Upstream controls these texts, and they are shown to clients: only what has the shape of a code or an id passes.
const CODE = /^[a-z][a-z0-9_.-]{0,63}$/i;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

// Codes are words; keys without a prefix (Azure's), hashes and the like are one long run.
const LONG_RUN = /[a-z0-9]{24}/i;

/** error.code when it looks like one, else null. */
export function upstreamCode(value: unknown): string | null {
  if (typeof value !== 'string' || !CODE.test(value)) return null;
  return looksLikeCredential(value) || LONG_RUN.test(value) ? null : value;
}

/** The x-request-id header when it looks like one, else null. */
export function upstreamRequestId(value: unknown): string | null {
  if (typeof value !== 'string' || !REQUEST_ID.test(value)) return null;
  return looksLikeCredential(value) ? null : value;
}
