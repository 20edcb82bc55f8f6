import { z } from 'zod';
import { looksLikeCredential } from '../platform/redaction/redact-text.ts';
import { Secret } from '../platform/redaction/secret.ts';

// A smaller number (1e9 s is the year 2001) is more likely a lifetime than a time, or zero, which is answered for a session
// that has not begun. A larger one (1e11 s is the year 5138) is more likely milliseconds. No expiry is better than a wrong
// one.
const FIRST_SECOND = 1e9;
const LAST_SECOND = 1e11;

/** Unix seconds, whole or not, as a number or a numeric string. */
export const unixTime = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,12}(\.\d{1,9})?$/)
      .transform(Number),
  ])
  .refine((seconds) => seconds >= FIRST_SECOND && seconds < LAST_SECOND)
  .transform((seconds) => new Date(seconds * 1000));

// A shorter one is not removed from what is recorded of the answer (Secret.removeFrom), because it would match by chance.
const SHORTEST_SECRET = 8;

/**
 * A client secret that can be identified later, by its fingerprint: one line of what PostgreSQL and UTF-8 can hold, of a
 * bounded length. U+FFFD stands for characters that could not be read, so the secret is another one.
 */
export const secretValue = z
  .string()
  .min(SHORTEST_SECRET)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\ufffd]*$/u)
  .regex(/\S/)
  .refine((value) => new Secret(value).isPlausible());

/** `value` if it can be stored and shown as an identifier: short, printable, no credential and without `secret`. Else null. */
export function identifier(value: unknown, secret: string): string | null {
  if (typeof value !== 'string' || value.length === 0 || value.length > 255) return null;
  if (/\p{Cc}/u.test(value) || !value.isWellFormed()) return null;
  return value.includes(secret) || looksLikeCredential(value) ? null : value;
}
