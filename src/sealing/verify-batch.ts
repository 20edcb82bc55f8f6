import { atBatches, atSequence, atSequences, type Finding } from './finding.ts';
import { digestOf } from './seal.ts';
import type { SealingKey } from './signed.ts';
import type { StoredHead, StoredSeal } from './stored-seal.ts';
import type { SealVerdict } from './verify-seal.ts';

/** `dropped` and `erased` are counted in `events` too. */
export type BatchCounts = { events: number; dropped: number; erased: number };

/** Compares a seal with its event. */
export type CheckSeal = (key: SealingKey, seal: StoredSeal) => Promise<SealVerdict>;

/**
 * Verifies one batch: each of its sequences has a seal, each seal fits its event, and the seals together are those that
 * the head was made for.
 * @param key the head's; null when it is not known: then the events cannot be verified
 * @param seals all seals in order; taken up to the head's last sequence
 */
export async function verifyBatch(
  head: StoredHead,
  key: SealingKey | null,
  seals: SealQueue,
  { checkSeal, onFinding }: { checkSeal: CheckSeal; onFinding: (finding: Finding) => void },
): Promise<BatchCounts> {
  const macs: Buffer[] = [];
  const counts: BatchCounts = { events: 0, dropped: 0, erased: 0 };
  let expected = head.first;
  let isComplete = true;
  const skipTo = (sequence: number) => {
    if (sequence <= expected) return;
    isComplete = false;
    onFinding(atSequences(expected, sequence - 1, 'has no seal any more'));
  };
  for (let seal = await seals.takeUpTo(head.last); seal !== null; seal = await seals.takeUpTo(head.last)) {
    const { sequence, eventId, mac } = seal;
    if (sequence < expected) {
      onFinding(atSequence(sequence, eventId, 'has a seal that no head vouches for'));
      continue;
    }
    skipTo(sequence);
    expected = sequence + 1;
    macs.push(Buffer.from(mac, 'hex'));
    counts.events += 1;
    if (key === null) continue;
    const verdict = await checkSeal(key, seal);
    if (verdict.kind === 'problem') onFinding(atSequence(sequence, eventId, verdict.problem));
    else if (verdict.kind !== 'intact') counts[verdict.kind] += 1;
  }
  skipTo(head.last + 1);
  if (isComplete && digestOf(macs) !== head.digest)
    onFinding(atBatches(head.batch, head.batch, 'has other seals than its head was made for'));
  return counts;
}

export type SealQueue = { takeUpTo(sequence: number): Promise<StoredSeal | null> };

/** Hands out seals in order. `takeUpTo` answers null, and keeps the next seal, when that one is beyond the sequence. */
export function createSealQueue(seals: AsyncGenerator<StoredSeal>): SealQueue {
  /** Undefined: not read yet. Null: there are no more. */
  let next: StoredSeal | null | undefined;
  return {
    async takeUpTo(sequence) {
      if (next === undefined) {
        const { value, done } = await seals.next();
        next = done === true ? null : value;
      }
      if (next === null || next.sequence > sequence) return null;
      const seal = next;
      next = undefined;
      return seal;
    },
  };
}
