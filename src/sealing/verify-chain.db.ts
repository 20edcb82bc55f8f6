import type pg from 'pg';
import { StartError } from '../platform/process/start-error.ts';
import { atBatches, type Finding } from './finding.ts';
import { findHeads, readHeads, readSeals } from './read-seals.db.ts';
import { GENESIS, isHeadSigned } from './seal.ts';
import type { SealingKey } from './signed.ts';
import { readSignedRemovals } from './signed-removals.db.ts';
import type { SealingPeriod, StoredHead } from './stored-seal.ts';
import {
  type BatchCounts,
  type CheckSeal,
  createSealQueue,
  type SealQueue,
  verifyBatch,
} from './verify-batch.ts';
import { verifySeal } from './verify-seal.ts';

export type VerifyOptions = {
  readonly pool: pg.Pool;
  readonly keys: readonly SealingKey[];
  /** The same as for sealing. */
  readonly overlapMs: number;
  /** Paths of files with heads that were kept outside the database. */
  readonly headsFiles: readonly string[];
  /** Only batches that were sealed in this period are verified. */
  readonly span: SealingPeriod;
  readonly onFinding: (finding: Finding) => void;
  readonly onProgress: (sequence: number, last: number) => void;
};

/** What the next head is compared with. */
type Previous = Pick<StoredHead, 'batch' | 'last' | 'mac'>;
const BEFORE_THE_FIRST: Previous = { batch: 0, last: 0, mac: GENESIS };

/**
 * Verifies all heads and their seals, in order.
 * @param until the last batch and its last sequence at the time of asking; what is sealed later is ignored
 * @throws StartError when there are batches, and none was sealed with one of the keys
 */
export async function verifyChain(
  { pool, keys, span, onFinding, onProgress }: VerifyOptions,
  until: { readonly batch: number; readonly sequence: number },
): Promise<BatchCounts & { batches: number }> {
  const checkSeal = await createCheckSeal(pool, keys);
  const keysById = new Map(keys.map((key) => [key.id, key]));
  let previous: Previous | null = null;
  let seals: SealQueue | null = null;
  const counts = { events: 0, dropped: 0, erased: 0, batches: 0 };
  let batchesWithKnownKey = 0;
  for await (const head of readHeads(pool, span, until.batch)) {
    previous ??= span.from === null ? BEFORE_THE_FIRST : await findPrevious(pool, head);
    seals ??= createSealQueue(readSeals(pool, previous.last + 1, until.sequence));
    const key = keysById.get(head.keyId) ?? null;
    for (const finding of headFindings(head, previous, key)) onFinding(finding);
    counts.batches += 1;
    batchesWithKnownKey += key === null ? 0 : 1;
    const { events, dropped, erased } = await verifyBatch(head, key, seals, { checkSeal, onFinding });
    counts.events += events;
    counts.dropped += dropped;
    counts.erased += erased;
    onProgress(head.last, until.sequence);
    previous = head;
  }
  if (counts.batches > 0 && batchesWithKnownKey === 0)
    throw new StartError('None of the keys in GATEHOUSE_AUDIT_KEY has sealed this trail.');
  return counts;
}

/** The head before another one. If it is missing, the other one's signature does not fit, which is reported there. */
async function findPrevious(pool: pg.Pool, { batch, first }: StoredHead): Promise<Previous> {
  if (batch === 1) return BEFORE_THE_FIRST;
  const [head] = await findHeads(pool, [batch - 1]);
  return head ?? { batch: batch - 1, last: first - 1, mac: '' };
}

function* headFindings(head: StoredHead, previous: Previous, key: SealingKey | null): Generator<Finding> {
  const { batch, first } = head;
  if (batch !== previous.batch + 1)
    yield atBatches(previous.batch + 1, batch - 1, 'is missing: its head is gone');
  else if (first !== previous.last + 1)
    yield atBatches(batch, batch, 'does not go on where the one before ended');
  if (key === null)
    yield atBatches(
      batch,
      batch,
      'was sealed with a key that is not known here: add it to GATEHOUSE_AUDIT_KEY, unless it was forged',
    );
  else if (!isHeadSigned(key, { ...head, previous: previous.mac }))
    yield atBatches(batch, batch, 'is not what was signed: its head, or the one before, was changed');
}

/**
 * Compares seals with their events and with the signed removals. A gateway may remove something while this goes on, so
 * the removals are read again at the first problem of each page of seals.
 */
async function createCheckSeal(pool: pg.Pool, keys: readonly SealingKey[]): Promise<CheckSeal> {
  let removals = await readSignedRemovals(pool, keys);
  let removalsReadForPage = 0;
  return async (key, seal) => {
    const verdict = verifySeal(key, seal, removals);
    if (verdict.kind !== 'problem' || removalsReadForPage === seal.page) return verdict;
    removalsReadForPage = seal.page;
    removals = await readSignedRemovals(pool, keys);
    return verifySeal(key, seal, removals);
  };
}
