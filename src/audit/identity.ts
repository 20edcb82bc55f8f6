import { hash } from 'node:crypto';
import { columnOf, type SealedValues } from './canonical-event.ts';

/**
 * What identifies a person in an event of the trail. It stands beside the event, which has a commitment to it: erasing a
 * person deletes the one and leaves the other, and with it all that was sealed, as it is.
 */
export type Identity = {
  /** At least 128 random bits: without them nobody can find the values again by trying. */
  readonly salt: string;
  readonly actorName: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Why it was done, in the words of who did it, who may have named somebody. */
  readonly reason: string | null;
};

/** An identity as it is kept: also whose it is, by which erasing finds it. */
export type StoredIdentity = Identity & { readonly userId: string | null };

/** What an event says instead of the name of the person that acted. */
export const END_USER = 'end user';

/** SHA-256 of an identity, hex: says nothing about it, and fits no other. */
export function commitmentTo({ salt, actorName, ipAddress, userAgent, reason }: Identity): string {
  return hash(
    'sha256',
    JSON.stringify(['gatehouse identity', salt, actorName, ipAddress, userAgent, reason]),
  );
}

/**
 * Holds what stands beside an event against what the event commits to: as it was, gone because the person was erased,
 * changed, or gone.
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
