import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { listAuditEvents } from '../../src/audit/list-audit-events.db.ts';
import { createPrisma } from '../../src/platform/database/prisma.ts';
import { findSessions } from '../../src/sessions/find-sessions.db.ts';
import { listSessions } from '../../src/sessions/list-sessions.db.ts';
import type { TestDatabase } from '../support/database.ts';
import { useDatabase } from '../support/fixture.ts';
import { asOwner, createBetween, INSERT, TABLES, USER } from '../support/partitions.ts';
import { nestedPlans, nodesOf, type PlanNode, rowsRead } from '../support/query-plan.ts';

const EVERYTHING = { reach: 'EVERYTHING' } as const;

const RUNS = [
  ['the first time', 1],
  ['often', 10],
] as const;

describe('reading', () => {
  const database = useDatabase();
  const months = ['2025_01', '2025_02', '2025_03', '2025_04'];
  const page = { limit: 10, after: null, direction: 'forward' } as const;

  beforeAll(async () => {
    await asOwner(database, (client) => createBetween(client, '2025-01-01', '2025-04-30'));
    // 120 days of fifty sessions each, by a hundred users, and as many events.
    const times = `SELECT array_agg(timestamptz '2025-01-01 00:00+00' + n * interval '28 minutes') AS times FROM generate_series(0, 5999) AS n`;
    const [{ times: made } = { times: [] }] = await database.query<{ times: Date[] }>(times);
    for (const table of TABLES) await database.query(INSERT[table], [made]);
    await database.query(`
      UPDATE realtime_session SET user_id = overlay('${USER}' PLACING lpad((extract(epoch FROM created_at)::bigint / 1680 % 100)::text, 2, '0') FROM 35)::uuid;
      UPDATE audit_event AS e SET session_id = s.id FROM realtime_session AS s WHERE s.created_at = e.at;
      ${months.map((month) => `ANALYZE realtime_session_${month}; ANALYZE audit_event_${month};`).join('\n')}`);
  });

  // A statement that is run often may be planned once for all values: what PostgreSQL then does must prune as well.
  it.each(RUNS)('by id looks into one partition, the right one, by its primary key (%s)', async (_, runs) => {
    const pool = plainPool(database);
    for (const month of months) {
      const [id = ''] = await ids(`SELECT id FROM realtime_session_${month} ORDER BY random() LIMIT 1`);
      const found = await explain(database, runs, pool, () =>
        findSessions(createPrisma(pool), EVERYTHING, [id]),
      );
      expect(scans(found)).toEqual([{ table: `realtime_session_${month}`, rows: 1 }]);
      expect(found.map((node) => node['Index Name'])).toContain(`realtime_session_${month}_pkey`);
    }
  });

  it('while minting looks into one partition to settle, and into those of the last day to count', async () => {
    const client = new pg.Client({ connectionString: database.superuserUrl });
    await client.connect();
    await client.query('BEGIN');
    const tables = async (text: string, values: readonly unknown[]) => {
      const plans = await nestedPlans(client, () => client.query(text, [...values]));
      const read = scans(plans.flatMap(nodesOf)).map(({ table }) => table ?? '');
      return read.filter((table) => /realtime_session_\d/.test(table));
    };
    try {
      const settlement = { outcome: 'FAILED', failure_code: 'x' };
      for (const month of months) {
        const [id] = await ids(`SELECT id FROM realtime_session_${month} ORDER BY random() LIMIT 1`);
        const settle = `SELECT settle_session($1, $2, clock_timestamp() + interval '1 minute', '{}')`;
        expect(await tables(settle, [id, settlement])).toEqual([`realtime_session_${month}`]);
      }
      const session = {
        ...{ provider: 'sandbox', object: 'o', session_limit_seconds: 60, type: 'REALTIME', model: 'm' },
        ...{ modalities: ['TEXT'], tools: [], labels: [], connection: 'DIRECT' },
      };
      const request = {
        ...{ externalUserId: 'somebody', settleWithinSeconds: 10, expiresAfterSeconds: 60, session },
        defaults: { maxTtlSeconds: 60, maxActiveSessions: 9, maxMintsPerMinute: 9, maxMintsPerDay: 9 },
        event: { actor_kind: 'OPERATOR', actor_name: 'root', detail: {} },
      };
      const reserve = `SELECT verdict FROM reserve_session(jsonb_set($1, '{session,application_id}',
        (SELECT to_jsonb(id) FROM application)))`;
      const yesterday = new Date(Date.now() - 25 * 3_600_000).toISOString().slice(0, 7).replace('-', '_');
      const counted = await tables(reserve, [request]);
      expect(counted).not.toEqual([]);
      expect(counted.filter((table) => table < `realtime_session_${yesterday}`)).toEqual([]);
    } finally {
      await client.query('ROLLBACK');
      await client.end();
    }
  });

  it.each(RUNS)(
    'newest or oldest first sorts nothing and reads just what it returns (%s)',
    async (_, runs) => {
      const pool = plainPool(database);
      const [boundary = ''] = await ids(`SELECT id FROM realtime_session_2025_02 ORDER BY id DESC LIMIT 1`);
      const before = { ...page, after: { id: boundary, sortedBy: null } };
      const after = { ...before, direction: 'backward' } as const;
      const reads = [
        ['2025_04', () => listSessions(pool, EVERYTHING, {}, 'CREATED_AT_DESC', page, 'full')],
        [
          '2025_01',
          () =>
            listSessions(pool, EVERYTHING, {}, 'CREATED_AT_DESC', { ...page, direction: 'backward' }, 'full'),
        ],
        ['2025_02', () => listSessions(pool, EVERYTHING, {}, 'CREATED_AT_DESC', before, 'full')],
        ['2025_03', () => listSessions(pool, EVERYTHING, {}, 'CREATED_AT_DESC', after, 'full')],
      ] as const;
      for (const [month, read] of reads) {
        const nodes = await explain(database, runs, pool, read);
        expect(nodes.filter((node) => /Sort|Seq Scan|Bitmap/.test(node['Node Type']))).toEqual([]);
        expect(scans(nodes).filter(({ rows }) => rows > 0)).toEqual([
          { table: `realtime_session_${month}`, rows: page.limit + 1 },
        ]);
      }
    },
  );

  it.each(RUNS)('of the events of a session reads just those, in whatever months (%s)', async (_, runs) => {
    const pool = plainPool(database);
    const [sessionId = ''] = await ids('SELECT session_id AS id FROM audit_event_2025_02 LIMIT 1');
    const [later] = await database.query(INSERT.audit_event, [['2025-04-15 12:00+00']]);
    expect(later).toEqual({ partition: 'audit_event_2025_04' });
    await database.query(`UPDATE audit_event SET session_id = $1 WHERE at = '2025-04-15 12:00+00'`, [
      sessionId,
    ]);
    const nodes = await explain(database, runs, pool, () =>
      listAuditEvents(pool, EVERYTHING, page, { sessionId }),
    );
    expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    expect(scans(nodes).filter(({ rows }) => rows > 0)).toHaveLength(2);
  });

  async function ids(text: string): Promise<string[]> {
    return (await database.query<{ id: string }>(text)).map(({ id }) => id);
  }
});

/** Its query() gets what a gateway's own connections are sent message by message. */
function plainPool({ url }: TestDatabase): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  onTestFinished(() => pool.end());
  return pool;
}

const statement = z.object({ text: z.string(), values: z.array(z.unknown()).optional() });

/** Runs a read of the gateway's own, then the statement that it sent once more, as PostgreSQL plans it; all nodes of the plan. */
async function explain(
  { url }: TestDatabase,
  runs: number,
  pool: pg.Pool,
  read: () => Promise<unknown>,
): Promise<PlanNode[]> {
  const query = vi.spyOn(pool, 'query');
  await read();
  const { text, values = [] } = statement.parse(query.mock.calls[0]?.[0]);
  query.mockRestore();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const execute = `EXECUTE gateway (${values.map(literal).join(', ')})`;
    await client.query(`PREPARE gateway AS ${text}`);
    for (let run = 1; run < runs; run += 1) await client.query(execute);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${execute}`,
    );
    return rows.flatMap((row) => nodesOf(row['QUERY PLAN'][0].Plan));
  } finally {
    await client.end();
  }
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value));
}

/** The tables that were looked into, and how many rows were read of each, wanted or not. */
function scans(nodes: PlanNode[]) {
  return nodes
    .filter((node) => node['Relation Name'] !== undefined && node['Actual Loops'] > 0)
    .map((node) => ({
      table: node['Relation Name'],
      rows: rowsRead(node),
    }));
}
