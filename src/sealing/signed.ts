import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FingerprintKey } from '../platform/redaction/secret.ts';

/** The key that the trail is sealed with. Its id is stored beside each signature, so that keys can rotate. */
export type SealingKey = FingerprintKey;

/** Which key signed, and its MAC in hex. */
export type Signature = { readonly keyId: string; readonly mac: string };

type Kind = 'event' | 'head' | 'checkpoint' | 'erasure';
type Values = readonly (string | number | null)[];

/** The MAC of some values. The kind is part of it: what was signed as one kind is not valid as another. */
export function macOf({ bytes }: SealingKey, kind: Kind, values: Values): Buffer {
  return createHmac('sha256', bytes)
    .update(JSON.stringify([`gatehouse ${kind}`, ...values]))
    .digest();
}

export function sign(key: SealingKey, kind: Kind, values: Values): Signature {
  return { keyId: key.id, mac: macOf(key, kind, values).toString('hex') };
}

/** Whether a MAC (hex) is that of these values under this key; compared in constant time. */
export function isSignedBy(key: SealingKey, kind: Kind, values: Values, mac: string): boolean {
  const expected = Buffer.from(macOf(key, kind, values).toString('hex'));
  const actual = Buffer.from(mac);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** Whether the key that a signature names is one of ours and made it. */
export function isSigned(
  keys: readonly SealingKey[],
  kind: Kind,
  values: Values,
  signature: Signature,
): boolean {
  const key = keys.find(({ id }) => id === signature.keyId);
  return key !== undefined && isSignedBy(key, kind, values, signature.mac);
}
