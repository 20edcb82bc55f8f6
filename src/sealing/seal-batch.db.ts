import type pg from 'pg';
import type { SealedValues } from '../audit/canonical-event.ts';
import { digestOf, GENESIS, type Head, type SealingKey, sealEvent, signHead } from './seal.ts';
import { headColumns, idAt, isNotSealed, sealedValues, timeOf, timeText } from './sealed-columns.db.ts';

export type SealOptions = {
  readonly pool: pg.Pool;
  readonly key: SealingKey;
  /** Longer than any transaction takes from the time of its event to its commit. */
  readonly overlapMs: number;
  /** At most so many events make a batch. */
  readonly most: number;
};

/**
 * What came of it: a sealed batch, nothing to seal, or another gateway that is sealing. `at` is the database's time
 * before it looked, in milliseconds.
 */
export type SealOutcome =
  | { readonly kind: 'sealed'; readonly head: Head; readonly lastEventId: string; readonly at: number }
  | { readonly kind: 'none'; readonly at: number }
  | { readonly kind: 'busy' };

/** Where to look: behind an event, or behind what was all sealed at some time; null: behind what the last head says. */
export type SealStart = { readonly eventId: string } | { readonly sealedAt: number } | null;

/** The last head, and the last event under it; null while nothing is sealed. Times in milliseconds, and as text. */
export type Position = {
  readonly now: string;
  readonly time: string;
  readonly batch: number | null;
  readonly last: number | null;
  readonly mac: string | null;
  readonly eventId: string | null;
  readonly sealedAt: string | null;
};

// How far it is sealed: the last head, and the last event under it.
const POSITION = {
  name: 'seal-position',
  text: `
    SELECT (extract(epoch FROM clock) * 1000)::bigint::text AS now, ${timeText('clock')} AS time, h.*,
      (SELECT event_id FROM audit_seal WHERE sequence = h.last) AS "eventId"
    FROM clock_timestamp() AS clock LEFT JOIN (
      SELECT ${headColumns} FROM audit_head AS h ORDER BY h.batch DESC LIMIT 1
    ) AS h ON true`,
};

// Not prepared: planned for where it begins, which is nearly at the end of the trail.
const UNSEALED = `SELECT ${sealedValues} FROM audit_event AS e
  WHERE e.id > $1 AND ${isNotSealed} ORDER BY e.id LIMIT $2`;

const WRITE = {
  name: 'seal-write',
  text: `
    WITH head AS (
      INSERT INTO audit_head (batch, first_sequence, last_sequence, digest, sealed_at, key_id, mac)
      VALUES ($1, $2, $3, decode($4, 'hex'), $5::timestamptz, $6, decode($7, 'hex'))
    )
    INSERT INTO audit_seal (sequence, event_id, mac)
    SELECT $2::bigint + place - 1, id, substring($9::bytea FROM (place::integer - 1) * 32 + 1 FOR 32)
    FROM unnest($8::uuid[]) WITH ORDINALITY AS sealed (id, place)`,
};

/**
 * Seals the oldest events that are not sealed yet, as one batch in one transaction, by one gateway at a time. "Not
 * sealed yet" is asked of each event from somewhat before the last sealed one on, since events appear out of order.
 * What appears even later is left alone: an event that somebody slips in between old ones must not get a seal.
 */
export async function sealBatch(
  { pool, key, overlapMs, most }: SealOptions,
  from: SealStart,
): Promise<SealOutcome> {
  // Nearly always there is nothing, or another gateway is at it: then this is all.
  const position = await readPosition(pool);
  const { rowCount } = await pool.query(UNSEALED, [idToStartFrom(position, overlapMs, from), 1]);
  if (rowCount === 0) return { kind: 'none', at: Number(position.now) };

  const client = await pool.connect();
  // A connection that breaks between two statements would otherwise end the process; the next statement fails anyway.
  client.on('error', ignore);
  try {
    await client.query('BEGIN');
    const outcome = await sealLocked(client, { key, overlapMs, most }, from);
    await client.query('COMMIT');
    client.off('error', ignore);
    client.release();
    return outcome;
  } catch (error) {
    // Not given back: what came of the transaction, and whether it ended, is not known.
    client.release(true);
    throw error;
  }
}

function ignore(): void {}

async function sealLocked(
  client: pg.PoolClient,
  { key, overlapMs, most }: Omit<SealOptions, 'pool'>,
  from: SealStart,
): Promise<SealOutcome> {
  const { rows } = await client.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtext('gatehouse.seal_trail')) AS locked`,
  );
  if (rows[0]?.locked !== true) return { kind: 'busy' };
  // In statements of their own: they see what the one who held the lock before has committed.
  const position = await readPosition(client);
  const unsealed = await client.query<(string | null)[]>({
    text: UNSEALED,
    values: [idToStartFrom(position, overlapMs, from), most],
    rowMode: 'array',
  });
  const events: readonly SealedValues[] = unsealed.rows;
  const ids = events.map(([id]) => id ?? '');
  const lastEventId = ids.at(-1);
  const at = Number(position.now);
  if (lastEventId === undefined) return { kind: 'none', at };

  const first = (position.last ?? 0) + 1;
  const macs = events.map((values, index) => sealEvent(key, first + index, values));
  const head = signHead(key, {
    batch: (position.batch ?? 0) + 1,
    first,
    last: first + events.length - 1,
    digest: digestOf(macs),
    previous: position.mac ?? GENESIS,
    sealedAt: position.time,
  });
  const { batch, last, digest, sealedAt, keyId, mac } = head;
  await client.query({
    ...WRITE,
    values: [batch, first, last, digest, sealedAt, keyId, mac, ids, Buffer.concat(macs)],
  });
  return { kind: 'sealed', head, lastEventId, at };
}

/** How far the trail is sealed. */
export async function readPosition(client: pg.Pool | pg.PoolClient): Promise<Position> {
  const { rows } = await client.query<Position>(POSITION);
  const [position] = rows;
  if (position === undefined) throw new Error('The position of the seal has no row');
  return position;
}

/**
 * From where on events may still be without a seal: somewhat before the last sealed one. A clock that ran ahead for a
 * while does not put it beyond now.
 */
export function startOf(
  { now, batch, eventId, sealedAt }: Position,
  overlapMs: number,
  allSealedAt = 0,
): string {
  if (batch === null) return idAt(0);
  // Without the seal something is wrong, which verifying finds; sealing goes on.
  const sealedUpTo = eventId === null ? Date.parse(sealedAt ?? '') : timeOf(eventId);
  return idAt(Math.min(Number(now), Math.max(sealedUpTo, allSealedAt)) - overlapMs);
}

function idToStartFrom(position: Position, overlapMs: number, from: SealStart): string {
  if (from === null) return startOf(position, overlapMs);
  return 'eventId' in from ? from.eventId : startOf(position, overlapMs, from.sealedAt);
}
