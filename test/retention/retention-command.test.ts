import { beforeAll, expect, test } from 'vitest';
import { movableClock } from '../support/database-clock.ts';
import { useDatabase } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { asOwner } from '../support/partitions.ts';
import { runCommand } from '../support/run-command.ts';

const database = useDatabase();
let moveClock: (ahead: string) => Promise<void>;
// Sixteen to fourteen months old: a gateway that was off for a quarter finds three months due.
let due: string[];

beforeAll(async () => {
  moveClock = await movableClock(database);
  await asOwner(database, (client) =>
    client.query(`SELECT create_partitions(now() - interval '16 months', now())`),
  );
  const rows = await database.query<{ name: string }>(
    `SELECT table_name || to_char(month, '"_"YYYY"_"MM') AS name FROM (
       SELECT date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => ago) AS month
       FROM generate_series(14, 16) AS ago
     ) AS months, unnest('{realtime_call,realtime_session,usage_record}'::text[]) AS table_name
     ORDER BY month, table_name`,
  );
  due = rows.map(({ name }) => name);
});

async function retentionDrop(...args: string[]) {
  const env = {
    DATABASE_URL: database.url,
    DATABASE_OWNER_URL: database.ownerUrl,
    GATEHOUSE_ROOT_KEY: ROOT_KEY,
    GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, 1).toString('base64'),
    GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 2).toString('base64'),
    GATEHOUSE_PROVIDER: 'sandbox',
  };
  const { code, stdout, stderr } = await runCommand(['retention', 'drop', ...args], { env });
  return { code, names: stdout.split('\n').filter(Boolean), stderr };
}

const left = async () => {
  const rows = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relname = ANY ($1) ORDER BY 1`,
    [due],
  );
  return rows.map(({ name }) => name);
};

test('retention drop lists what is due, drops it when told to, and not by a wrong clock', {
  timeout: 60_000,
}, async () => {
  const listed = await retentionDrop();
  expect(listed).toMatchObject({ code: 0, names: due });
  expect(listed.stderr).toContain('--yes');
  expect(await left()).toEqual([...due].sort());

  await moveClock('2 minutes');
  const refused = await retentionDrop('--yes').finally(() => moveClock('0'));
  expect(refused).toMatchObject({ code: 1, names: [] });
  expect(refused.stderr).toMatch(/The database's clock is 1\d\d seconds ahead of this machine's/);
  expect(await left()).toEqual([...due].sort());

  const lines = await retentionDrop('--json');
  expect(lines.names.map((line) => JSON.parse(line))).toEqual(
    due.map((partition) => ({ partition, dropped: false, rows: null })),
  );
  expect(await retentionDrop('--yes')).toMatchObject({ code: 0, names: due });
  expect(await left()).toEqual([]);
  expect(await retentionDrop('--yes')).toMatchObject({ code: 0, names: [] });
});
