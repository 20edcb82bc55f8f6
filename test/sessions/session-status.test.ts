import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPool } from '../../src/platform/database/pool.ts';
import type { SessionStatus } from '../../src/sessions/session.ts';
import {
  isActiveOfOneUser,
  isActiveOfUser,
  statusConditions,
} from '../../src/sessions/session-conditions.db.ts';
import { useDatabase } from '../support/fixture.ts';

// The status of a session is computed by session_status, in the database; lists find sessions by conditions written in
// TypeScript. For every row the two must agree, and no row may be found twice.
const STATUSES: Readonly<Record<SessionStatus, true>> = {
  PENDING: true,
  ACTIVE: true,
  EXPIRED: true,
  REVOKED: true,
  FAILED: true,
  UNCONFIRMED: true,
};
const statuses = Object.keys(STATUSES) as SessionStatus[];

// Every combination of what a status depends on, one second before, at and after the clock. The columns are those that
// the conditions read. An expiry is announced when it is over, and only of a session that is issued and not revoked.
const ROWS = `
  SELECT uuidv7_at(now()) AS id, * FROM unnest(ARRAY[NULL, 'ISSUED', 'FAILED', 'UNCONFIRMED']) AS outcome,
    unnest(ARRAY[-1, 0, 1]) AS d, unnest(ARRAY[-1, 0, 1, NULL]) AS e, unnest(ARRAY[-1, 1, NULL]) AS r,
    unnest(ARRAY[NULL, 0]) AS announced,
    LATERAL (SELECT now() + make_interval(secs => d) AS deadline, now() + make_interval(secs => e) AS expires_at,
      now() + make_interval(secs => r) AS revoked_at, now() + make_interval(secs => announced) AS expiry_announced_at) AS times
  WHERE (outcome IS NOT DISTINCT FROM 'ISSUED') = (e IS NOT NULL)
    AND (announced IS NULL OR (e <= 0 AND r IS NULL))`;

const database = useDatabase();
let pool: pg.Pool;
beforeAll(async () => {
  pool = createPool({ url: database.url, size: 1, timeoutMs: 10_000, onError: () => {} });
});
afterAll(async () => {
  await pool?.end();
});

type Conditions = readonly [SessionStatus, readonly string[]];

const from = (reading: Parameters<typeof statusConditions>[1]) =>
  statuses.map((status): Conditions => [status, statusConditions({ statuses: [status] }, reading) ?? []]);

it.each<readonly [string, readonly Conditions[]]>([
  ['in the order of ids', from('anywhere')],
  ['by expiry from now on', from('now')],
  ['by expiry after a cursor', from('cursor')],
  ['of some users', [['ACTIVE', [isActiveOfUser('s')]]]],
  ['of one user', [['ACTIVE', [isActiveOfOneUser('s')]]]],
])('conditions of a status find what session_status says: %s', async (_, listed) => {
  const found = listed.flatMap(([status, conditions]) =>
    conditions.map((condition) => `SELECT '${status}' AS status, id FROM s WHERE ${condition}`),
  );
  const { rows } = await pool.query<{ said: SessionStatus; found: readonly string[] }>(`
    WITH s AS (${ROWS})
    SELECT session_status(outcome, deadline, expires_at, revoked_at, now()) AS said,
      ARRAY(SELECT status FROM (${found.join(' UNION ALL ')}) AS found WHERE found.id = s.id) AS found
    FROM s`);
  const asked = new Set<string>(listed.map(([status]) => status));
  expect(rows.map((row) => row.found)).toEqual(rows.map(({ said }) => (asked.has(said) ? [said] : [])));
  expect(new Set(rows.map(({ said }) => said))).toEqual(new Set(statuses));
});
