import { commitmentTo } from '../domain/identity.ts';
import { columnOf, type SealingKey, sealEvent } from '../domain/seal.ts';
import type { StoredSeal } from '../postgres/read-seals.ts';
import type { Explanations } from './explanations.ts';

/** What became of a sealed event: as it was, gone as a gateway signed for, or in some way not what was sealed. */
export type SealVerdict =
  | { readonly kind: 'intact' | 'dropped' | 'erased' }
  | { readonly kind: 'problem'; readonly what: string };

/** Holds an event, and what identifies a person in it, against its seal. */
export function verifySeal(key: SealingKey, seal: StoredSeal, explanations: Explanations): SealVerdict {
  const { sequence, mac, values } = seal;
  if (values === null) {
    if (explanations.wasDropped(sequence)) return { kind: 'dropped' };
    return problem('is missing: the event is gone');
  }
  if (sealEvent(key, sequence, values).toString('hex') !== mac)
    return problem('is not what was sealed: the event, its place or its seal was changed');

  const commitment = columnOf(values, 'identity');
  const userId = columnOf(values, 'user_id') ?? columnOf(values, 'actor_user_id');
  const { identity } = seal;
  if (identity !== null) {
    return commitment === commitmentTo(identity) && identity.userId === userId
      ? { kind: 'intact' }
      : problem('is not what was sealed: who did it, from where or why was changed');
  }
  if (commitment === null) return { kind: 'intact' };
  if (explanations.wasErased(userId)) return { kind: 'erased' };
  return problem('is not what was sealed: who did it, from where or why is gone, and nobody was erased');
}

function problem(what: string): SealVerdict {
  return { kind: 'problem', what };
}
