import { createHmac } from 'node:crypto';
import { type SealingKey, sameHex } from './seal.ts';

/** Shows that a gateway erased a person, which explains to `audit verify` that what identified it is gone. */
export type ErasureProof = { readonly keyId: string; readonly mac: string };

/** Signs that a user, by id, was erased. */
export function signErasure(key: SealingKey, userId: string): ErasureProof {
  return { keyId: key.id, mac: macOf(key, userId) };
}

export function isErasureSigned(key: SealingKey, userId: string, { mac }: ErasureProof): boolean {
  return sameHex(macOf(key, userId), mac);
}

function macOf({ bytes }: SealingKey, userId: string): string {
  return createHmac('sha256', bytes)
    .update(JSON.stringify(['gatehouse erasure', userId]))
    .digest('hex');
}
