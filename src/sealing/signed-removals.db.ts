import type pg from 'pg';
import { z } from 'zod';
import { checkpointSchema, isCheckpointSigned, type SignedCheckpoint, sequenceRanges } from './checkpoint.ts';
import { isErasureSigned } from './erasure-proof.ts';
import { findHeads } from './read-seals.db.ts';
import type { SealingKey } from './signed.ts';
import type { SignedRemovals } from './signed-removals.ts';

const erasureSchema = z.object({ userId: z.string(), keyId: z.string(), mac: z.string() });

/** The removals that were signed with one of the keys until now. */
export async function readSignedRemovals(
  pool: pg.Pool,
  keys: readonly SealingKey[],
): Promise<SignedRemovals> {
  const dropped = (await readCheckpoints(pool, keys)).map(({ sequences }) => sequenceRanges(sequences));
  const erased = await readErasedUsers(pool, keys);
  return {
    wasDropped: (sequence) => dropped.some((includes) => includes(sequence)),
    wasErased: (userId) => erased.has(userId),
  };
}

/** The checkpoints of this trail that were signed with one of the keys, oldest first. */
export async function readCheckpoints(
  client: pg.Pool | pg.ClientBase,
  keys: readonly SealingKey[],
): Promise<SignedCheckpoint[]> {
  const { rows } = await client.query<{ detail: unknown }>(
    `SELECT detail FROM audit_event WHERE action = 'trail.checkpointed' ORDER BY id`,
  );
  const signed = rows.flatMap(({ detail }) => {
    const { data } = checkpointSchema.safeParse(detail);
    return data !== undefined && isCheckpointSigned(keys, data) ? [data] : [];
  });
  const heads = await findHeads(
    client,
    signed.map(({ batch }) => batch),
  );
  return signed.filter(({ batch, head }) =>
    heads.some((stored) => stored.batch === batch && stored.mac === head),
  );
}

/** The ids of the users whose erasure was signed with one of the keys. */
export async function readErasedUsers(
  client: pg.Pool | pg.ClientBase,
  keys: readonly SealingKey[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query(
    `SELECT user_id::text AS "userId", detail->>'keyId' AS "keyId", detail->>'mac' AS mac
     FROM audit_event WHERE action = 'user.erased'`,
  );
  const erased = rows.flatMap((row) => {
    const { data } = erasureSchema.safeParse(row);
    return data !== undefined && isErasureSigned(keys, data.userId, data) ? [data.userId] : [];
  });
  return new Set(erased);
}
