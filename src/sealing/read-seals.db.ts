import type pg from 'pg';
import type { Head } from './seal.ts';
import {
  headColumns,
  identityValues,
  isNotSealed,
  sealedValues,
  splitIdentity,
} from './sealed-columns.db.ts';
import type { StoredSeal } from './stored-seal.ts';
import type { Span } from './verify-options.db.ts';

/** A head as it is stored: what stood before it is the head before. */
export type StoredHead = Omit<Head, 'previous'>;

const HEADS = 1000;
const SEALS = 5000;
const EVENTS = 20_000;

/** The heads of some time up to a batch, in order. */
export async function* readHeads(
  pool: pg.Pool,
  { from, to }: Span,
  until: number,
): AsyncGenerator<StoredHead> {
  for (let after = 0, more = true; more; ) {
    const { rows } = await pool.query<StoredHead>(
      `SELECT ${headColumns} FROM audit_head AS h WHERE h.batch > $1 AND h.batch <= $2
         AND ($3::timestamptz IS NULL OR h.sealed_at >= $3) AND ($4::timestamptz IS NULL OR h.sealed_at < $4)
       ORDER BY h.batch LIMIT ${HEADS}`,
      [after, until, from, to],
    );
    yield* rows;
    more = rows.length === HEADS;
    after = rows.at(-1)?.batch ?? after;
  }
}

/** The heads of some batches. */
export async function findHeads(
  pool: pg.Pool | pg.ClientBase,
  batches: readonly number[],
): Promise<StoredHead[]> {
  const { rows } = await pool.query<StoredHead>(
    `SELECT ${headColumns} FROM audit_head AS h WHERE h.batch = ANY($1::bigint[])`,
    [batches],
  );
  return rows;
}

/** The seals from one sequence to another, in order, each with its event. */
export async function* readSeals(pool: pg.Pool, first: number, last: number): AsyncGenerator<StoredSeal> {
  for (let from = first, page = 1, more = true; more; page += 1) {
    // OFFSET 0: an event is looked up for each seal, however many of both there are.
    const { rows } = await pool.query<(string | null)[]>({
      text: `SELECT s.sequence::text, s.event_id::text, encode(s.mac, 'hex'), ${identityValues}, ${sealedValues}
        FROM audit_seal AS s LEFT JOIN LATERAL (
          SELECT * FROM audit_event AS event WHERE event.id = s.event_id OFFSET 0
        ) AS e ON true LEFT JOIN LATERAL (
          SELECT * FROM audit_identity AS identity WHERE identity.event_id = s.event_id OFFSET 0
        ) AS i ON true
        WHERE s.sequence BETWEEN $1 AND $2 ORDER BY s.sequence LIMIT ${SEALS}`,
      values: [from, last],
      rowMode: 'array',
    });
    for (const [sequence, eventId, mac, ...rest] of rows) {
      const { identity, values } = splitIdentity(rest);
      from = Number(sequence) + 1;
      yield {
        sequence: Number(sequence),
        eventId: eventId ?? '',
        mac: mac ?? '',
        values: values[0] === null ? null : values,
        identity,
        page,
      };
    }
    more = rows.length === SEALS;
  }
}

/** Seals that no head vouches for, because they stand behind the last; at most so many. */
export async function findSealsBeyond(
  pool: pg.Pool,
  most: number,
): Promise<{ sequence: number; eventId: string }[]> {
  const { rows } = await pool.query<{ sequence: number; eventId: string }>(
    `SELECT sequence::float8 AS sequence, event_id AS "eventId" FROM audit_seal
     WHERE sequence > coalesce((SELECT last_sequence FROM audit_head ORDER BY batch DESC LIMIT 1), 0)
     ORDER BY sequence LIMIT $1`,
    [most],
  );
  return rows;
}

/** The ids of events without a seal, between two ids, a page at a time. */
export async function* readUnsealed(
  pool: pg.Pool,
  after: string,
  before: string | null,
): AsyncGenerator<readonly string[]> {
  for (let from: string | null = after; from !== null; ) {
    const { rows }: pg.QueryResult<{ last: string | null; unsealed: string[] }> = await pool.query(
      `WITH page AS MATERIALIZED (
         SELECT e.id FROM audit_event AS e WHERE e.id > $1 AND ($2::uuid IS NULL OR e.id < $2) ORDER BY e.id LIMIT ${EVENTS}
       )
       SELECT (SELECT id::text FROM page ORDER BY id DESC LIMIT 1) AS last,
         (SELECT coalesce(array_agg(e.id::text ORDER BY e.id), '{}') FROM page AS e WHERE ${isNotSealed}) AS unsealed`,
      [from, before],
    );
    from = rows[0]?.last ?? null;
    yield rows[0]?.unsealed ?? [];
  }
}
