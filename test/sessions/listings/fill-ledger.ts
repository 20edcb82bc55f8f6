import { SESSION_TYPES } from '../../../src/sessions/session-config.ts';
import type { TestDatabase } from '../../support/database.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
// ACTIVE ones twice as often: they have more orders and filters.
const SORTS = [
  'pending',
  'overdue',
  'active',
  'active',
  'expired',
  'revoked',
  'failed',
  'unconfirmed',
] as const;
type Sort = (typeof SORTS)[number];

/** What sessions are made of, and filters ask for: a few of each, so that they meet. */
export const MODELS = ['gpt-realtime', 'gpt-realtime-mini', 'it\'s "quoted"', 'm\\%_'];
export const PROVIDERS = ['openai', 'sandbox'];
export const TYPES = [...SESSION_TYPES];
export const LABELS = [
  { key: 'team', value: 'support' },
  { key: 'team', value: 'sales' },
  { key: 'say "hi"', value: "it's" },
  { key: 'back\\slash', value: '{"a":1}' },
];
export const FAILURE_CODES = ['upstream_timeout', 'upstream_rejected', 'not_settled'];
export const UPSTREAM_IDS = ['sess_1', 'sess_2', 'sess_3'];
/** Some are prefixes of others once a wildcard is taken for one. */
export const PEOPLE = ['alice', 'a%b', 'a%', 'a_b', 'a\\b', 'axb', 'Alice', 'zoë', 'nobody-yet', 'nor-%-her'];

/** Users (two of them without any session), and sessions of every sort over three months. */
export async function fillLedger(
  database: TestDatabase,
  { applications, sessions }: { readonly applications: readonly string[]; readonly sessions: number },
): Promise<void> {
  const random = seededRandom(7);
  const now = Date.now();
  const one = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)] as T;
  const users = await database.query<{ id: string; name: string }>(
    `INSERT INTO end_user (external_id, suspended_at)
     SELECT name, CASE WHEN n % 3 = 0 THEN now() END FROM unnest($1::text[]) WITH ORDINALITY AS of (name, n)
     RETURNING id, external_id AS name`,
    [PEOPLE],
  );
  const withSessions = users.filter(({ name }) => !/^no/.test(name)).map(({ id }) => id);
  const rows = Array.from({ length: sessions }, (_, n) => {
    const sort = one(SORTS);
    // A few moments, some of them of many sessions: what has the same expiry or millisecond is told apart by id.
    // What is live was asked for within the last hours, as it is in a real ledger.
    const isLive = sort === 'pending' || sort === 'active';
    const steps = Math.floor(random() * 100);
    const created = isLive ? now - (steps + 1) * MINUTE : now - DAY - steps * 0.6 * DAY;
    const expires = now + (60 + Math.floor(random() * 8)) * MINUTE;
    return {
      id: idAt(created, random),
      user_id: one(withSessions),
      application_id: one(applications),
      provider: one(PROVIDERS),
      created_at: at(created),
      requested_ttl_seconds: 600,
      session_limit_seconds: 3600,
      ...settled(
        sort,
        { now, created, expires, upstreamId: one([null, ...UPSTREAM_IDS]), failureCode: one(FAILURE_CODES) },
        n,
      ),
      object: 'realtime.session',
      type: one(TYPES),
      model: one(MODELS),
      modalities: ['TEXT'],
      tools: [],
      labels: LABELS.filter(() => random() < 0.4),
      connection: 'DIRECT',
    };
  });
  await database.query(`SELECT create_partitions(now() - interval '3 months', now())`);
  await database.query(
    'INSERT INTO realtime_session SELECT * FROM jsonb_populate_recordset(NULL::realtime_session, $1::jsonb)',
    [JSON.stringify(rows)],
  );
  await keepLastSessions(database);
}

type Moments = {
  readonly now: number;
  readonly created: number;
  readonly expires: number;
  readonly upstreamId: string | null;
  readonly failureCode: string;
};

/** The columns that make a session what it is. */
function settled(
  sort: Sort,
  { now, created, expires, upstreamId, failureCode }: Moments,
  n: number,
): Record<string, unknown> {
  const issued = {
    outcome: 'ISSUED',
    settled_at: at(created + 1000),
    secret_fingerprint: String(n).padStart(64, '0'),
    secret_fingerprint_key_id: 'k',
    secret_prefix: 'ek_',
    secret_last_four: 'abcd',
    upstream_session_id: upstreamId,
    expires_at: at(expires),
  };
  const failed = { settled_at: at(created + 1000), failure_code: failureCode };
  const columns = {
    pending: { deadline: at(now + 60 * MINUTE) },
    overdue: {},
    active: issued,
    expired: { ...issued, expires_at: at(created + 10 * MINUTE) },
    revoked: { ...issued, revoked_at: at(created + 2000) },
    failed: { ...failed, outcome: 'FAILED' },
    unconfirmed: { ...failed, outcome: 'UNCONFIRMED' },
  };
  return { deadline: at(created + MINUTE), ...columns[sort] };
}

function at(time: number): string {
  return new Date(time).toISOString();
}

/** What reserving keeps with each session. */
async function keepLastSessions(database: TestDatabase): Promise<void> {
  await database.query(`
    UPDATE end_user AS u SET last_session_at = s.at
    FROM (SELECT user_id, max(created_at) AS at FROM realtime_session GROUP BY 1) AS s WHERE s.user_id = u.id;
    INSERT INTO application_user (application_id, user_id, last_session_at)
    SELECT application_id, user_id, max(created_at) FROM realtime_session GROUP BY 1, 2`);
}

/** A UUIDv7 of that millisecond. */
function idAt(milliseconds: number, random: () => number): string {
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const time = Math.floor(milliseconds).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
}
