import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Visibility } from '../../src/authorization/visibility.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { listSessions } from '../../src/sessions/list-sessions.db.ts';
import type { SessionStatus } from '../../src/sessions/session.ts';
import { SESSION_TYPES } from '../../src/sessions/session-config.ts';
import type { SessionFilter } from '../../src/sessions/session-filter.ts';
import { readSessionEvents } from '../../src/subscriptions/read-trail.db.ts';
import {
  eventMatchesFilter,
  type SessionEvent,
  type SessionEventType,
  seesEvent,
  statusesAround,
} from '../../src/subscriptions/session-event.ts';
import { useDatabase } from '../support/fixture.ts';

// What a subscriber gets is decided in TypeScript, what a list returns in SQL. For the same sessions both must decide the
// same. RUNS is how many filters are tried.

const RUNS = Number(process.env['RUNS'] ?? '150');
const SEED = Number(process.env['SEED'] ?? '20261122');
// The largest page of a list.
const SESSIONS = 100;
const USERS = ['alice', 'Alice', 'bob', 'élise'];
const APPLICATIONS = [0, 1, 2].map((n) => `01930000-0000-7000-8000-00000000000${n}`);
const MODELS = ['gpt-realtime', 'gpt-realtime-mini', 'GPT-realtime'];
const PROVIDERS = ['sandbox', 'openai'];
const LABELS = [
  { key: 'team', value: 'red' },
  { key: 'team', value: 'blue' },
  { key: 'stage', value: 'red' },
];

const database = useDatabase();
let pool: pg.Pool;
let events: readonly SessionEvent[];

beforeAll(async () => {
  pool = createPool({ url: database.url, size: 2, timeoutMs: 10_000, onError: () => {} });
  await database.query(`INSERT INTO end_user (external_id) SELECT unnest($1::text[]) UNION ALL SELECT NULL`, [
    USERS,
  ]);
  await database.query(INSERT_SESSIONS, [SESSIONS, APPLICATIONS, MODELS, PROVIDERS, JSON.stringify(LABELS)]);
  const rows = await database.query<{ id: string; at: Date }>(
    'SELECT id, created_at AS at FROM realtime_session',
  );
  events = await readSessionEvents(
    pool,
    // The one type of event whose only status is the current status of the session.
    rows.map(({ id, at }) => ({
      id,
      at,
      action: 'usage.reported',
      sessionId: id,
      userId: null,
      apiKeyId: null,
    })),
  );
});

afterAll(async () => {
  await pool?.end();
});

// Varies everything that a filter can ask about, so that every combination occurs. Times have microseconds, as real ones do.
const INSERT_SESSIONS = `
  INSERT INTO realtime_session (id, user_id, application_id, provider, created_at, deadline, requested_ttl_seconds,
    session_limit_seconds, object, type, model, modalities, tools, labels, upstream_session_id, outcome, settled_at,
    failure_code, expires_at, revoked_at, secret_fingerprint, secret_fingerprint_key_id, secret_prefix, secret_last_four,
    connection, max_call_seconds, idle_seconds)
  SELECT uuidv7_at(at), (SELECT id FROM end_user ORDER BY id OFFSET n % 5 LIMIT 1), ($2::uuid[])[n % 3 + 1], ($4::text[])[n % 2 + 1],
    at, CASE WHEN n % 4 = 0 THEN now() + interval '1 hour' ELSE at END, 60, 60, 'realtime.session',
    CASE WHEN n % 7 < 4 THEN 'REALTIME' WHEN n % 7 < 6 THEN 'TRANSCRIPTION' ELSE 'TRANSLATION' END, ($3::text[])[n % 3 + 1], '{TEXT}', '[]',
    (SELECT coalesce(jsonb_agg(label), '[]') FROM jsonb_array_elements($5::jsonb) WITH ORDINALITY AS l (label, o) WHERE (n >> o::int) % 2 = 0),
    CASE WHEN n % 9 < 8 THEN 'sess_' || n % 20 END, outcome, CASE WHEN outcome IS NOT NULL THEN at END,
    CASE WHEN outcome IN ('FAILED', 'UNCONFIRMED') THEN (ARRAY['upstream_timeout', 'not_settled'])[n % 2 + 1] END,
    CASE WHEN outcome = 'ISSUED' THEN now() + (n % 11 - 4) * interval '20 minutes' END,
    CASE WHEN n % 6 = 0 THEN now() END,
    CASE WHEN outcome = 'ISSUED' THEN repeat(md5(n::text), 2) END, CASE WHEN outcome = 'ISSUED' THEN 'k' END,
    CASE WHEN outcome = 'ISSUED' THEN 'ek_' END, CASE WHEN outcome = 'ISSUED' THEN 'abcd' END,
    CASE WHEN n % 8 < 6 THEN 'DIRECT' ELSE 'BROKERED' END, CASE WHEN n % 8 >= 6 THEN 60 END, CASE WHEN n % 8 >= 6 THEN 0 END
  FROM (
    SELECT n, now() - n * interval '1.0005 seconds' AS at, (ARRAY['ISSUED', 'ISSUED', 'ISSUED', 'FAILED', 'UNCONFIRMED', NULL])[n % 13 % 6 + 1] AS outcome
    FROM generate_series(1, $1::int) AS n
  ) AS numbered`;

/** Nearly always set: the test decides which fields of a filter it uses. */
const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 20 });
const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 0 });
const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);

function filters(): fc.Arbitrary<SessionFilter> {
  const anySession = oneOf(events.map(({ session }) => session));
  const around = anySession.chain(({ createdAt }) =>
    fc
      .integer({ min: -2, max: 2 })
      .map((ms) => ({ date: new Date(createdAt.getTime() + ms), microseconds: 0 })),
  );
  return fc.record({
    userId: sometimes(anySession.map(({ userId }) => userId)),
    externalUserId: sometimes(oneOf([...USERS, 'nobody'])),
    applicationId: sometimes(oneOf(APPLICATIONS)),
    upstreamSessionId: sometimes(oneOf(['sess_1', 'sess_2', 'sess_3', 'SESS_1'])),
    statuses: sometimes(some(['PENDING', 'ACTIVE', 'EXPIRED', 'REVOKED', 'FAILED', 'UNCONFIRMED'] as const)),
    types: sometimes(some(SESSION_TYPES)),
    models: sometimes(some([...MODELS, 'another'])),
    providers: sometimes(some(PROVIDERS)),
    createdFrom: sometimes(around),
    createdTo: sometimes(around),
    expiresBefore: sometimes(
      anySession.map(({ clientSecret }) => ({
        date: new Date((clientSecret?.expiresAt.getTime() ?? Date.now()) + 600_000),
        microseconds: 0,
      })),
    ),
    failureCodes: sometimes(some(['upstream_timeout', 'not_settled', 'withdrawn'])),
    exposedAfter: sometimes(
      anySession.chain(({ exposedUntil }) =>
        fc.integer({ min: -1, max: 1 }).map((ms) => ({
          date: new Date((exposedUntil?.getTime() ?? Date.now()) + ms),
          microseconds: 0,
        })),
      ),
    ),
    connections: sometimes(some(['DIRECT', 'BROKERED'] as const)),
    labels: sometimes(some([...LABELS, { key: 'team', value: 'green' }])),
  });
}

const visibilities: fc.Arbitrary<Visibility> = fc.oneof(
  fc.constant({ reach: 'EVERYTHING' } as const),
  oneOf(APPLICATIONS).map((applicationId) => ({ reach: 'OWN_APPLICATION', applicationId }) as const),
  oneOf([...USERS, 'nobody']).map((externalId) => ({ reach: 'SELF', externalId }) as const),
);

test('a list and a stream have the same sessions, for every filter and every viewer', async () => {
  expect(new Set(events.map(({ session }) => session.status)).size).toBe(6);
  let deliveredInAll = 0;
  // Few fields at a time: with many, nothing would match.
  const fewFields = fc.tuple(filters(), fc.subarray(Object.keys(FIELDS), { maxLength: 3 }));
  await fc.assert(
    fc.asyncProperty(fewFields, visibilities, async ([all, names], visibility) => {
      const filter: SessionFilter = Object.fromEntries(
        Object.entries(all).filter(([name]) => names.includes(name)),
      );
      const page = { limit: SESSIONS, after: null, direction: 'forward' } as const;
      const listed = await listSessions(pool, visibility, filter, 'CREATED_AT_DESC', page, 'summary');
      const delivered = events.filter(
        (event) => seesEvent(visibility, event) && eventMatchesFilter(event, filter),
      );
      deliveredInAll += delivered.length;
      expect(delivered.map(({ id }) => id).sort()).toEqual(listed.map(({ node }) => node.id).sort());
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(deliveredInAll).toBeGreaterThan(RUNS);
});

// The type of event after which a session has a status.
const LAST_EVENT: Record<Exclude<SessionStatus, 'PENDING'>, SessionEventType> = {
  ACTIVE: 'ISSUED',
  EXPIRED: 'EXPIRED',
  REVOKED: 'REVOKED',
  FAILED: 'FAILED',
  UNCONFIRMED: 'UNCONFIRMED',
};

test('a change ends in the status that session_status says of the session after it', () => {
  const ended = events.flatMap((event) => {
    const { status } = event.session;
    if (status === 'PENDING') return [];
    return [
      {
        said: status,
        type: LAST_EVENT[status],
        after: statusesAround({ ...event, type: LAST_EVENT[status] }).at(-1),
      },
    ];
  });
  expect(new Set(ended.map(({ said }) => said))).toEqual(new Set(Object.keys(LAST_EVENT)));
  expect(ended.filter(({ said, after }) => said !== after)).toEqual([]);
});

// All fields of a filter: this does not compile if one is missing.
const FIELDS: Record<keyof SessionFilter, true> = {
  userId: true,
  externalUserId: true,
  applicationId: true,
  upstreamSessionId: true,
  statuses: true,
  types: true,
  models: true,
  providers: true,
  createdFrom: true,
  createdTo: true,
  expiresBefore: true,
  failureCodes: true,
  exposedAfter: true,
  connections: true,
  labels: true,
};
