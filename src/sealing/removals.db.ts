import type pg from 'pg';
import { sequenceRanges } from './checkpoint.ts';
import type { SealingKey } from './seal.ts';
import { readCheckpoints, readErasedUsers } from './signed-removals.db.ts';

/** What a gateway signed for: retention dropped these events, and what identified these users was erased. */
export type SignedRemovals = {
  readonly wasDropped: (sequence: number) => boolean;
  readonly wasErased: (userId: string) => boolean;
};

export async function readExplanations(pool: pg.Pool, keys: readonly SealingKey[]): Promise<SignedRemovals> {
  const dropped = (await readCheckpoints(pool, keys)).map(({ sequences }) => sequenceRanges(sequences));
  const erased = await readErasedUsers(pool, keys);
  return {
    wasDropped: (sequence) => dropped.some((covers) => covers(sequence)),
    wasErased: (userId) => erased.has(userId),
  };
}
