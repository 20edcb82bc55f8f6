import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEALED_COLUMNS } from '../../src/audit/canonical-event.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { type Head, signHead } from '../../src/sealing/seal.ts';
import { useDatabase } from '../support/fixture.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { fillTrail, findingsOf, KEY, type Located, placesOf, sealAll } from '../support/trail.ts';

// What a superuser of the database can do to a trail that was sealed: all of it is found, where it was done.

// TAMPERINGS=200 is the full form.
const TAMPERINGS = Number(process.env['TAMPERINGS'] ?? '100');

const EVENTS = 100;
const BATCH = 10;
const BATCHES = EVENTS / BATCH;
const NOWHERE: Located = { sequences: [], batches: [], events: [] };

const database = useDatabase();
/** One connection, as superuser: what is done between BEGIN and ROLLBACK is all that it sees. */
let pool: pg.Pool;
let folder = '';
let heads: Head[] = [];
let headsFile = '';
/** Ids of events, by their sequence less one. */
let ids: string[] = [];

beforeAll(async () => {
  pool = createPool({ url: database.superuserUrl, size: 1, timeoutMs: 20_000, onError: () => {} });
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-heads-'));
  headsFile = join(folder, 'heads.ndjson');
  await fillTrail(database, EVENTS, 10);
  heads = await sealAll(pool, BATCH);
  await writeFile(headsFile, heads.map((head) => `${JSON.stringify(head)}\n`).join(''));
  const rows = await database.query<{ id: string }>(
    'SELECT event_id AS id FROM audit_seal ORDER BY sequence',
  );
  ids = rows.map(({ id }) => id);
});
afterAll(async () => {
  await pool?.end();
  await rm(folder, { recursive: true, force: true });
});

/** A value that each column does not have, for a row `e`. */
const CHANGES: Record<string, string> = {
  at: `at + interval '1 microsecond'`,
  action: `'session.failed'`,
  outcome: `'FAILED'`,
  actor_kind: `'OPERATOR'`,
  detail: `detail || '{"price": 1.1}'`,
};
const textual = new Set(['actor_name', 'request_id', 'ip_address', 'user_agent']);

type Tampering = {
  readonly what: string;
  readonly statements: readonly [string, unknown[]][];
  readonly expected: Located;
};
const batchOf = (sequence: number) => Math.ceil(sequence / BATCH);
const idOf = (sequence: number) => ids[sequence - 1] ?? '';
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

function changed(column: string, sequence: number): Tampering {
  const value =
    CHANGES[column] ?? (textual.has(column) ? `coalesce(${column}, '') || 'x'` : 'gen_random_uuid()');
  return {
    what: `${column} of ${sequence} changed`,
    statements: [[`UPDATE audit_event SET ${column} = ${value} WHERE id = $1`, [idOf(sequence)]]],
    expected: { ...NOWHERE, sequences: [sequence] },
  };
}

/** Just after another: to the millisecond of it, or the one after. */
function renamed(sequence: number): Tampering {
  const id = neighbour(idOf(sequence));
  return {
    what: `id of ${sequence} changed`,
    statements: [['UPDATE audit_event SET id = $2 WHERE id = $1', [idOf(sequence), id]]],
    // The last can be taken for one that waits to be sealed, but the one that was sealed is gone.
    expected: { ...NOWHERE, sequences: [sequence], events: sequence === EVENTS ? [] : [id] },
  };
}

function neighbour(id: string): string {
  return id.slice(0, -1) + (id.endsWith('0') ? '1' : '0');
}

function removed(sequence: number): Tampering {
  return {
    what: `${sequence} removed`,
    statements: [['DELETE FROM audit_event WHERE id = $1', [idOf(sequence)]]],
    expected: { ...NOWHERE, sequences: [sequence] },
  };
}

function removedWithSeal(sequence: number): Tampering {
  return {
    what: `${sequence} removed with its seal`,
    statements: [...removed(sequence).statements, ['DELETE FROM audit_seal WHERE sequence = $1', [sequence]]],
    expected: { ...NOWHERE, sequences: [sequence] },
  };
}

function swapped(one: number, other: number): Tampering {
  const spare = '00000000-0000-7000-8000-000000000000';
  const rename = 'UPDATE audit_event SET id = $2 WHERE id = $1';
  return {
    what: `${one} and ${other} swapped`,
    statements: [
      [`SELECT create_partitions('1970-01-01', '1970-01-01')`, []],
      [rename, [idOf(one), spare]],
      [rename, [idOf(other), idOf(one)]],
      [rename, [spare, idOf(other)]],
    ],
    expected: { ...NOWHERE, sequences: [one, other].toSorted((a, b) => a - b) },
  };
}

function placesSwapped(one: number, other: number): Tampering {
  const move = 'UPDATE audit_seal SET sequence = $2 WHERE sequence = $1';
  const batches = [...new Set([batchOf(one), batchOf(other)])].toSorted((a, b) => a - b);
  return {
    what: `the seals of ${one} and ${other} swapped`,
    statements: [
      [move, [one, EVENTS + 1]],
      [move, [other, one]],
      [move, [EVENTS + 1, other]],
    ],
    expected: { ...NOWHERE, sequences: [one, other].toSorted((a, b) => a - b), batches },
  };
}

function forged(after: number): Tampering {
  const id = neighbour(idOf(after));
  return {
    what: `one forged after ${after}`,
    statements: [
      [
        `INSERT INTO audit_event SELECT (jsonb_populate_record(e, jsonb_build_object('id', $2::text))).* FROM audit_event AS e WHERE id = $1`,
        [idOf(after), id],
      ],
    ],
    expected: { ...NOWHERE, events: [id] },
  };
}

function forgedWithSeal(after: number): Tampering {
  const { statements } = forged(after);
  const id = neighbour(idOf(after));
  return {
    what: `one forged after ${after}, with a seal`,
    statements: [
      ...statements,
      ['INSERT INTO audit_seal VALUES ($1, $2, $3)', [EVENTS + 1, id, Buffer.alloc(32, 7)]],
    ],
    expected: { ...NOWHERE, sequences: [EVENTS + 1] },
  };
}

function sealChanged(sequence: number): Tampering {
  return {
    what: `the seal of ${sequence} changed`,
    statements: [['UPDATE audit_seal SET mac = $2 WHERE sequence = $1', [sequence, Buffer.alloc(32, 7)]]],
    expected: { ...NOWHERE, sequences: [sequence], batches: [batchOf(sequence)] },
  };
}

const truncated = (): readonly Tampering[] => [
  {
    what: 'the events truncated',
    statements: [['TRUNCATE audit_event', []]],
    expected: { ...NOWHERE, sequences: range(1, EVENTS) },
  },
  {
    what: 'the seals truncated',
    statements: [['TRUNCATE audit_seal', []]],
    expected: { ...NOWHERE, sequences: range(1, EVENTS), events: ids },
  },
  {
    what: 'the heads truncated',
    statements: [['TRUNCATE audit_head', []]],
    expected: { ...NOWHERE, sequences: range(1, EVENTS), batches: range(1, BATCHES) },
  },
  {
    what: 'everything truncated',
    statements: [['TRUNCATE audit_event, audit_seal, audit_head', []]],
    expected: { ...NOWHERE, batches: range(1, BATCHES) },
  },
];

function backupRestored(upTo: number): Tampering {
  return {
    what: `a backup restored from when there were ${upTo} batches`,
    statements: [
      ['DELETE FROM audit_event WHERE id > $1', [idOf(upTo * BATCH)]],
      ['DELETE FROM audit_seal WHERE sequence > $1', [upTo * BATCH]],
      ['DELETE FROM audit_head WHERE batch > $1', [upTo]],
    ],
    expected: { ...NOWHERE, batches: range(upTo + 1, BATCHES) },
  };
}

function headRemoved(batch: number): Tampering {
  return {
    what: `head ${batch} removed`,
    statements: [['DELETE FROM audit_head WHERE batch = $1', [batch]]],
    expected: {
      ...NOWHERE,
      sequences: range((batch - 1) * BATCH + 1, batch * BATCH),
      batches: batch === BATCHES ? [batch] : [batch, batch + 1],
    },
  };
}

/** As often as it is drawn, of each kind. */
function draw(random: () => number, index: number): Tampering {
  const any = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const place = [1, any(2, EVENTS - 1), EVENTS][any(0, 2)] ?? 1;
  const other = (place % EVENTS) + 1;
  const columns = SEALED_COLUMNS.filter((column) => column !== 'id');
  const column = columns[index % columns.length] ?? 'at';
  const sequence = any(1, EVENTS);
  switch (index % 10) {
    case 0:
      return removed(place);
    case 1:
      return removedWithSeal(place);
    case 2:
      return random() < 0.5 ? swapped(place, other) : placesSwapped(place, other);
    case 3:
      return random() < 0.5 ? forged(any(1, EVENTS - 1)) : forgedWithSeal(any(1, EVENTS - 1));
    case 4:
      return truncated()[any(0, 3)] ?? removed(place);
    case 5:
      return backupRestored(any(1, BATCHES - 1));
    case 6:
      return random() < 0.5 ? headRemoved(any(1, BATCHES)) : sealChanged(sequence);
    case 7:
      return renamed(sequence);
    default:
      return changed(column, sequence);
  }
}

async function locate({ statements }: Tampering): Promise<Located> {
  await pool.query('BEGIN');
  try {
    for (const [text, values] of statements) await pool.query(text, values);
    return placesOf(await findingsOf(pool, { headsFiles: [headsFile] }));
  } finally {
    await pool.query('ROLLBACK');
  }
}

describe('as superuser', () => {
  it('nothing done: nothing found', async () => {
    expect(await findingsOf(pool, { headsFiles: [headsFile] })).toEqual([]);
    expect(ids).toHaveLength(EVENTS);
  });

  it('each column of an event', async () => {
    const rows = await database.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'audit_event'::regclass AND attnum > 0 AND NOT attisdropped`,
    );
    // A column that is added is sealed, or this fails.
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...SEALED_COLUMNS].toSorted());
    for (const column of SEALED_COLUMNS.filter((name) => name !== 'id')) {
      const tampering = changed(column, 17);
      expect(await locate(tampering), tampering.what).toEqual(tampering.expected);
    }
  });

  it(`${TAMPERINGS} tamperings at random: each is found, and where`, async () => {
    const random = seededRandom(20261122);
    for (let index = 0; index < TAMPERINGS; index += 1) {
      const tampering = draw(random, index);
      expect(await locate(tampering), tampering.what).toEqual(tampering.expected);
    }
  });

  it.each(['first_sequence - 1', 'last_sequence + 1', 'digest', 'sealed_at', 'key_id', 'mac'])(
    'a head: %s',
    async (of) => {
      const [column = ''] = of.split(' ');
      const value = {
        digest: `'\\x${'07'.repeat(32)}'`,
        mac: `'\\x${'07'.repeat(32)}'`,
        sealed_at: 'now()',
        key_id: `'x'`,
      };
      const found = await locate({
        what: of,
        statements: [
          [
            `UPDATE audit_head SET ${column} = ${Object.entries(value).find(([name]) => name === column)?.[1] ?? of} WHERE batch = 4`,
            [],
          ],
        ],
        expected: NOWHERE,
      });
      expect(found.batches).toContain(4);
    },
  );

  it('a chain that was rewritten with another key, under the name of ours', async () => {
    const another = { id: KEY.id, bytes: new Uint8Array(32).fill(9) };
    await pool.query('BEGIN');
    const [head] = heads.slice(-1);
    if (head === undefined) throw new Error('there are heads');
    const forgedHead = signHead(another, { ...head, sealedAt: '2026-01-01T00:00:00.000000Z' });
    await pool.query('UPDATE audit_head SET mac = $1, sealed_at = $2 WHERE batch = $3', [
      Buffer.from(forgedHead.mac, 'hex'),
      forgedHead.sealedAt,
      BATCHES,
    ]);
    expect(placesOf(await findingsOf(pool))).toEqual({ ...NOWHERE, batches: [BATCHES] });
    await pool.query('ROLLBACK');
  });
});
