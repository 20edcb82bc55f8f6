import type { Head } from './seal.ts';
import { type SealOptions, type SealStart, sealBatch } from './seal-batch.db.ts';

/**
 * Seals what is in the trail and not sealed yet, batch after batch, until nothing is left or another gateway is at it.
 * @param onSealed told of each batch after it was committed
 * @param stopping ends it after the batch that is under way
 * @param allSealedAt what it returned the last time: what was there then is not looked at again
 * @returns the database's time at which there was nothing that it has not sealed; as before when it did not get that far
 * @throws the database's error; of the batch that failed nothing was written, or all
 */
export async function sealTrail(
  options: SealOptions,
  onSealed: (head: Head) => Promise<void>,
  stopping: AbortSignal,
  allSealedAt: number | null = null,
): Promise<number | null> {
  let begun: number | null = null;
  let from: SealStart = allSealedAt === null ? null : { sealedAt: allSealedAt };
  while (!stopping.aborted) {
    const outcome = await sealBatch(options, from);
    if (outcome.kind === 'busy') break;
    begun ??= outcome.at;
    if (outcome.kind === 'none') return begun;
    const { head, lastEventId } = outcome;
    await onSealed(head);
    if (head.last - head.first + 1 < options.most) return begun;
    from = { eventId: lastEventId };
  }
  return allSealedAt;
}
