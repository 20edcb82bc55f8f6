import pg from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Boundary, Listed, Page } from '../../src/domain/ledger-reader.ts';
import type { SessionFilter, SessionOrder, UserOrder } from '../../src/domain/session-filter.ts';
import type { Visibility } from '../../src/domain/visibility.ts';
import { listSessions } from '../../src/postgres/list-sessions.ts';
import { listUsers } from '../../src/postgres/list-users.ts';
import { asOwner, createBetween, poolOf, USER, useDatabase } from './fixtures/partitions.ts';

const LIMIT = 10;
const APPLICATIONS = [0, 1].map((n) => `01930000-0000-7000-8000-00000000000${n}`);
const EVERYTHING: Visibility = { reach: 'EVERYTHING' };
const OWN_APPLICATION: Visibility = { reach: 'OWN_APPLICATION', applicationId: APPLICATIONS[0] ?? '' };
const SELF: Visibility = { reach: 'SELF', externalId: 'user-7' };
const MONTHS = 6;
// The sixth is the first for which a plan for all values can be chosen.
const RUNS = [1, 6];

const database = useDatabase();

// Six months of three thousand sessions each, by three hundred users through two applications; those of the last 50 days are live.
beforeAll(async () => {
  await asOwner(database(), async (client) => {
    const { rows } = await client.query<{ from: string; to: string }>(
      `SELECT (now() - interval '5 months')::text AS from, now()::text AS to`,
    );
    await createBetween(client, rows[0]?.from ?? '', rows[0]?.to ?? '');
  });
  await database().query(`
    INSERT INTO application (id, name) VALUES ${APPLICATIONS.map((id, n) => `('${id}', 'app-${n}')`).join(', ')};
    INSERT INTO end_user (id, external_id)
    SELECT overlay('${USER}' PLACING lpad(n::text, 4, '0') FROM 33)::uuid, 'user-' || n FROM generate_series(0, 2999) AS n;
    INSERT INTO realtime_session (id, user_id, application_id, provider, created_at, deadline, requested_ttl_seconds,
      session_limit_seconds, object, type, model, modalities, tools, labels, outcome, settled_at, expires_at, revoked_at,
      secret_fingerprint, secret_fingerprint_key_id, secret_prefix, secret_last_four, failure_code, upstream_session_id,
      expiry_announced_at)
    SELECT uuidv7_at(at), overlay('${USER}' PLACING lpad((n % 300)::text, 4, '0') FROM 33)::uuid,
      overlay('${APPLICATIONS[0]}' PLACING (n / 7 % 2)::text FROM 36)::uuid, 'sandbox', at,
      CASE WHEN outcome IS NULL AND n % 2 = 0 THEN now() + interval '1 hour' ELSE at END, 60, 60,
      'realtime.session', 'REALTIME', 'model-' || n % 5, '{TEXT}', '[]', '[]', outcome,
      CASE WHEN outcome IS NOT NULL THEN at END, expires,
      CASE WHEN issued AND n % 10 = 3 THEN at END, f, k, k, k, CASE WHEN outcome IN ('FAILED', 'UNCONFIRMED') THEN 'x' END,
      CASE WHEN issued THEN 'sess_' || n % 6000 END, CASE WHEN issued AND n % 10 <> 3 AND expires < now() THEN expires END
    FROM generate_series(0, 17999) AS n,
      LATERAL (SELECT now() - interval '1 minute' - (17999 - n) * interval '12 minutes' AS at,
        CASE WHEN n % 10 < 7 THEN 'ISSUED' WHEN n % 10 = 7 THEN 'FAILED' WHEN n % 10 = 8 THEN 'UNCONFIRMED'
          WHEN n >= 17900 THEN NULL ELSE 'FAILED' END AS outcome) AS a,
      LATERAL (SELECT outcome = 'ISSUED' AS issued,
        CASE WHEN outcome = 'ISSUED' THEN CASE WHEN n > 12000 THEN now() + interval '1 hour' + n % 50 * interval '1 minute' ELSE at + interval '10 minutes' END END AS expires,
        CASE WHEN outcome = 'ISSUED' THEN repeat('a', 64) END AS f, CASE WHEN outcome = 'ISSUED' THEN 'k' END AS k) AS b;
    UPDATE end_user AS u SET last_session_at = s.at
    FROM (SELECT user_id, max(created_at) AS at FROM realtime_session GROUP BY 1) AS s WHERE s.user_id = u.id;
    INSERT INTO application_user (application_id, user_id, last_session_at)
    SELECT application_id, user_id, max(created_at) FROM realtime_session GROUP BY 1, 2;
  `);
  await database().query('VACUUM ANALYZE');
});

/** How many sessions are newer than the last that expired. */
const LIVE_AND_BESIDE = 6000;
const PAGE = LIMIT + 1;
/** What else than five times a page may be read of one partition, and why. */
const ALLOWED: readonly (readonly [RegExp, number])[] = [
  // Issued and newer than what expired: at most what a secret's longest lifetime holds, and not what the ledger does.
  [/^EXPIRED sessions, CREATED_AT_DESC/, LIVE_AND_BESIDE],
  // One in ten fits: PostgreSQL rather takes ten ids in their order than asks each partition's index.
  [/^(FAILED|UNCONFIRMED) sessions/, 12 * PAGE],
  // Of each user every live session is met, and all that expire at the same moment are sorted together.
  [/^users by next expiry/, 60 * PAGE],
];

type Read = (pool: pg.Pool, page: Page) => Promise<Listed<unknown>[]>;
const sessions =
  (visibility: Visibility, filter: SessionFilter, order: SessionOrder): Read =>
  (pool, page) =>
    listSessions(pool, visibility, filter, order, page);
const users =
  (visibility: Visibility, order: UserOrder): Read =>
  (pool, page) =>
    listUsers(pool, visibility, {}, order, page);

const BOTH = ['CREATED_AT_DESC', 'CREATED_AT_ASC'] as const;
const STATUSES = ['PENDING', 'ACTIVE', 'EXPIRED', 'REVOKED', 'FAILED', 'UNCONFIRMED'] as const;
const FILTERS: readonly (readonly [string, SessionFilter])[] = [
  ['sessions', {}],
  ['sessions of a user', { userId: overlaid(7) }],
  ['sessions of somebody by name', { externalUserId: 'user-7' }],
  ['sessions of an application', { applicationId: APPLICATIONS[1] }],
  ['sessions of a model', { models: ['model-3'] }],
  ['sessions by upstream id', { upstreamSessionId: 'sess_12' }],
  ...STATUSES.map((status) => [`${status} sessions`, { statuses: [status] }] as const),
];
const LISTINGS: readonly (readonly [string, Read])[] = [
  ...FILTERS.flatMap(([name, filter]) =>
    BOTH.map((order) => [`${name}, ${order}`, sessions(EVERYTHING, filter, order)] as const),
  ),
  ...BOTH.flatMap((order) => [
    [`sessions, ${order}, seen by an application`, sessions(OWN_APPLICATION, {}, order)] as const,
    [`sessions, ${order}, seen by a person`, sessions(SELF, {}, order)] as const,
  ]),
  ['sessions, soonest expiry first', sessions(EVERYTHING, {}, 'EXPIRES_AT_ASC')],
  ['sessions, soonest expiry first, seen by an application', sessions(OWN_APPLICATION, {}, 'EXPIRES_AT_ASC')],
  ['users by last session', users(EVERYTHING, 'LAST_SESSION_AT_DESC')],
  ['users by last session, seen by an application', users(OWN_APPLICATION, 'LAST_SESSION_AT_DESC')],
  ['users by next expiry', users(EVERYTHING, 'NEXT_EXPIRY_AT_ASC')],
  ['users by next expiry, seen by an application', users(OWN_APPLICATION, 'NEXT_EXPIRY_AT_ASC')],
];

function overlaid(n: number): string {
  return USER.slice(0, 32) + String(n).padStart(4, '0');
}

describe.each(LISTINGS)('%s', (name, read) => {
  const most = ALLOWED.find(([pattern]) => pattern.test(name))?.[1] ?? 5 * PAGE;

  it.each(RUNS)(
    'reads no more than a page needs, at the start and deep inside (run %i times)',
    async (runs) => {
      const pool = poolOf(database());
      const first = await explain(runs, pool, (page) => read(pool, page), null);
      const deep = await explain(runs, pool, (page) => read(pool, page), await deepIn(pool, read));
      for (const { nodes } of [first, deep]) {
        // Of months to come, which are empty, every plan is as good.
        expect(
          nodes.filter((node) => node['Node Type'] === 'Seq Scan' && rowsReadBy(node) > 0).map(tell),
        ).toEqual([]);
        // What several indexes give in order is merged or sorted: as much as each gave, and no more.
        const sorts = nodes.filter((node) => node['Node Type'] === 'Sort');
        expect(sorts.filter((node) => inputOf(node) > (MONTHS + 2) * PAGE).map(tell)).toEqual([]);
        expect(nodes.filter((node) => rowsReadBy(node) > most).map(tell)).toEqual([]);
      }
      expect(deep.buffers).toBeLessThan(3 * first.buffers + 100);
    },
  );
});

/** A place some pages on, or the last there is. */
async function deepIn(pool: pg.Pool, read: Read): Promise<Boundary | null> {
  const rows = await read(pool, { limit: 200, boundary: null, direction: 'forward' });
  return rows.at(Math.floor(rows.length / 2))?.at ?? null;
}

type PlanNode = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
};

const statement = z.object({ text: z.string(), values: z.array(z.unknown()).optional() });

/** Runs a read of the gateway's own, then the statement that it sent once more, as PostgreSQL plans it. */
async function explain(
  runs: number,
  pool: pg.Pool,
  read: (page: Page) => Promise<unknown>,
  boundary: Boundary | null,
) {
  const query = vi.spyOn(pool, 'query');
  await read({ limit: LIMIT, boundary, direction: 'forward' });
  const { text, values = [] } = statement.parse(query.mock.calls[0]?.[0]);
  query.mockRestore();
  const client = new pg.Client({ connectionString: database().url });
  await client.connect();
  try {
    const execute = `EXECUTE gateway${values.length === 0 ? '' : `(${values.map(literal).join(', ')})`}`;
    await client.query(`PREPARE gateway AS ${text}`);
    for (let run = 1; run < runs; run += 1) await client.query(execute);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${execute}`,
    );
    const nodes = rows.flatMap((row) => nodesOf(row['QUERY PLAN'][0].Plan));
    const [top] = nodes;
    return { nodes, buffers: (top?.['Shared Hit Blocks'] ?? 0) + (top?.['Shared Read Blocks'] ?? 0) };
  } finally {
    await client.end();
  }
}

function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value));
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

const inputOf = ({ Plans = [] }: PlanNode) =>
  Plans.reduce((sum, node) => sum + node['Actual Rows'] * node['Actual Loops'], 0);

/** How many rows a scan read, wanted or not. */
function rowsReadBy(node: PlanNode): number {
  if (node['Relation Name'] === undefined && !node['Node Type'].startsWith('Bitmap')) return 0;
  return (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
}

function tell(node: PlanNode): string {
  const place = node['Index Name'] ?? node['Relation Name'] ?? '';
  return `${node['Node Type']} ${place}: ${node['Actual Rows']} and ${node['Rows Removed by Filter'] ?? 0} removed, ${node['Actual Loops']} times`;
}
