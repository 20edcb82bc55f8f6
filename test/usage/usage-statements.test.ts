import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { listUsage } from '../../src/usage/list-usage.db.ts';
import type { UsageDimension, UsageFilter } from '../../src/usage/usage-query.ts';
import { useDatabase } from '../support/fixture.ts';

// Two reports as PostgreSQL gets them: the finished text for a reader, and for a review what a change of one part does to
// the whole.

const database = useDatabase();
let pool: pg.Pool;

beforeAll(async () => {
  // A plain pool, whose query() gets what a gateway's own connections are sent message by message.
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await pool?.end();
});

const query = z.object({ text: z.string() });

async function statementOf(
  filter: UsageFilter,
  by: readonly UsageDimension[],
  after: readonly string[] | null,
): Promise<string> {
  const sent = vi.spyOn(pool, 'query');
  await listUsage(pool, { reach: 'EVERYTHING' }, filter, by, { limit: 100, after });
  const { text } = query.parse(sent.mock.lastCall?.[0]);
  sent.mockRestore();
  // Of all that is summed, only the first and the last; and a line for each condition.
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/, (0 AS )?\S*input_text_tokens.*?\bsessions\b(?!\))/g, ', …, sessions')
    .replaceAll(/ (AND|UNION ALL|GROUP BY|ORDER BY) /g, '\n$1 ');
}

const everything = { timeZone: 'Europe/Amsterdam', userIds: null, applicationIds: null, models: null };
const from = Date.parse('2026-11-01T00:00:00Z');

test('by day: the small rollup tables, the partial bucket at the end, and the sessions', async () => {
  const filter = { ...everything, from, to: Date.parse('2026-11-03T00:10:00Z') };
  expect(await statementOf(filter, ['DAY'], null)).toMatchInlineSnapshot(`
    "SELECT * FROM (SELECT start, sum(responses) AS responses, …, sessions, (array_agg(of_model
    ORDER BY of_model) FILTER (WHERE unpriced > 0))[1:20] AS unpriced_models, count(*) FILTER (WHERE unpriced > 0) AS unpriced_model_count FROM ( SELECT start, of_model, sum(responses) AS responses, …, sessions FROM (SELECT date_trunc('day', r.bucket, $9::text) AS start, r.model AS of_model, r.responses, …, sessions FROM usage_sum AS r WHERE r.bucket >= $7::timestamptz
    AND r.bucket < $8::timestamptz
    AND true
    AND true
    AND true
    UNION ALL SELECT date_trunc('day', r.bucket, $10::text) AS start, r.model AS of_model, r.responses, …, sessions FROM usage_part AS r WHERE r.bucket >= $7::timestamptz
    AND r.bucket < $8::timestamptz
    AND true
    AND true
    AND true
    UNION ALL SELECT date_trunc('day', r.at, $2::text) AS start, r.model AS of_model, 1 AS responses, …, sessions FROM usage_record AS r WHERE r.counted
    AND r.at >= $3::timestamptz
    AND r.at < $4::timestamptz
    AND r.session_id >= uuidv7_floor($5::timestamptz - interval '2 days')
    AND r.session_id < uuidv7_floor($6::timestamptz + interval '1 second')
    AND true
    AND true
    AND true
    UNION ALL SELECT start, of_model, 0 AS responses, …, sessions FROM (SELECT date_trunc('day', s.settled_at, $13::text) AS start, s.model AS of_model FROM realtime_session AS s WHERE s.outcome = 'ISSUED'
    AND s.settled_at >= $11::timestamptz
    AND s.settled_at < $12::timestamptz
    AND s.id >= uuidv7_floor($11::timestamptz - interval '1 hour')
    AND s.id < uuidv7_floor($12::timestamptz + interval '1 second')
    AND true
    AND true) AS issued
    GROUP BY start, of_model) AS parts
    GROUP BY start, of_model ) AS by_model
    GROUP BY start HAVING sum(responses) > 0 OR sum(sessions) > 0) AS rows WHERE true
    ORDER BY start LIMIT $1"
  `);
});

test('by user: the page is counted first, and only the usage of its users is summed', async () => {
  const filter = { ...everything, from, to: Date.parse('2026-11-03T00:00:00Z') };
  const after = ['01930000-0000-7000-8000-00000000000a'];
  expect(await statementOf(filter, ['USER'], after)).toMatchInlineSnapshot(`
    "WITH page AS MATERIALIZED ( SELECT user_id, sum(sessions) AS sessions FROM (SELECT user_id, sum(responses) AS responses, 0::bigint AS sessions FROM (SELECT r.user_id, r.responses FROM usage_rollup AS r WHERE r.bucket >= $3::timestamptz
    AND r.bucket < $4::timestamptz
    AND true
    AND true
    AND true) AS part
    GROUP BY user_id
    UNION ALL SELECT user_id, 0::numeric AS responses, count(*) AS sessions FROM (SELECT s.user_id, s.model AS of_model FROM realtime_session AS s WHERE s.outcome = 'ISSUED'
    AND s.settled_at >= $5::timestamptz
    AND s.settled_at < $6::timestamptz
    AND s.id >= uuidv7_floor($5::timestamptz - interval '1 hour')
    AND s.id < uuidv7_floor($6::timestamptz + interval '1 second')
    AND true
    AND true) AS part
    GROUP BY user_id) AS parts WHERE (user_id) > ($1::uuid)
    GROUP BY user_id HAVING sum(responses) > 0 OR sum(sessions) > 0
    ORDER BY user_id LIMIT $2 ) SELECT * FROM (SELECT user_id, sum(responses) AS responses, …, sessions, (array_agg(of_model
    ORDER BY of_model) FILTER (WHERE unpriced > 0))[1:20] AS unpriced_models, count(*) FILTER (WHERE unpriced > 0) AS unpriced_model_count FROM ( SELECT user_id, of_model, sum(responses) AS responses, …, sessions FROM (SELECT r.user_id, r.model AS of_model, r.responses, …, sessions FROM usage_rollup AS r WHERE r.bucket >= $7::timestamptz
    AND r.bucket < $8::timestamptz
    AND true
    AND true
    AND r.user_id = ANY(ARRAY(SELECT DISTINCT user_id FROM page))
    UNION ALL SELECT user_id, NULL::text AS of_model, 0 AS responses, …, sessions FROM page) AS parts
    GROUP BY user_id, of_model ) AS by_model
    GROUP BY user_id HAVING sum(responses) > 0 OR sum(sessions) > 0) AS rows WHERE (user_id) > ($1::uuid)
    ORDER BY user_id LIMIT $2"
  `);
});
