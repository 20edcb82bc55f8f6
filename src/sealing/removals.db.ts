import type pg from 'pg';
import { placesIn } from './checkpoint.ts';
import type { SealingKey } from './seal.ts';
import { readCheckpoints, readErasedUsers } from './signed-removals.db.ts';

/** What a gateway signed for: retention dropped these events, and what identified these users was erased. */
export type Explanations = {
  readonly wasDropped: (sequence: number) => boolean;
  readonly wasErased: (userId: string) => boolean;
};

export async function readExplanations(pool: pg.Pool, keys: readonly SealingKey[]): Promise<Explanations> {
  const dropped = (await readCheckpoints(pool, keys)).map(({ sequences }) => placesIn(sequences));
  const erased = await readErasedUsers(pool, keys);
  return {
    wasDropped: (sequence) => dropped.some((covers) => covers(sequence)),
    wasErased: (userId) => erased.has(userId),
  };
}
