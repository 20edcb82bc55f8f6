import { compareIdentity } from '../audit/identity.ts';
import { type SealingKey, sealEvent } from './seal.ts';
import type { SignedRemovals } from './signed-removals.ts';
import type { StoredSeal } from './stored-seal.ts';

/** What became of a sealed event: as it was, gone as a gateway signed for, or in some way not what was sealed. */
export type SealVerdict =
  | { readonly kind: 'intact' | 'dropped' | 'erased' }
  | { readonly kind: 'problem'; readonly what: string };

/** Holds an event, and what identifies a person in it, against its seal. */
export function verifySeal(key: SealingKey, seal: StoredSeal, explanations: SignedRemovals): SealVerdict {
  const { sequence, mac, values } = seal;
  if (values === null) {
    if (explanations.wasDropped(sequence)) return { kind: 'dropped' };
    return problem('is missing: the event is gone');
  }
  if (sealEvent(key, sequence, values).toString('hex') !== mac)
    return problem('is not what was sealed: the event, its place or its seal was changed');

  const identity = compareIdentity(values, seal.identity, explanations.wasErased);
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

function problem(what: string): SealVerdict {
  return { kind: 'problem', what };
}
