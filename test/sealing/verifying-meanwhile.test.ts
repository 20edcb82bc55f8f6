import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPool } from '../../src/platform/database/pool.ts';
import { signErasure } from '../../src/sealing/erasure-proof.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { fillTrail, findingsOf, KEY, sealAll } from '../support/trail.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeEach(async () => {
  database = await createDatabase();
  pool = createPool({ url: database.superuserUrl, size: 2, timeoutMs: 20_000, onError: () => {} });
});
afterEach(async () => {
  await pool?.end();
  await database?.drop();
});

/** Erases whom some event names, as a gateway does: first it says so, then it deletes. */
async function eraseNamedBy(sequence: number): Promise<void> {
  const [event] = await database.query<{ userId: string }>(
    `SELECT user_id::text AS "userId" FROM audit_identity JOIN audit_seal USING (event_id) WHERE sequence = $1`,
    [sequence],
  );
  if (event === undefined) throw new Error(`event ${sequence} names nobody`);
  const { userId } = event;
  await database.query(
    `SELECT write_event('{"actor_kind": "OPERATOR", "actor_name": "root"}', now(), 'user.erased', 'SUCCEEDED', NULL, $1, NULL, $2)`,
    [userId, JSON.stringify(signErasure(KEY, userId))],
  );
  await database.query('DELETE FROM audit_identity WHERE user_id = $1', [userId]);
}

test('verify finds nothing when people are erased while it reads one long batch', async () => {
  await fillTrail(database, 5100, 1);
  await sealAll(pool, 6000);
  // Each time just before a page of seals is read, and after what explains the page before.
  const next = [5, 5050];
  const meanwhile = Object.assign(Object.create(pool), {
    query: async (asked: string | pg.QueryConfig, values?: unknown[]) => {
      const text = typeof asked === 'string' ? asked : asked.text;
      const sequence = text.includes('FROM audit_seal AS s LEFT JOIN') ? next.shift() : undefined;
      if (sequence !== undefined) await eraseNamedBy(sequence);
      return pool.query(asked, values);
    },
  });
  expect(await findingsOf(meanwhile)).toEqual([]);
  expect(next).toEqual([]);
});
