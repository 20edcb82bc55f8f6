import { z } from 'zod';
import { isSigned, type SealingKey, type Signature, sign } from './signed.ts';

/** All that retention has dropped of the trail so far, so that `audit verify` accepts that it is gone. */
export type Checkpoint = {
  /** The sequences of all events that were ever dropped, as PostgreSQL writes an int8multirange: {[1,101),[103,104)}. */
  readonly sequences: string;
  /** The last head at the time of signing: binds the checkpoint to this trail, not to another with the same key. */
  readonly batch: number;
  readonly head: string;
};

export type SignedCheckpoint = Checkpoint & Signature;

export const checkpointSchema = z.object({
  sequences: z.string(),
  batch: z.number(),
  head: z.string(),
  keyId: z.string(),
  mac: z.string(),
}) satisfies z.ZodType<SignedCheckpoint>;

export function signCheckpoint(key: SealingKey, checkpoint: Checkpoint): SignedCheckpoint {
  return { ...checkpoint, ...sign(key, 'checkpoint', signedValues(checkpoint)) };
}

/** Whether one of the keys signed it. */
export function isCheckpointSigned(keys: readonly SealingKey[], checkpoint: SignedCheckpoint): boolean {
  return isSigned(keys, 'checkpoint', signedValues(checkpoint), checkpoint);
}

function signedValues({ sequences, batch, head }: Checkpoint) {
  return [sequences, batch, head];
}

/** A test for whether a sequence lies in a multirange. */
export function sequenceRanges(multirange: string): (sequence: number) => boolean {
  const ranges = [...multirange.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]) => [
    Number(from),
    Number(to),
  ]);
  // Nearly always one range; a few where the events of two months overlap.
  return (sequence) => ranges.some(([from = 0, to = 0]) => sequence >= from && sequence < to);
}
