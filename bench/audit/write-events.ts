import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { callerJson } from '../../src/audit/event-columns.db.ts';
import { scopes } from '../../src/authorization/actor.ts';
import { toJsonb } from '../../src/platform/database/to-jsonb.ts';

// About what the second event of a mint by an API key looks like.
const EVENTS = {
  name: 'write-events',
  text: `
    SELECT write_event($1, clock_timestamp(), 'session.issued', 'SUCCEEDED', $2, u.id, uuidv7_at(clock_timestamp()), $3)
    FROM unnest($4::uuid[]) AS u (id)`,
};
const DETAIL = toJsonb({
  expiresAt: '2026-01-01T00:00:00.000Z',
  fingerprint: 'f'.repeat(64),
  fingerprintKeyId: 'f'.repeat(8),
  upstreamSessionId: `sess_${'0'.repeat(32)}`,
});

const WRITERS = 4;
const MOST = 250;
const LEAST = 25;
const TICK_MS = 5;

/**
 * Writes events at a rate for so many seconds, in small batches on some connections.
 * @returns how many were written a second: less than asked for when the database is slower than that
 */
export async function writeEvents(
  pool: pg.Pool,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
  signal: AbortSignal,
): Promise<number> {
  const { applicationId, users } = await readIds(pool);
  const by = callerJson({
    actor: {
      ...{ kind: 'application', name: 'bench', applicationId, apiKeyId: applicationId },
      ...{ scopes, reach: 'EVERYTHING' },
    },
    origin: { requestId: 'bench-audit', ipAddress: '203.0.113.7', userAgent: 'bench' },
  });
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  let begun = 0;
  const work = async () => {
    while (elapsed() < seconds) {
      const due = Math.floor(elapsed() * rate) - begun;
      if (due < LEAST) {
        await delay(TICK_MS, undefined, { signal });
        continue;
      }
      const of = Array.from({ length: Math.min(due, MOST) }, (_, n) => users[(begun + n) % users.length]);
      begun += of.length;
      await pool.query({ ...EVENTS, values: [by, applicationId, DETAIL, of] });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, work));
  return begun / elapsed();
}

async function readIds(pool: pg.Pool): Promise<{ applicationId: string; users: readonly string[] }> {
  const { rows } = await pool.query<{ applicationId: string; users: string[] }>(
    `SELECT id AS "applicationId", (SELECT array_agg(id) FROM end_user) AS users FROM application LIMIT 1`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('There is no application');
  return row;
}
