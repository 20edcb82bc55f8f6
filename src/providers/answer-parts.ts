import { looksLikeCredential } from '../platform/redaction/redact-text.ts';
import { Secret } from '../platform/redaction/secret.ts';
import { number, type Read, text } from './lenient-readers.ts';

// A smaller number (1e9 s is the year 2001) is more likely a lifetime than a time, or zero, which is answered for a session
// that has not begun. A larger one (1e11 s is the year 5138) is more likely milliseconds. No expiry is better than a wrong
// one.
const FIRST_SECOND = 1e9;
const LAST_SECOND = 1e11;
const SECONDS = /^\d{1,12}(\.\d{1,9})?$/;

/** Unix seconds, whole or not, as a number or a numeric string. */
export const unixTime: Read<Date> = (value) => {
  const seconds = typeof value === 'string' && SECONDS.test(value) ? Number(value) : number(value);
  if (seconds === undefined || seconds < FIRST_SECOND || seconds >= LAST_SECOND) return undefined;
  return new Date(seconds * 1000);
};

// A shorter one is not removed from what is recorded of the answer (Secret.removeFrom), because it would match by chance.
const SHORTEST_SECRET = 8;
const ONE_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}\ufffd]*$/u;

/**
 * A client secret that can be identified later, by its fingerprint: one line of what PostgreSQL and UTF-8 can hold, of a
 * bounded length. U+FFFD stands for characters that could not be read, so the secret is another one.
 */
export const secretValue: Read<string> = (value) => {
  const secret = text(value);
  if (secret === undefined || secret.length < SHORTEST_SECRET) return undefined;
  const isOneLine = ONE_LINE.test(secret) && /\S/.test(secret);
  return isOneLine && new Secret(secret).isPlausible() ? secret : undefined;
};

/** `value` if it can be stored and shown as an identifier: short, printable, no credential and without `secret`. Else null. */
export function identifier(value: unknown, secret: string): string | null {
  if (typeof value !== 'string' || value.length === 0 || value.length > 255) return null;
  if (/\p{Cc}/u.test(value) || !value.isWellFormed()) return null;
  return value.includes(secret) || looksLikeCredential(value) ? null : value;
}
