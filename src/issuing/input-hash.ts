import { createHmac } from 'node:crypto';
import type { FingerprintKey } from '../platform/redaction/secret.ts';
import { isJsonObject } from '../platform/validation/json.ts';

// What is in these goes upstream as it stands: there, null is a value (`tracing: null` switches it off).
const JSON_FIELDS: ReadonlySet<string> = new Set(['extra', 'parameters', 'requireApproval']);

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

function canonicalise(value: unknown, isJson = false): unknown {
  if (Array.isArray(value)) return value.map((item) => canonicalise(item, isJson));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value)
    .filter(([, child]) => isJson || (child !== null && child !== undefined))
    .map(([key, child]) => [key, canonicalise(child, isJson || JSON_FIELDS.has(key))] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
