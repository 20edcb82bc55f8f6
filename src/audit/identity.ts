import { hash } from 'node:crypto';
import { columnOf, type SealedValues } from './canonical-event.ts';

/**
 * What identifies a person in an audit event. It is stored beside the event, which has a commitment to it. Erasing a
 * person deletes the identity and leaves the event, so that what was sealed does not change.
 */
export type Identity = {
  /** At least 128 random bits. Without them the erased values could be guessed and checked against the commitment. */
  readonly salt: string;
  readonly actorName: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Free text from the caller; it may contain a name, so it is stored with the identity. */
  readonly reason: string | null;
};

/** An identity as it is stored: with the user that it belongs to, so that erasing finds it. */
export type StoredIdentity = Identity & { readonly userId: string | null };

/** The actor's name in an event when the actor is a person. */
export const END_USER = 'end user';

/** SHA-256 commitment to an identity, in hex: hides it and binds to it. */
export function commitmentTo({ salt, actorName, ipAddress, userAgent, reason }: Identity): string {
  return hash(
    'sha256',
    JSON.stringify(['gatehouse identity', salt, actorName, ipAddress, userAgent, reason]),
  );
}

/**
 * Compares the identity beside an event with the commitment in the event. `erased`: it is gone because the person was
 * erased; `gone`: it is missing without an erasure.
 */
export function compareIdentity(
  values: SealedValues,
  identity: StoredIdentity | null,
  wasErased: (userId: string) => boolean,
): 'intact' | 'erased' | 'changed' | 'gone' {
  const commitment = columnOf(values, 'identity');
  const userId = columnOf(values, 'user_id') ?? columnOf(values, 'actor_user_id');
  if (identity !== null)
    return commitment === commitmentTo(identity) && identity.userId === userId ? 'intact' : 'changed';
  if (commitment === null) return 'intact';
  return userId !== null && wasErased(userId) ? 'erased' : 'gone';
}
