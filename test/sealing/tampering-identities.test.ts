import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from '../../src/platform/database/pool.ts';
import { signErasure } from '../../src/sealing/erasure-proof.ts';
import { useDatabase } from '../support/fixture.ts';
import { fillTrail, findingsOf, KEY, type Located, placesOf, sealAll } from '../support/trail.ts';

// Who did something stands beside the event that was sealed: whoever changes that is found like who changes the event.

const database = useDatabase();
/** One connection, as superuser: what is done between BEGIN and ROLLBACK is all that it sees. */
let pool: pg.Pool;
/** The first event that names a person, and the first that names nobody. */
let named = { id: '', sequence: 0, userId: '' };
let nameless = { id: '', sequence: 0, userId: '' };

beforeAll(async () => {
  pool = createPool({ url: database.superuserUrl, size: 1, timeoutMs: 20_000, onError: () => {} });
  await fillTrail(database, 30, 10);
  await sealAll(pool, 10);
  const first = async (condition: string) => {
    const [row] = await database.query<typeof named>(
      `SELECT e.id, s.sequence::integer AS sequence, e.user_id AS "userId"
       FROM audit_event AS e JOIN audit_seal AS s ON s.event_id = e.id WHERE ${condition} ORDER BY e.id LIMIT 1`,
    );
    if (row === undefined) throw new Error(`there is no event that is ${condition}`);
    return row;
  };
  named = await first('identity IS NOT NULL');
  nameless = await first('identity IS NULL');
});
afterAll(async () => {
  await pool?.end();
});

async function locate(...statements: readonly (readonly [string, readonly unknown[]])[]): Promise<Located> {
  await pool.query('BEGIN');
  try {
    for (const [text, values] of statements) await pool.query(text, [...values]);
    return placesOf(await findingsOf(pool));
  } finally {
    await pool.query('ROLLBACK');
  }
}

const at = (sequence: number): Located => ({ sequences: [sequence], batches: [], events: [] });
const removeNamed = () => ['DELETE FROM audit_identity WHERE event_id = $1', [named.id]] as const;
const erased = (userId: string, proof: object) =>
  [
    `SELECT write_event('{"actor_kind": "OPERATOR", "actor_name": "root"}', now(), 'user.erased', 'SUCCEEDED', NULL, $1, NULL, $2)`,
    [userId, JSON.stringify(proof)],
  ] as const;

describe('as superuser', () => {
  it.each(['salt', 'actor_name', 'ip_address', 'user_agent', 'reason'])(
    '%s of who did it',
    async (column) => {
      const statement = `UPDATE audit_identity SET ${column} = coalesce(${column}, '') || 'x' WHERE event_id = $1`;
      expect(await locate([statement, [named.id]])).toEqual(at(named.sequence));
    },
  );

  it('whose it is, so that erasing would leave it, or take it from somebody else', async () => {
    const give = 'UPDATE audit_identity SET user_id = gen_random_uuid() WHERE event_id = $1';
    expect(await locate([give, [named.id]])).toEqual(at(named.sequence));
  });

  it('who did it removed, of one or of all', async () => {
    expect(await locate(removeNamed())).toEqual(at(named.sequence));
    const all = await locate(['TRUNCATE audit_identity', []]);
    expect(all.sequences).toHaveLength(6);
  });

  it('somebody named where nobody was', async () => {
    const put = `INSERT INTO audit_identity SELECT $1, user_id, salt, actor_name FROM audit_identity WHERE event_id = $2`;
    expect(await locate([put, [nameless.id, named.id]])).toEqual(at(nameless.sequence));
  });

  it('the commitment removed with who did it', async () => {
    const forget = ['UPDATE audit_event SET identity = NULL WHERE id = $1', [named.id]] as const;
    expect(await locate(removeNamed(), forget)).toEqual(at(named.sequence));
  });

  it.each<[string, () => Promise<Located>]>([
    ['not signed', () => locate(removeNamed(), erased(named.userId, {}))],
    [
      'signed with another key',
      () =>
        locate(
          removeNamed(),
          erased(named.userId, signErasure({ ...KEY, bytes: new Uint8Array(32).fill(9) }, named.userId)),
        ),
    ],
    [
      'signed for somebody else',
      () => locate(removeNamed(), erased(named.userId, signErasure(KEY, nameless.userId))),
    ],
    [
      'of somebody else',
      () => locate(removeNamed(), erased(nameless.userId, signErasure(KEY, nameless.userId))),
    ],
  ])('who did it removed, and an erasure said to be the reason: %s', async (_, attempt) => {
    expect(await attempt()).toEqual(at(named.sequence));
  });

  it('but not an erasure that a gateway signed', async () => {
    const proof = signErasure(KEY, named.userId);
    expect(await locate(removeNamed(), erased(named.userId, proof))).toEqual({
      sequences: [],
      batches: [],
      events: [],
    });
  });
});

it("the gateway's role, which can begin an erasure by hand, cannot hide it", async () => {
  await pool.query('BEGIN');
  await pool.query('INSERT INTO end_user (id) VALUES ($1)', [named.userId]);
  await pool.query('SET LOCAL ROLE gatehouse');
  const erase = () =>
    pool.query<{ gone: number }>('SELECT erase_identities($1, 1000) AS gone', [named.userId]);
  // Nobody's, until its erasure has begun.
  expect((await erase()).rows).toEqual([{ gone: 0 }]);
  await pool.query('UPDATE end_user SET erasure_began_at = now() WHERE id = $1', [named.userId]);
  expect((await erase()).rows).toEqual([{ gone: 1 }]);
  expect(placesOf(await findingsOf(pool))).toEqual(at(named.sequence));
  await pool.query('ROLLBACK');
});
