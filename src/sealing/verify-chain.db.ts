import type pg from 'pg';
import { StartError } from '../platform/process/start-error.ts';
import { atBatches, atSequence, atSequences, type Finding } from './finding.ts';
import { findHeads, readHeads, readSeals, type StoredHead } from './read-seals.db.ts';
import { readExplanations } from './removals.db.ts';
import { digestOf, GENESIS, isSigned, type SealingKey } from './seal.ts';
import type { StoredSeal } from './stored-seal.ts';
import type { VerifyOptions } from './verify-options.db.ts';
import { type SealVerdict, verifySeal } from './verify-seal.ts';

type BatchCounts = { readonly events: number; readonly dropped: number; readonly erased: number };
type Before = Pick<StoredHead, 'batch' | 'last' | 'mac'>;
const BEGINNING: Before = { batch: 0, last: 0, mac: GENESIS };

/** Heads and seals side by side, each in their order, up to the last head there was when it was asked for. */
export async function verifyChain(
  { pool, keys, span, onFinding, onProgress }: VerifyOptions,
  until: { readonly batch: number; readonly sequence: number },
) {
  const explain = await explaining({ pool, keys });
  const known = new Map(keys.map((key) => [key.id, key]));
  let before: Before | null = null;
  let seals: Seals | null = null;
  const counts = { events: 0, dropped: 0, erased: 0, batches: 0, known: 0 };
  for await (const head of readHeads(pool, span, until.batch)) {
    before ??= span.from === null ? BEGINNING : await beforeFirst(pool, head);
    seals ??= lookingAhead(readSeals(pool, before.last + 1, until.sequence));
    const key = known.get(head.keyId) ?? null;
    for (const finding of problemsOf(head, before, key)) onFinding(finding);
    counts.batches += 1;
    counts.known += key === null ? 0 : 1;
    const { events, dropped, erased } = await verifyBatch(head, key, seals, { onFinding, explain });
    counts.events += events;
    counts.dropped += dropped;
    counts.erased += erased;
    onProgress(head.last, until.sequence);
    before = head;
  }
  if (counts.batches > 0 && counts.known === 0)
    throw new StartError('None of the keys in GATEHOUSE_AUDIT_KEY has sealed this trail.');
  return counts;
}

/** What stands before a batch that is not the first of all; when it is gone, that is found elsewhere. */
async function beforeFirst(pool: pg.Pool, { batch, first }: StoredHead): Promise<Before> {
  if (batch === 1) return BEGINNING;
  const [head] = await findHeads(pool, [batch - 1]);
  return head ?? { batch: batch - 1, last: first - 1, mac: '' };
}

function* problemsOf(head: StoredHead, before: Before, key: SealingKey | null): Generator<Finding> {
  const { batch, first } = head;
  if (batch !== before.batch + 1)
    yield atBatches(before.batch + 1, batch - 1, 'is missing: its head is gone');
  else if (first !== before.last + 1)
    yield atBatches(batch, batch, 'does not go on where the one before ended');
  if (key === null)
    yield atBatches(
      batch,
      batch,
      'was sealed with a key that is not known here: add it to GATEHOUSE_AUDIT_KEY, unless it was forged',
    );
  else if (!isSigned(key, { ...head, previous: before.mac }))
    yield atBatches(batch, batch, 'is not what was signed: its head, or the one before, was changed');
}

/** One batch: each place has its seal, each seal its event as it was, and together they are what the head says. */
async function verifyBatch(
  head: StoredHead,
  key: SealingKey | null,
  seals: Seals,
  { onFinding, explain }: { onFinding: VerifyOptions['onFinding']; explain: Explain },
): Promise<BatchCounts> {
  const macs: Buffer[] = [];
  const counts = { events: 0, dropped: 0, erased: 0 };
  let expected = head.first;
  let complete = true;
  for (
    let seal = await seals.peek();
    seal !== null && seal.sequence <= head.last;
    seal = await seals.peek()
  ) {
    await seals.take();
    const { sequence, eventId, mac } = seal;
    if (sequence < expected) {
      onFinding(atSequence(sequence, eventId, 'has a seal that no head vouches for'));
      continue;
    }
    if (sequence > expected) {
      complete = false;
      onFinding(atSequences(expected, sequence - 1, 'has no seal any more'));
    }
    expected = sequence + 1;
    macs.push(Buffer.from(mac, 'hex'));
    counts.events += 1;
    if (key === null) continue;
    const verdict = await explain(key, seal);
    if (verdict.kind === 'problem') onFinding(atSequence(sequence, eventId, verdict.what));
    else if (verdict.kind !== 'intact') counts[verdict.kind] += 1;
  }
  if (expected <= head.last) {
    complete = false;
    onFinding(atSequences(expected, head.last, 'has no seal any more'));
  }
  if (complete && digestOf(macs) !== head.digest)
    onFinding(atBatches(head.batch, head.batch, 'has other seals than its head was made for'));
  return counts;
}

type Explain = (key: SealingKey, seal: StoredSeal) => Promise<SealVerdict>;

/**
 * Holds a seal against what gateways signed for. They may have dropped or erased something since that was read: it is
 * read again for the first problem of what was read at once.
 */
async function explaining({ pool, keys }: Pick<VerifyOptions, 'pool' | 'keys'>): Promise<Explain> {
  let explanations = await readExplanations(pool, keys);
  let readFor = 0;
  return async (key, seal) => {
    const verdict = verifySeal(key, seal, explanations);
    if (verdict.kind !== 'problem' || readFor === seal.page) return verdict;
    readFor = seal.page;
    explanations = await readExplanations(pool, keys);
    return verifySeal(key, seal, explanations);
  };
}

type Seals = ReturnType<typeof lookingAhead>;

/** Lets one look at the next seal before taking it. */
function lookingAhead(seals: AsyncGenerator<StoredSeal>) {
  let next: StoredSeal | null | undefined;
  const peek = async (): Promise<StoredSeal | null> => {
    if (next === undefined) {
      const { value, done } = await seals.next();
      next = done === true ? null : value;
    }
    return next ?? null;
  };
  return {
    peek,
    take: async () => {
      if ((await peek()) !== null) next = undefined;
    },
  };
}
