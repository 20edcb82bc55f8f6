import { compareIdentity } from '../audit/identity.ts';
import { sealEvent } from './seal.ts';
import type { SealingKey } from './signed.ts';
import type { SignedRemovals } from './signed-removals.ts';
import type { StoredSeal } from './stored-seal.ts';

/** A sealed event is as it was sealed, was removed as a gateway signed for, or is not what was sealed. */
export type SealVerdict =
  | { readonly kind: 'intact' | 'dropped' | 'erased' }
  | { readonly kind: 'problem'; readonly problem: string };

/** Compares an event, and the identity beside it, with its seal. */
export function verifySeal(key: SealingKey, seal: StoredSeal, removals: SignedRemovals): SealVerdict {
  const { sequence, mac, values } = seal;
  if (values === null) {
    if (removals.wasDropped(sequence)) return { kind: 'dropped' };
    return problem('is missing: the event is gone');
  }
  if (sealEvent(key, sequence, values).toString('hex') !== mac)
    return problem('is not what was sealed: the event, its place or its seal was changed');

  const identity = compareIdentity(values, seal.identity, removals.wasErased);
  switch (identity) {
    case 'intact':
    case 'erased':
      return { kind: identity };
    case 'changed':
      return problem('is not what was sealed: who did it, from where or why was changed');
    case 'gone':
      return problem(
        'is not what was sealed: who did it, from where or why is gone, and no erasure explains it that was signed with a known key',
      );
    default:
      return identity satisfies never;
  }
}

function problem(text: string): SealVerdict {
  return { kind: 'problem', problem: text };
}
