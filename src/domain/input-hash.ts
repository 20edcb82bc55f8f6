import { createHmac } from 'node:crypto';
import { isJsonObject } from './json.ts';
import type { FingerprintKey } from './secret.ts';

/**
 * What tells whether an idempotency key is repeated with the same input: a hash that does not depend on the
 * order of fields, nor on whether "not given" is written as null. Keyed, because the input may hold a secret.
 * One for each key in rotation, by the key's id: an input that was remembered under an older key is still known.
 */
export function hashInput(input: unknown, keys: readonly FingerprintKey[]): Record<string, string> {
  const canonical = JSON.stringify(canonicalise(input));
  return Object.fromEntries(
    keys.map(({ id, bytes }) => [id, createHmac('sha256', bytes).update(`input:${canonical}`).digest('hex')]),
  );
}

function canonicalise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonicalise);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([, child]) => child !== null && child !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, child]) => [key, canonicalise(child)]);
}
