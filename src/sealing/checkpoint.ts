import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { type SealingKey, sameHex } from './seal.ts';

/** What retention dropped of the trail, up to now: explains to `audit verify` that it is gone. */
export type Checkpoint = {
  /** The places of all events that were ever dropped, as PostgreSQL writes an int8multirange: {[1,101),[103,104)}. */
  readonly sequences: string;
  /** The last head when it was signed: of this trail, and no other with the same key. */
  readonly batch: number;
  readonly head: string;
};

export type SignedCheckpoint = Checkpoint & { readonly keyId: string; readonly mac: string };

export const checkpointSchema = z.object({
  sequences: z.string(),
  batch: z.number(),
  head: z.string(),
  keyId: z.string(),
  mac: z.string(),
}) satisfies z.ZodType<SignedCheckpoint>;

export function signCheckpoint(key: SealingKey, checkpoint: Checkpoint): SignedCheckpoint {
  return { ...checkpoint, keyId: key.id, mac: macOf(key, checkpoint) };
}

export function isCheckpointSigned(key: SealingKey, checkpoint: SignedCheckpoint): boolean {
  return sameHex(macOf(key, checkpoint), checkpoint.mac);
}

function macOf({ bytes }: SealingKey, { sequences, batch, head }: Checkpoint): string {
  return createHmac('sha256', bytes)
    .update(JSON.stringify(['gatehouse checkpoint', sequences, batch, head]))
    .digest('hex');
}

/** Tells whether a place is among those of a multirange. */
export function sequenceRanges(multirange: string): (sequence: number) => boolean {
  const ranges = [...multirange.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]) => [
    Number(from),
    Number(to),
  ]);
  // Nearly always there is one range, and few where months meet.
  return (sequence) => ranges.some(([from = 0, to = 0]) => sequence >= from && sequence < to);
}
