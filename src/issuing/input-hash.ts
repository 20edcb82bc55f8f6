import { createHmac } from 'node:crypto';
import type { FingerprintKey } from '../platform/redaction/secret.ts';
import { isJsonObject } from '../platform/validation/json.ts';
import { SWITCHED_OFF_BY_NULL } from './switched-off-by-null.ts';

// The JSON in these fields goes upstream unchanged, and there null is a value: `tracing: null` switches tracing off.
const JSON_FIELDS: ReadonlySet<string> = new Set(['extra', 'parameters', 'requireApproval']);

/**
 * Hashes an input, to tell whether an idempotency key is repeated with the same one. The hash does not depend on the
 * order of fields, nor on whether an unset field is absent or null where that means the same. It is keyed, because the input may hold a secret.
 * @returns a hash for each fingerprint key, by the key's id: an input that was stored under an older key is recognised
 */
export function hashInput(rawInput: unknown, keys: readonly FingerprintKey[]): Record<string, string> {
  const canonical = JSON.stringify(canonicalise(rawInput));
  return Object.fromEntries(
    keys.map(({ id, bytes }) => [id, createHmac('sha256', bytes).update(`input:${canonical}`).digest('hex')]),
  );
}

function canonicalise(value: unknown, isJson = false): unknown {
  if (Array.isArray(value)) return value.map((item) => canonicalise(item, isJson));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value)
    .filter(([key, child]) => isJson || child != null || (child === null && SWITCHED_OFF_BY_NULL.has(key)))
    .map(([key, child]) => [key, canonicalise(child, isJson || JSON_FIELDS.has(key))] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
