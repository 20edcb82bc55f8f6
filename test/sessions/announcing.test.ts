import pg from 'pg';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { announceExpiry } from '../../src/sessions/announce-expiry.job.ts';
import { announcedOf, repeatSession } from '../support/expiring.ts';
import { useDatabase } from '../support/fixture.ts';
import { INSERT, poolOf } from '../support/partitions.ts';
import { nestedPlans, nodesOf, type PlanNode, rowsRead } from '../support/query-plan.ts';

const BATCH = 250;
const NEVER = new AbortController().signal;

const database = useDatabase();
let issued: string;

beforeEach(async () => {
  await database.query('TRUNCATE realtime_session, audit_event');
  await database.query(INSERT.realtime_session, [[new Date().toISOString()]]);
  const [row] = await database.query<{ id: string }>(
    `UPDATE realtime_session SET outcome = 'ISSUED', settled_at = now(), expires_at = now() + interval '1 hour',
       secret_fingerprint = repeat('0', 64), secret_fingerprint_key_id = 'k', secret_prefix = 'ek_', secret_last_four = 'abcd'
     RETURNING id`,
  );
  issued = row?.id ?? '';
});

describe('announcing', () => {
  it('takes all that is due, a batch at a time, and tells of each', async () => {
    await repeatSession(database, issued, 2 * BATCH + 10, `now() - interval '1 day'`);
    const told: number[] = [];
    await announceExpiry(poolOf(database), (count) => told.push(count), NEVER);
    expect(told).toEqual([BATCH, BATCH, 10]);
    // Nothing is left, and of nothing it does not tell.
    await announceExpiry(poolOf(database), (count) => told.push(count), NEVER);
    expect(told).toHaveLength(3);
  });

  it('ends after the batch that is under way when the gateway drains', async () => {
    await repeatSession(database, issued, 3 * BATCH, `now() - interval '1 day'`);
    const draining = new AbortController();
    await announceExpiry(poolOf(database), () => draining.abort(), draining.signal);
    expect(await announcedOf(database)).toMatchObject({ events: BATCH, sessions: BATCH, written: true });
    await announceExpiry(poolOf(database), () => expect.unreachable(), draining.signal);
  });

  it('by eight at once leaves one event each', async () => {
    await repeatSession(database, issued, 1000, `now() - interval '1 day'`);
    const pools = Array.from({ length: 4 }, () => poolOf(database));
    await Promise.all([...pools, ...pools].map((pool) => announceExpiry(pool, () => {}, NEVER)));
    // Who found everything taken is done before who took it.
    expect(await announcedOf(database)).toMatchObject({ events: 1000, sessions: 1000 });
  });

  it('does not wait for a session that is being revoked, nor announce it afterwards', async () => {
    await repeatSession(database, issued, 3, `now() - interval '1 day'`);
    const pool = poolOf(database);
    const revoking = await connect(database.url);
    await revoking.query('BEGIN');
    await revoking.query(
      `UPDATE realtime_session SET revoked_at = now()
       WHERE id = (SELECT id FROM realtime_session ORDER BY expires_at LIMIT 1)`,
    );
    await announceExpiry(pool, () => {}, NEVER);
    expect(await announcedOf(database)).toMatchObject({ events: 2 });
    await revoking.query('COMMIT');
    await announceExpiry(pool, () => {}, NEVER);
    expect(await announcedOf(database)).toMatchObject({ events: 2 });
  });

  it('reads what it announces and nothing else, even if it began when there was next to nothing', async () => {
    await database.query(`SELECT create_partitions(now() - interval '70 days', now())`);
    await database.query('ANALYZE realtime_session');
    await repeatSession(database, issued, 1, `now() - interval '1 hour'`);
    const client = await connect(database.superuserUrl);
    await announceExplained(client, 1);

    const past = `now() - interval '60 days' * random() - interval '1 hour'`;
    await repeatSession(database, issued, 2000, past);
    await database.query(
      `UPDATE realtime_session SET expiry_announced_at = now() WHERE provider = 'repeated'`,
    );
    await repeatSession(database, issued, 2000, past);
    await repeatSession(database, issued, 1000, `now() + interval '1 hour'`);
    for (const statistics of ['old', 'fresh']) {
      if (statistics === 'fresh') await database.query('ANALYZE realtime_session');
      const nodes = await announceExplained(client, 100);
      expect(nodes.filter((node) => /Seq Scan|Sort|Hash|Bitmap/.test(node['Node Type']))).toEqual([]);
      const { found = 0, ...others } = rowsByIndex(nodes);
      // Each is looked up in its own month, by whichever index the planner finds cheapest in a small one.
      expect(Object.values(others).reduce((sum, rows) => sum + rows, 0)).toBe(100);
      // Each month is read up to its first row that is not among the soonest.
      expect(found).toBeGreaterThanOrEqual(100);
      expect(found).toBeLessThan(110);
    }
  });
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Announces, and tells the nodes of the plans of the statements inside the function. */
async function announceExplained(client: pg.Client, most: number): Promise<PlanNode[]> {
  const plans = await nestedPlans(client, () =>
    client.query(
      `SELECT announce_expired($1, '{"actor_kind": "SYSTEM", "actor_name": "gatehouse"}', clock_timestamp())`,
      [most],
    ),
  );
  expect(plans).toHaveLength(2);
  return plans.flatMap(nodesOf);
}

/** How many rows of sessions were read by each index, wanted or not. */
function rowsByIndex(nodes: PlanNode[]): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const node of nodes) {
    const name = /^realtime_session_\d{4}_\d\d_(.*)$/.exec(node['Index Name'] ?? '')?.[1];
    if (name === undefined || node['Actual Loops'] === 0) continue;
    const key = name === 'expires_at_id_idx' ? 'found' : name;
    rows[key] = (rows[key] ?? 0) + rowsRead(node);
  }
  return rows;
}
