import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { dataOf, ISSUE, issue } from '../../support/ask.ts';
import { createDocumentedRole } from '../../support/documented-role.ts';
import { use, useDatabase, useGateway, useUpstream } from '../../support/fixture.ts';
import { upstreamEnv } from '../../support/gateway.ts';
import { uuidOf } from '../../support/ids.ts';
import { RESPONSE, readUsage, report } from '../../support/usage.ts';
import { PERMISSION_DENIED } from './privileges.ts';

// The views of the schema `reporting`, read with a role as docs/operations.md says to make it.

const MONTH = { from: '2026-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };
const VIEWS = ['applications', 'audit_events', 'calls', 'sessions', 'usage_daily', 'usage_records', 'users'];

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));
const analyst = use(
  () => createDocumentedRole(database, 'operations.md', 'gatehouse_analyst'),
  ({ drop }) => drop(),
);
const reader = use(
  async () => {
    const client = new pg.Client({ connectionString: analyst.url });
    await client.connect();
    return { query: (text: string) => client.query(text), end: () => client.end() };
  },
  ({ end }) => end(),
);
const rowsOf = async (text: string) => (await reader.query(text)).rows;

let issued: string;
beforeAll(async () => {
  const labels = [{ key: 'team', value: 'red' }];
  const instructions = 'nobody is to read this';
  issued = (await issue(gateway, { externalUserId: 'ann', model: 'gpt-realtime-2.1', labels, instructions }))
    .session.id;
  await report(gateway, { sessionId: issued, responseId: 'resp_1', usage: RESPONSE });
  await report(gateway, { sessionId: issued, responseId: 'resp_2', model: 'unpriced', usage: RESPONSE });
  upstream.next({
    kind: 'answer',
    status: 429,
    body: { error: { code: 'rate_limit_exceeded', message: 'slow' } },
  });
  await gateway.ask(ISSUE, { input: { externalUserId: 'ben' } });
});

describe('reporting', () => {
  test('sessions are those of the API, with what became of them', async () => {
    const { realtimeSessions } = await dataOf(
      gateway,
      '{ realtimeSessions { nodes { id status model issuedAt exposedUntil user { externalId } failure { code upstreamStatus } } } }',
    );
    const rows = await rowsOf('SELECT * FROM reporting.sessions ORDER BY id DESC');
    expect(
      rows.map((row) => ({
        id: row.id,
        status: row.status,
        model: row.model,
        issuedAt: row.issued_at?.toISOString() ?? null,
        exposedUntil: row.exposed_until?.toISOString() ?? null,
        user: { externalId: row.external_user_id },
        failure:
          row.failure_code === null
            ? null
            : { code: row.failure_code, upstreamStatus: row.failure_upstream_status },
      })),
    ).toEqual(realtimeSessions.nodes.map((node: { id: string }) => ({ ...node, id: uuidOf(node.id) })));
    expect(rows.map(({ status }) => status)).toEqual(['FAILED', 'ACTIVE']);
    expect(rows[1]).toMatchObject({ application: 'default', labels: { team: 'red' } });
    expect(Number(rows[1].mint_ms)).toBeGreaterThan(0);
  });

  test('the days of usage add up to the report of the API', async () => {
    const { totals } = await readUsage(gateway, { filter: MONTH });
    const [sums] = await rowsOf(
      `SELECT sum(known_cost_usd)::text AS known, sum(total_tokens)::integer AS tokens, sum(unpriced_responses)::integer AS unpriced,
         array_agg(model ORDER BY model) FILTER (WHERE cost_usd IS NULL) AS models FROM reporting.usage_daily`,
    );
    expect(sums).toEqual({
      known: totals.costKnownUsd,
      tokens: totals.totalTokens,
      unpriced: 1,
      models: totals.costUnknownFor,
    });
    const records = await rowsOf(
      'SELECT response_id, cost_usd::text FROM reporting.usage_records WHERE counted ORDER BY 1',
    );
    expect(records).toEqual([
      { response_id: 'resp_1', cost_usd: totals.costKnownUsd },
      { response_id: 'resp_2', cost_usd: null },
    ]);
  });

  test('audit events say what happened, and by whom', async () => {
    const rows = await rowsOf(
      `SELECT action, outcome, actor_kind FROM reporting.audit_events WHERE session_id = '${uuidOf(issued)}' ORDER BY id`,
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'session.requested',
      'session.issued',
      'usage.reported',
      'usage.reported',
    ]);
    expect(await rowsOf('SELECT external_id FROM reporting.users ORDER BY 1')).toEqual([
      { external_id: 'ann' },
      { external_id: 'ben' },
    ]);
    expect(await rowsOf('SELECT name FROM reporting.applications')).toEqual([{ name: 'default' }]);
  });

  test('every view has a comment and can be read, and every table has a comment', async () => {
    const views = await database.query<{ name: string; comment: string | null }>(
      `SELECT relname AS name, obj_description(oid, 'pg_class') AS comment FROM pg_class
       WHERE relnamespace = 'reporting'::regnamespace ORDER BY 1`,
    );
    expect(views.map(({ name }) => name)).toEqual(VIEWS);
    for (const { name } of views) await rowsOf(`SELECT * FROM reporting.${name}`);
    const tables = await database.query<{ name: string; comment: string | null }>(
      `SELECT relname AS name, obj_description(oid, 'pg_class') AS comment FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '_prisma_migrations'`,
    );
    expect([...views, ...tables].filter(({ comment }) => comment === null)).toEqual([]);
  });

  test('shows no secret, no fingerprint and no text of a session', async () => {
    const text = JSON.stringify(
      await Promise.all(VIEWS.map((view) => rowsOf(`SELECT * FROM reporting.${view}`))),
    );
    const [session] = await database.query<{ secret_fingerprint: string }>(
      'SELECT secret_fingerprint FROM realtime_session WHERE secret_fingerprint IS NOT NULL',
    );
    expect(text).not.toContain(session?.secret_fingerprint);
    expect(text).not.toContain('nobody is to read this');
    expect(text).not.toContain('127.0.0.1');
  });

  test.each([
    'SELECT FROM realtime_session',
    'SELECT FROM end_user',
    'SELECT FROM api_key',
    'SELECT FROM audit_identity',
    'SELECT FROM _prisma_migrations',
    'DELETE FROM reporting.users',
    `UPDATE reporting.applications SET name = 'x'`,
    'CREATE TABLE reporting.mine (id integer)',
  ])('refuses its readers %s', async (statement) => {
    await reader.query('SET default_transaction_read_only = off');
    await expect(reader.query(statement)).rejects.toMatchObject({ code: PERMISSION_DENIED });
  });
});
