import { isSigned, type SealingKey, type Signature, sign } from './signed.ts';

/** Signed proof of an erasure, so that `audit verify` accepts that the person's identities are gone. */
export type ErasureProof = Signature;

/** Signs that a user, by id, was erased. */
export function signErasure(key: SealingKey, userId: string): ErasureProof {
  return sign(key, 'erasure', [userId]);
}

/** Whether one of the keys signed that this user was erased. */
export function isErasureSigned(keys: readonly SealingKey[], userId: string, proof: ErasureProof): boolean {
  return isSigned(keys, 'erasure', [userId], proof);
}
