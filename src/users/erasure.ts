import { createHmac } from 'node:crypto';
import type { User } from '../audit/audit-event.ts';
import type { By } from '../limits/limits-ledger.ts';
import { type SealingKey, sameHex } from '../sealing/seal.ts';

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

/**
 * Removes what identifies a person, by our id, everywhere; null when there is none of that id. Returns when all of it is
 * gone. Erasing again changes nothing, and goes on with what was interrupted.
 * @throws LedgerUnavailableError when it may not be all gone; periodic work goes on with it then
 */
export type EraseUser = (userId: string, by: By) => Promise<User | null>;
