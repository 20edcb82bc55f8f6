import { atBatches, atSequence } from '../sealing/finding.ts';
import { readHeadsFile } from '../sealing/heads-file.ts';
import { findHeads, findSealsBeyond, readUnsealed } from '../sealing/read-seals.db.ts';
import { type Head, isHeadSigned } from '../sealing/seal.ts';
import { readPosition, startOf } from '../sealing/seal-batch.db.ts';
import { idAt } from '../sealing/sealed-columns.db.ts';
import type { SealingPeriod } from '../sealing/stored-seal.ts';
import { type VerifyOptions, verifyChain } from '../sealing/verify-chain.db.ts';

export type Verified = {
  readonly events: number;
  /** Of these: gone, as signed checkpoints of retention say. */
  readonly dropped: number;
  /** Of these: without what identified a person, which was erased. */
  readonly erased: number;
  readonly batches: number;
  /** Lines of the files of heads that are only a part of a head, and the number of the first of them. */
  readonly partialLines: { readonly count: number; readonly first: number | null };
  /** What waits to be sealed. */
  readonly unsealed: { readonly count: number; readonly firstId: string | null };
};

const MOST_BEYOND = 1000;

/**
 * Holds the trail against its seals, the seals against their heads, the heads against each other, and against those that
 * left the database.
 * @throws StartError, or the database's error, when that cannot be done
 */
export async function verifyTrail(options: VerifyOptions): Promise<Verified> {
  const { pool, span, overlapMs, headsFiles, onFinding } = options;
  const position = await readPosition(pool);
  const until = { batch: position.batch ?? 0, sequence: position.last ?? 0 };
  const { events, dropped, erased, batches } = await verifyChain(options, until);
  const partialLines: number[] = [];
  for (const path of headsFiles)
    await compareHeads(options, path, until.batch, (line) => partialLines.push(line));
  if (span.to === null) {
    for (const { sequence, eventId } of await findSealsBeyond(pool, MOST_BEYOND))
      onFinding(atSequence(sequence, eventId, 'has a seal that no head vouches for'));
  }
  const unsealed = await verifyUnsealed(options, startOf(position, overlapMs), position.batch === null);
  return {
    events,
    dropped,
    erased,
    batches,
    partialLines: { count: partialLines.length, first: partialLines[0] ?? null },
    unsealed,
  };
}

/** Every head that left the database must still be there, as it was. */
async function compareHeads(
  options: VerifyOptions,
  path: string,
  lastBatch: number,
  onPartialLine: (line: number) => void,
): Promise<void> {
  const { span, onFinding, keys } = options;
  let chunk: { line: number; head: Head }[] = [];
  const flush = async () => {
    await compareChunk(options, chunk, lastBatch);
    chunk = [];
  };
  for await (const { line, head } of readHeadsFile(path)) {
    if (head === null) {
      onPartialLine(line);
      continue;
    }
    const key = keys.find(({ id }) => id === head.keyId);
    if (key === undefined || !isHeadSigned(key, head)) {
      onFinding({
        kind: 'line',
        from: line,
        to: line,
        eventId: null,
        problem: 'of the file of heads is not signed by a known key',
      });
      continue;
    }
    if (!isWithin(span, head.sealedAt)) continue;
    chunk.push({ line, head });
    if (chunk.length === 1000) await flush();
  }
  await flush();
}

async function compareChunk(
  { pool, onFinding }: VerifyOptions,
  chunk: readonly { readonly head: Head }[],
  lastBatch: number,
): Promise<void> {
  const stored = new Map(
    (
      await findHeads(
        pool,
        chunk.map(({ head }) => head.batch),
      )
    ).map((head) => [head.batch, head.mac]),
  );
  for (const { head } of chunk) {
    const mac = stored.get(head.batch);
    // Sealed while we looked.
    if (mac === head.mac) continue;
    const what =
      mac !== undefined
        ? 'is another than the one that left the database: rewritten, or sealed anew after an older backup was restored'
        : head.batch > lastBatch
          ? 'left the database and is not in it: the end was cut off, or an older backup restored'
          : 'left the database and is not in it any more';
    onFinding(atBatches(head.batch, head.batch, what));
  }
}

/** Events without a seal: those before the sealer's window got in later, the others wait for it. */
async function verifyUnsealed(
  { pool, span, onFinding }: VerifyOptions,
  start: string,
  nothingSealed: boolean,
): Promise<Verified['unsealed']> {
  const from = span.from === null ? idAt(0) : idAt(Date.parse(span.from));
  const to = span.to === null ? null : idAt(Date.parse(span.to));
  let count = 0;
  let firstId: string | null = null;
  for await (const ids of readUnsealed(pool, from, to)) {
    for (const id of ids) {
      if (nothingSealed || id >= start) {
        count += 1;
        firstId ??= id;
      } else {
        onFinding({
          kind: 'event',
          from: 0,
          to: 0,
          eventId: id,
          problem: 'has no seal, and is older than what was sealed: it was put in later, or its seal removed',
        });
      }
    }
  }
  return { count, firstId };
}

function isWithin({ from, to }: SealingPeriod, time: string): boolean {
  const at = Date.parse(time);
  return (from === null || at >= Date.parse(from)) && (to === null || at < Date.parse(to));
}
