import { looksLikeCredential } from '../platform/redaction/redact-text.ts';

// Upstream chooses these texts, and clients see them: only what has the shape of a code or an id is let through.
const CODE = /^[a-z][a-z0-9_.-]{0,63}$/i;
const NUMBER = /^\d{1,6}$/;
const PARAM = /^[a-z_]\w*(?:\.\w+|\[\d{1,6}\])*$/i;
const MAX_PARAM = 128;
// The names of their fields are the caller's, and may be anybody's: the audit trail, which keeps the path, names no person.
const INSIDE_OPEN_OBJECT = /(?<=(?:^|\.)(?:headers|metadata|parameters|variables))[.[].*$/;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

// Codes are made of words. Keys without a prefix (Azure's) and hashes are one long run of characters.
const LONG_RUN = /[a-z0-9]{24}/i;

/** The first of the candidates that looks like a code, names before numbers; null when none does. */
export function upstreamCode(candidates: readonly unknown[]): string | null {
  const name = candidates.find((value) => typeof value === 'string' && CODE.test(value) && !isSecret(value));
  const code = name ?? candidates.find((value) => typeof value !== 'object' && NUMBER.test(String(value)));
  return code === undefined ? null : String(code);
}

/** The field that the answer complains of, if it looks like the path of one; else null. It has no name that a caller chose. */
export function upstreamParam(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_PARAM) return null;
  const path = value.replace(INSIDE_OPEN_OBJECT, '');
  return PARAM.test(path) && !isSecret(path) ? path : null;
}

function isSecret(value: string): boolean {
  return looksLikeCredential(value) || LONG_RUN.test(value);
}

/** The answer's id of the request, if it looks like an id; else null. */
export function upstreamRequestId(value: unknown): string | null {
  if (typeof value !== 'string' || !REQUEST_ID.test(value)) return null;
  return looksLikeCredential(value) ? null : value;
}
