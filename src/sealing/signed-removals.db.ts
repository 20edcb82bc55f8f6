import type pg from 'pg';
import { z } from 'zod';
import { checkpointSchema, isCheckpointSigned, type SignedCheckpoint } from './checkpoint.ts';
import { isErasureSigned } from './erasure-proof.ts';
import { findHeads } from './read-seals.db.ts';
import type { SealingKey } from './seal.ts';

const erasureSchema = z.object({ userId: z.string(), keyId: z.string(), mac: z.string() });

/** The checkpoints of this trail that a gateway signed, oldest first. */
export async function readCheckpoints(
  client: pg.Pool | pg.ClientBase,
  keys: readonly SealingKey[],
): Promise<SignedCheckpoint[]> {
  const { rows } = await client.query<{ detail: unknown }>(
    `SELECT detail FROM audit_event WHERE action = 'trail.checkpointed' ORDER BY id`,
  );
  const signed = rows.flatMap(({ detail }) => {
    const { data } = checkpointSchema.safeParse(detail);
    const key = keys.find(({ id }) => id === data?.keyId);
    return data !== undefined && key !== undefined && isCheckpointSigned(key, data) ? [data] : [];
  });
  const heads = await findHeads(
    client,
    signed.map(({ batch }) => batch),
  );
  return signed.filter(({ batch, head }) =>
    heads.some((stored) => stored.batch === batch && stored.mac === head),
  );
}

/** The ids of the users whom a gateway erased and signed for it. */
export async function readErasedUsers(
  pool: pg.Pool | pg.ClientBase,
  keys: readonly SealingKey[],
): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query(
    `SELECT user_id::text AS "userId", detail->>'keyId' AS "keyId", detail->>'mac' AS mac
     FROM audit_event WHERE action = 'user.erased'`,
  );
  const erased = rows.flatMap((row) => {
    const { data } = erasureSchema.safeParse(row);
    const key = keys.find(({ id }) => id === data?.keyId);
    return data !== undefined && key !== undefined && isErasureSigned(key, data.userId, data)
      ? [data.userId]
      : [];
  });
  return new Set(erased);
}
