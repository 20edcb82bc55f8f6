import type pg from 'pg';
import { signCheckpoint } from '../domain/checkpoint.ts';
import { type SealingKey, sealEvent } from '../domain/seal.ts';
import { BY_GATEHOUSE } from './by-gatehouse.ts';
import type { OldPartition } from './find-old-partitions.ts';
import { readCheckpoints } from './read-explanations.ts';
import { headColumns, sealedValues } from './sealing-statements.ts';

const PAGE = 5000;

/** A month of the trail that is not what was sealed: what somebody did to it must not go with it. */
export class BrokenMonthError extends Error {
  override readonly name = 'BrokenMonthError';
  /** The partition, for the log. */
  readonly kind: string;

  constructor(partition: string, eventId: string) {
    super(`${partition} is kept: event ${eventId} is not what was sealed. See: audit verify`);
    this.kind = partition;
  }
}

/**
 * Signs for a month of the trail that is going to be dropped, in an event of the trail: from then on `audit verify` accepts
 * that its events are gone. Once: for a month that is signed for already nothing is done.
 * @param keys the first signs
 * @throws BrokenMonthError when an event of it is not what was sealed, or was sealed with a key that is not known
 */
export async function checkpointMonth(
  client: pg.ClientBase,
  { name, from, to }: OldPartition,
  keys: readonly [SealingKey, ...SealingKey[]],
): Promise<void> {
  if (await isCheckpointed(client, name)) return;
  const { events, unsealed } = await checkMonth(client, name, keys);
  const earlier = await readCheckpoints(client, keys);
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
  const signed =
    sequences === null || batch === null || head === null
      ? {}
      : signCheckpoint(keys[0], { sequences, batch, head });
  await client.query(
    `SELECT write_event($1::jsonb, clock_timestamp(), 'trail.checkpointed', 'SUCCEEDED', NULL, NULL, NULL, $2::jsonb)`,
    [BY_GATEHOUSE, JSON.stringify({ partition: name, from, to, events, unsealed, ...signed })],
  );
}

async function isCheckpointed(client: pg.ClientBase, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM audit_event WHERE action = 'trail.checkpointed' AND detail->>'partition' = $1`,
    [name],
  );
  return rowCount !== 0;
}

/** Holds each event of a month against its seal; those that never got one are counted. */
async function checkMonth(client: pg.ClientBase, name: string, keys: readonly SealingKey[]) {
  const counts = { events: 0, unsealed: 0 };
  for (let after = '00000000-0000-0000-0000-000000000000', more = true; more; ) {
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT e.id::text, s.sequence::text, encode(s.mac, 'hex'), ${sealedValues}
        FROM ${name} AS e LEFT JOIN audit_seal AS s ON s.event_id = e.id
        WHERE e.id > $1 ORDER BY e.id LIMIT ${PAGE}`,
      values: [after],
      rowMode: 'array',
    });
    for (const [id, sequence, mac, ...values] of rows) {
      counts.events += 1;
      after = id ?? after;
      if (sequence == null) counts.unsealed += 1;
      else if (!keys.some((key) => sealEvent(key, Number(sequence), values).toString('hex') === mac))
        throw new BrokenMonthError(name, after);
    }
    more = rows.length === PAGE;
  }
  return counts;
}
