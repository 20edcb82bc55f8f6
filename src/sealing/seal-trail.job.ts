import type { Head } from './seal.ts';
import { type SealOptions, type SealStart, sealBatch } from './seal-batch.db.ts';

/**
 * Seals all unsealed events, batch after batch, until none is left or another gateway is sealing.
 * @param onSealed called after each batch was committed
 * @param stopping ends it after the current batch
 * @param allSealedAt what it returned the last time: older events are not looked at again
 * @returns the database's time (in milliseconds) up to which all events are sealed; `allSealedAt` if it did not get to the end
 * @throws the database's error; the batch that failed was written wholly or not at all
 */
export async function sealTrail(
  options: SealOptions,
  onSealed: (head: Head) => Promise<void>,
  stopping: AbortSignal,
  allSealedAt: number | null = null,
): Promise<number | null> {
  let startedAt: number | null = null;
  let from: SealStart = allSealedAt === null ? null : { sealedAt: allSealedAt };
  while (!stopping.aborted) {
    const outcome = await sealBatch(options, from);
    if (outcome.kind === 'busy') break;
    startedAt ??= outcome.at;
    if (outcome.kind === 'none') return startedAt;
    const { head, lastEventId } = outcome;
    await onSealed(head);
    if (head.last - head.first + 1 < options.batchSize) return startedAt;
    from = { eventId: lastEventId };
  }
  return allSealedAt;
}
