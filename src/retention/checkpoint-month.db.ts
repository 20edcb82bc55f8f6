import type pg from 'pg';
import { compareIdentity } from '../audit/identity.ts';
import { SYSTEM_ACTOR } from '../audit/system-actor.ts';
import { writeEvent } from '../audit/write-event.db.ts';
import { type SignedCheckpoint, signCheckpoint } from '../sealing/checkpoint.ts';
import { sealEvent } from '../sealing/seal.ts';
import { headColumns, identityValues, sealedValues, splitIdentity } from '../sealing/sealed-columns.db.ts';
import type { SealingKey } from '../sealing/signed.ts';
import { readCheckpoints, readErasedUsers } from '../sealing/signed-removals.db.ts';
import type { OldPartition } from './find-old-partitions.db.ts';

const PAGE = 5000;

/** A month of the trail is not what was sealed. It is kept, because it is the evidence of what was done to it. */
export class BrokenMonthError extends Error {
  override readonly name = 'BrokenMonthError';
  /** The name of the partition, for the log. */
  readonly kind: string;

  constructor(partition: string, what: string) {
    super(`${partition} is kept: ${what} is not what was sealed. See: audit verify`);
    this.kind = partition;
  }
}

/**
 * Signs, in an event of the trail, for a month of the trail that is going to be dropped. From then on `audit verify`
 * accepts that its events are gone. Does nothing for a month that is signed for already.
 * @param keys the first signs
 * @throws BrokenMonthError when an event of it, or who did it, is not what was sealed, or was sealed with a key that is not known
 */
export async function checkpointMonth(
  client: pg.ClientBase,
  { name, from, to }: OldPartition,
  keys: readonly [SealingKey, ...SealingKey[]],
): Promise<void> {
  const earlier = await readCheckpoints(client, keys);
  if (await isCheckpointed(client, name, earlier)) return;
  const { events, unsealed } = await checkMonth(client, name, keys);
  const { rows } = await client.query<{
    sequences: string | null;
    batch: number | null;
    head: string | null;
  }>(
    `SELECT h.batch, h.mac AS head, (
       SELECT range_agg(place)::text FROM (
         SELECT int8range(s.sequence, s.sequence + 1) AS place FROM ${name} AS e JOIN audit_seal AS s ON s.event_id = e.id
         UNION ALL SELECT unnest(text::int8multirange) FROM unnest($1::text[]) AS text
       ) AS places
     ) AS sequences
     FROM (VALUES (1)) AS one LEFT JOIN (
       SELECT ${headColumns} FROM audit_head AS h ORDER BY batch DESC LIMIT 1
     ) AS h ON true`,
    [earlier.map(({ sequences }) => sequences)],
  );
  const { sequences = null, batch = null, head = null } = rows[0] ?? {};
  const month = { partition: name, from, to, events, unsealed };
  await writeEvent(client, SYSTEM_ACTOR, {
    action: 'trail.checkpointed',
    outcome: 'SUCCEEDED',
    detail:
      sequences === null || batch === null || head === null
        ? month
        : { ...month, ...signCheckpoint(keys[0], { sequences, batch, head }) },
  });
}

/**
 * Whether signed checkpoints cover every sealed event of the month. That there is an event for it is not enough, because
 * the gateway's role could have written that without the key.
 */
async function isCheckpointed(
  client: pg.ClientBase,
  name: string,
  signed: readonly SignedCheckpoint[],
): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM audit_event WHERE action = 'trail.checkpointed' AND detail->>'partition' = $1`,
    [name],
  );
  if (rowCount === 0) return false;
  const { rows } = await client.query<{ open: boolean }>(
    `SELECT EXISTS (
       SELECT FROM ${name} AS e JOIN audit_seal AS s ON s.event_id = e.id WHERE (s.sequence <@ places) IS NOT TRUE
     ) AS open FROM (
       SELECT range_agg(place) AS places FROM unnest($1::text[]) AS text, unnest(text::int8multirange) AS place
     ) AS signed`,
    [signed.map(({ sequences }) => sequences)],
  );
  return rows[0]?.open === false;
}

/** Compares each event of a month, and its identity, with its seal, and counts those that were never sealed. */
async function checkMonth(client: pg.ClientBase, name: string, keys: readonly SealingKey[]) {
  const counts = { events: 0, unsealed: 0 };
  // A person that is erased while this goes on makes it fail; the next run then succeeds.
  const erased = await readErasedUsers(client, keys);
  for (let after = '00000000-0000-0000-0000-000000000000', more = true; more; ) {
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT e.id::text, s.sequence::text, encode(s.mac, 'hex'), ${identityValues}, ${sealedValues}
        FROM ${name} AS e LEFT JOIN audit_seal AS s ON s.event_id = e.id LEFT JOIN LATERAL (
          SELECT * FROM audit_identity AS identity WHERE identity.event_id = e.id OFFSET 0
        ) AS i ON true
        WHERE e.id > $1 ORDER BY e.id LIMIT ${PAGE}`,
      values: [after],
      rowMode: 'array',
    });
    for (const [id, sequence, mac, ...rest] of rows) {
      const { identity, values } = splitIdentity(rest);
      counts.events += 1;
      after = id ?? after;
      if (sequence == null) counts.unsealed += 1;
      else if (!keys.some((key) => sealEvent(key, Number(sequence), values).toString('hex') === mac))
        throw new BrokenMonthError(name, `event ${id}`);
      else if (!['intact', 'erased'].includes(compareIdentity(values, identity, (user) => erased.has(user))))
        throw new BrokenMonthError(name, `who did event ${id}`);
    }
    more = rows.length === PAGE;
  }
  return counts;
}
