import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from '../../src/platform/database/pool.ts';
import { signCheckpoint } from '../../src/sealing/checkpoint.ts';
import type { SealingKey } from '../../src/sealing/signed.ts';
import { useDatabase } from '../support/fixture.ts';
import { dropDue } from '../support/retention.ts';
import { fillTrail, findingsOf, KEY, type Located, placesOf, sealAll } from '../support/trail.ts';

// Months of the trail go, and what is left still proves itself.

const DAY = 86_400;
const NOWHERE: Located = { sequences: [], batches: [], events: [] };

const database = useDatabase();
/** One connection, as superuser: what `undone` does is all that it sees. */
let pool: pg.Pool;
beforeAll(async () => {
  pool = createPool({ url: database.superuserUrl, size: 1, timeoutMs: 20_000, onError: () => {} });
  // An event a day, over five or six months.
  await fillTrail(database, 150, DAY);
  await sealAll(pool, 20);
});
afterAll(() => pool.end());

/** Does something to the trail that nobody else sees, and takes it back. */
async function undone(work: () => Promise<void>): Promise<void> {
  await pool.query('BEGIN');
  try {
    await work();
  } finally {
    await pool.query('ROLLBACK');
  }
}

/** Puts the trail back as it was before `work`, which commits what it does. */
async function restored(work: () => Promise<void>): Promise<void> {
  await database.query(
    'CREATE TABLE events_before AS TABLE audit_event; CREATE TABLE identities_before AS TABLE audit_identity',
  );
  try {
    await work();
  } finally {
    await database.query(`
      DELETE FROM audit_event; DELETE FROM audit_identity;
      INSERT INTO audit_event TABLE events_before; INSERT INTO audit_identity TABLE identities_before;
      DROP TABLE events_before, identities_before`);
  }
}

/** Drops what is due, with that many months kept. */
const run = (auditMonths: number | undefined, key = KEY) =>
  dropDue(database.ownerUrl, { months: 1, auditMonths, auditKeys: [key] });

const trail = async () => {
  const rows = await database.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent IN ('audit_event'::regclass, 'audit_identity'::regclass) ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};
const monthsAgo = async (count: number) => {
  const [row] = await database.query<{ month: string }>(
    `SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => $1), '"_"YYYY"_"MM') AS month`,
    [count],
  );
  return row?.month ?? '';
};
/** Drops all that is older than two full months. */
const dropOld = (key: SealingKey = KEY) => run(2, key);
const found = async () => placesOf(await findingsOf(pool));
const gone = async () => {
  const { rows } = await pool.query<{ sequence: number }>(
    `SELECT sequence::integer FROM audit_seal AS s
     WHERE NOT EXISTS (SELECT FROM audit_event AS e WHERE e.id = s.event_id) ORDER BY sequence`,
  );
  return rows.map(({ sequence }) => sequence);
};

describe('a month that is not what was sealed', () => {
  it('is kept, with all that came after it', () =>
    restored(async () => {
      await database.query(
        `UPDATE audit_event SET outcome = 'DENIED' WHERE id = (SELECT id FROM audit_event ORDER BY id LIMIT 1)`,
      );
      const before = await trail();
      const { errors } = await dropOld();
      expect(String(errors[0])).toMatch(
        /^BrokenMonthError: audit_event_\d{4}_\d{2} is kept: event [0-9a-f-]{36} /,
      );
      expect(await trail()).toEqual(before);
      expect((await found()).sequences).toEqual([1]);
    }));

  it.each([
    ['changed', "UPDATE audit_identity SET actor_name = 'somebody else'"],
    ['removed', 'DELETE FROM audit_identity'],
  ])('is kept as well when who did something was %s', (_, statement) =>
    restored(async () => {
      await database.query(
        `${statement} WHERE event_id = (SELECT event_id FROM audit_identity ORDER BY event_id LIMIT 1)`,
      );
      const before = await trail();
      const { errors } = await dropOld();
      expect(String(errors[0])).toMatch(/^BrokenMonthError: .* is kept: who did event [0-9a-f-]{36} /);
      expect(await trail()).toEqual(before);
    }),
  );

  it('is not taken for signed because an event says so', () =>
    restored(async () => {
      await database.query(
        `UPDATE audit_event SET outcome = 'DENIED' WHERE id = (SELECT id FROM audit_event ORDER BY id LIMIT 1)`,
      );
      // As the gateway's role can.
      await database.query(
        `SELECT write_event('{"actor_kind": "SYSTEM", "actor_name": "gatehouse"}', now(), 'trail.checkpointed', 'SUCCEEDED', NULL, NULL, NULL,
         jsonb_build_object('partition', tableoid::regclass::text)) FROM audit_event ORDER BY id LIMIT 1`,
      );
      const before = await trail();
      const { errors } = await dropOld();
      expect(String(errors[0])).toContain('BrokenMonthError');
      expect(await trail()).toEqual(before);
    }));

  it('is kept as well when nobody knows the key', async () => {
    const before = await trail();
    const { errors } = await dropOld({ id: 'another', bytes: new Uint8Array(32).fill(9) });
    expect(String(errors[0])).toContain('BrokenMonthError');
    expect(await trail()).toEqual(before);
  });
});

describe('a checkpoint that nobody signed explains nothing', () => {
  const everything = { sequences: '{[1,1000)}', batch: 1, head: '0'.repeat(64) };
  it.each<[string, (head: string) => object]>([
    ['without a signature', (head) => ({ ...everything, head })],
    [
      'with the signature of another key',
      (head) => signCheckpoint({ ...KEY, bytes: new Uint8Array(32).fill(9) }, { ...everything, head }),
    ],
    ['of another trail with the same key', () => signCheckpoint(KEY, everything)],
    [
      'that was changed',
      (head) => ({
        ...signCheckpoint(KEY, { ...everything, head, sequences: '{[1,2)}' }),
        sequences: '{[1,1000)}',
      }),
    ],
  ])('%s', (_, checkpointWith) =>
    undone(async () => {
      const {
        rows: [first],
      } = await pool.query<{ mac: string }>(
        `SELECT encode(mac, 'hex') AS mac FROM audit_head WHERE batch = 1`,
      );
      const checkpoint = async (detail: object) =>
        pool.query(
          `SELECT write_event('{"actor_kind": "SYSTEM", "actor_name": "gatehouse"}', now(), 'trail.checkpointed', 'SUCCEEDED', NULL, NULL, NULL, $1)`,
          [JSON.stringify(detail)],
        );
      await pool.query(
        'DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_seal WHERE sequence < 10)',
      );
      await checkpoint(checkpointWith(first?.mac ?? ''));
      expect((await found()).sequences).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      // The same, as a gateway would have signed it.
      await checkpoint(signCheckpoint(KEY, { ...everything, head: first?.mac ?? '' }));
      expect(await found()).toEqual(NOWHERE);
    }),
  );
});

// Last, because what is dropped does not come back.
describe('retention of the audit trail', () => {
  it('keeps everything unless it is told otherwise', async () => {
    const before = await trail();
    const { errors } = await run(undefined);
    expect(errors).toEqual([]);
    expect(await trail()).toEqual(before);
  });

  it('drops old months with what identifies people in them, and verify accepts the gap', async () => {
    for (const months of [3, 2]) expect((await run(months)).errors).toEqual([]);
    const kept = await trail();
    expect(kept).toContain(`audit_event${await monthsAgo(2)}`);
    expect(kept).toContain(`audit_identity${await monthsAgo(2)}`);
    expect(kept.filter((name) => name.endsWith('_event') || name <= `audit_event${'_2000'}`)).toEqual([]);
    expect(kept).not.toContain(`audit_event${await monthsAgo(3)}`);
    expect(kept).not.toContain(`audit_identity${await monthsAgo(3)}`);
    expect((await gone()).length).toBeGreaterThan(50);
    expect(await found()).toEqual(NOWHERE);
    // Also once the checkpoint itself is sealed.
    await sealAll(pool, 20);
    expect(await found()).toEqual(NOWHERE);
  });

  it('says in the trail what went, month by month', async () => {
    const events = await database.query(
      `SELECT action, detail->>'partition' AS partition, (detail->>'unsealed')::integer AS unsealed
       FROM audit_event WHERE action IN ('trail.checkpointed', 'partition.dropped') AND detail->>'partition' LIKE 'audit%' ORDER BY id`,
    );
    const [first] = events;
    expect(first).toMatchObject({ action: 'trail.checkpointed', unsealed: 0 });
    expect(events.slice(1, 3)).toEqual([
      { action: 'partition.dropped', partition: first?.['partition'], unsealed: null },
      {
        action: 'partition.dropped',
        partition: String(first?.['partition']).replace('event', 'identity'),
        unsealed: null,
      },
    ]);
    const months = events.length / 3;
    expect(Number.isInteger(months)).toBe(true);
    expect(events.filter(({ action }) => action === 'trail.checkpointed')).toHaveLength(months);
  });

  it('later explains what was dropped before, too', () =>
    undone(async () => {
      // All but the newest checkpoint are gone, as if their months were.
      await pool.query(
        `DELETE FROM audit_event WHERE action = 'trail.checkpointed'
       AND id < (SELECT id FROM audit_event WHERE action = 'trail.checkpointed' ORDER BY id DESC LIMIT 1)`,
      );
      const { sequences } = await found();
      const deleted = new Set(sequences);
      expect((await gone()).filter((sequence) => sequence <= 150 && deleted.has(sequence))).toEqual([]);
    }));

  it('finds what is missing beyond what was dropped', () =>
    undone(async () => {
      const {
        rows: [victim],
      } = await pool.query<{ sequence: number }>(
        `DELETE FROM audit_event AS e USING audit_seal AS s
       WHERE s.event_id = e.id AND e.id = (SELECT id FROM audit_event ORDER BY id LIMIT 1) RETURNING s.sequence::integer`,
      );
      expect(await found()).toEqual({ ...NOWHERE, sequences: [victim?.sequence] });
    }));
});
