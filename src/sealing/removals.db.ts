import type pg from 'pg';
import { sequenceRanges } from './checkpoint.ts';
import type { SealingKey } from './seal.ts';
import { readCheckpoints, readErasedUsers } from './signed-removals.db.ts';
import type { SignedRemovals } from './signed-removals.ts';

export async function readExplanations(pool: pg.Pool, keys: readonly SealingKey[]): Promise<SignedRemovals> {
  const dropped = (await readCheckpoints(pool, keys)).map(({ sequences }) => sequenceRanges(sequences));
  const erased = await readErasedUsers(pool, keys);
  return {
    wasDropped: (sequence) => dropped.some((covers) => covers(sequence)),
    wasErased: (userId) => erased.has(userId),
  };
}
