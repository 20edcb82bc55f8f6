import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TABLES } from '../../src/commands/doctor/check-roles.ts';
import { movableClock } from '../support/database-clock.ts';
import { use, useDatabase } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { listen } from '../support/listen.ts';
import { asOwner } from '../support/partitions.ts';
import { runCommand } from '../support/run-command.ts';

// `gatehouse doctor`: each line, its cure, and that it changes nothing.

const database = useDatabase();
const empty = useDatabase({ empty: true });
const AUDIT_KEY = Buffer.alloc(32, 2).toString('base64');

type Seen = { readonly method: string | undefined; readonly headers: IncomingHttpHeaders };

/** What answers everything with one status. */
const provider = use(
  async () => {
    const seen: Seen[] = [];
    const answer = { status: 405, date: () => new Date() };
    const server = createServer(({ method, headers }, response) => {
      seen.push({ method, headers });
      response.writeHead(answer.status, { date: answer.date().toUTCString() }).end();
    });
    const port = await listen(server);
    return { seen, answer, baseUrl: `http://127.0.0.1:${port}/v1`, server };
  },
  ({ server }) => server.close(),
);
let moveClock: (ahead: string) => Promise<void>;
beforeAll(async () => {
  moveClock = await movableClock(database);
});

const settings = (): Record<string, string> => ({
  DATABASE_URL: database.url,
  DATABASE_OWNER_URL: database.ownerUrl,
  GATEHOUSE_ROOT_KEY: ROOT_KEY,
  GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, 1).toString('base64'),
  GATEHOUSE_AUDIT_KEY: AUDIT_KEY,
  OPENAI_API_KEY: 'sk-0123456789abcdef0123456789abcdef',
  OPENAI_BASE_URL: provider.baseUrl,
});

async function doctor(env: Record<string, string> = {}) {
  const { code, stdout } = await runCommand(['doctor'], { env: { ...settings(), ...env } });
  const lines = stdout.trim().split('\n');
  return { code, lines, notOk: lines.filter((line) => !line.startsWith('ok  ')) };
}

/** What it says while the database is as `harm` makes it. */
async function doctorWhile(harm: string, mend: string) {
  const sql = (text: string) => asOwner(database, (client) => client.query(text));
  await sql(harm);
  try {
    return await doctor();
  } finally {
    await sql(mend);
  }
}

test('all is well: a line for each thing, 0, and nothing was minted or sent that opens anything', async () => {
  const { code, lines, notOk } = await doctor();
  expect([code, notOk]).toEqual([0, []]);
  expect(lines.map((line) => /^ok {4}([^:]+): /.exec(line)?.[1])).toEqual([
    'configuration',
    'database',
    'pooler',
    'migrations',
    'rights',
    'owner',
    'clock of the database',
    'partitions',
    'audit key',
    'fingerprint key',
    'sealing',
    'provider openai',
    'clock of openai',
  ]);
  expect(provider.seen.map(({ method }) => method)).toEqual(['GET']);
  expect(provider.seen[0]?.headers.authorization).toBeUndefined();
});

test('the rights that are looked at are those of all tables', async () => {
  const tables = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
  );
  expect(TABLES.toSorted()).toEqual(tables.map(({ name }) => name).toSorted());
});

test('--json is one document', async () => {
  const { code, stdout } = await runCommand(['doctor', '--json'], { env: settings() });
  const { healthy, checks } = JSON.parse(stdout);
  expect([code, healthy]).toEqual([0, true]);
  expect(checks[0]).toEqual({ name: 'configuration', status: 'ok', message: expect.any(String), cure: null });
});

/** What is wrong, and the lines that say so. What is done in the database is undone. */
describe('what is wrong is said, with its cure', () => {
  test.each<[string, Record<string, string>, number, RegExp[]]>([
    [
      'a malformed variable',
      { PORT: 'x', GATEHOUSE_POOL_SIZE: '0' },
      1,
      [/^fail {2}configuration: PORT must.*; GATEHOUSE_POOL_SIZE must.* \.env\.example says/],
    ],
    [
      'a missing key',
      { GATEHOUSE_ROOT_KEY: '' },
      1,
      [/^fail {2}configuration: GATEHOUSE_ROOT_KEY is needed/],
    ],
    [
      'an unknown variable',
      { GATEHOUSE_POOLSIZE: '7' },
      0,
      [/^warn {2}configuration: GATEHOUSE_POOLSIZE is set/],
    ],
    [
      'a database that is away',
      { DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/x' },
      1,
      [/^fail {2}database: The database of DATABASE_URL cannot be reached \(ECONNREFUSED\)/],
    ],
    [
      'an owner that is away',
      { DATABASE_OWNER_URL: 'postgresql://a:b@127.0.0.1:1/x' },
      1,
      [/^fail {2}owner: The database of DATABASE_OWNER_URL cannot be reached/],
    ],
    [
      'a provider that is away',
      { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' },
      1,
      [/^fail {2}provider openai: it cannot be reached\. Check its base URL/],
    ],
    [
      'a proxy that is away',
      { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '' },
      1,
      [/^fail {2}provider openai: /],
    ],
    [
      'the sandbox',
      { GATEHOUSE_PROVIDER: 'sandbox' },
      0,
      [/^warn {2}provider sandbox: its client secrets open nothing\. Set OPENAI_API_KEY/],
    ],
  ])('%s', async (_, env, code, expected) => {
    const found = await doctor(env);
    expect(found.code).toBe(code);
    expect(found.notOk).toEqual(expected.map((line) => expect.stringMatching(line)));
  });

  test('no owner', async () => {
    const { code, notOk } = await doctor({ DATABASE_URL: database.ownerUrl, DATABASE_OWNER_URL: '' });
    expect([code, notOk]).toEqual([
      0,
      [
        expect.stringMatching(
          /^warn {2}rights: the role \S+ may change the audit trail\. Let DATABASE_URL name/,
        ),
        expect.stringMatching(/^warn {2}owner: DATABASE_OWNER_URL is unset/),
      ],
    ]);
  });

  test('no tables', async () => {
    const { code, notOk } = await doctor({ DATABASE_URL: empty.url, DATABASE_OWNER_URL: empty.ownerUrl });
    expect([code, notOk]).toEqual([
      1,
      [
        expect.stringMatching(
          /^fail {2}migrations: The database has no tables of Gatehouse.*'gatehouse migrate'/,
        ),
      ],
    ]);
    expect(await empty.query(`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toEqual([]);
  });

  const role = () => decodeURIComponent(new URL(database.url).username);
  test.each<[string, () => string, () => string, number, RegExp]>([
    [
      'a newer schema',
      () =>
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('later', '', '29991231235959_later', now())`,
      () => `DELETE FROM _prisma_migrations WHERE id = 'later'`,
      0,
      /^warn {2}migrations: a newer version has applied 29991231235959_later\. Replace/,
    ],
    [
      'a right that is missing',
      () => `REVOKE INSERT ON audit_event FROM ${role()}`,
      () => `GRANT INSERT ON audit_event TO ${role()}`,
      1,
      /^fail {2}rights: the role \S+ lacks INSERT on audit_event\. 'gatehouse migrate' grants/,
    ],
    [
      'a right too many',
      () => `GRANT DELETE ON audit_event TO ${role()}`,
      () => `REVOKE DELETE ON audit_event FROM ${role()}`,
      0,
      /^warn {2}rights: the role \S+ may change the audit trail/,
    ],
    [
      'a head that another key has signed',
      () =>
        `INSERT INTO audit_head (batch, first_sequence, last_sequence, digest, sealed_at, key_id, mac) VALUES (1, 1, 1, decode(repeat('00', 32), 'hex'), now(), 'deadbeef', decode(repeat('00', 32), 'hex'))`,
      () => 'DELETE FROM audit_head',
      1,
      /^fail {2}audit key: the newest record was made with the key deadbeef, which is not one of \w{8}\. Put that key into GATEHOUSE_AUDIT_KEY/,
    ],
    [
      'an event without a seal',
      () => `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, detail)
        SELECT uuidv7_at(at), at, 'session.requested', 'SUCCEEDED', 'OPERATOR', 'root', '{}' FROM (SELECT now() - interval '90 seconds') AS x (at)`,
      () => 'DELETE FROM audit_event',
      0,
      /^warn {2}sealing: an event has waited 9\d seconds for its seal\. Start a gateway/,
    ],
    [
      'a month that is not made yet',
      () =>
        `DO $$ BEGIN EXECUTE format('ALTER TABLE %I RENAME TO hidden', 'usage_record' || to_char(now() AT TIME ZONE 'UTC' + interval '1 month', '"_"YYYY"_"MM')); END $$`,
      () =>
        `DO $$ BEGIN EXECUTE format('ALTER TABLE hidden RENAME TO %I', 'usage_record' || to_char(now() AT TIME ZONE 'UTC' + interval '1 month', '"_"YYYY"_"MM')); END $$`,
      0,
      /^warn {2}partitions: usage_record_\d{4}_\d\d is not made yet\. Restart a gateway/,
    ],
    [
      'a month that is missing',
      () =>
        `DO $$ BEGIN EXECUTE format('ALTER TABLE %I RENAME TO hidden', 'usage_record' || to_char(now() AT TIME ZONE 'UTC', '"_"YYYY"_"MM')); END $$`,
      () =>
        `DO $$ BEGIN EXECUTE format('ALTER TABLE hidden RENAME TO %I', 'usage_record' || to_char(now() AT TIME ZONE 'UTC', '"_"YYYY"_"MM')); END $$`,
      1,
      /^fail {2}partitions: usage_record_\d{4}_\d\d is missing: nothing can be written/,
    ],
  ])('%s', async (_, harm, mend, code, expected) => {
    const found = await doctorWhile(harm(), mend());
    expect([found.code, found.notOk]).toEqual([code, [expect.stringMatching(expected)]]);
  });

  test('a clock of the database that is wrong', async () => {
    await moveClock('2 minutes');
    const { code, notOk } = await doctor().finally(() => moveClock('0'));
    expect([code, notOk]).toEqual([
      1,
      [
        expect.stringMatching(
          /^fail {2}clock of the database: is 1[12]\d seconds ahead of this machine's.*Set the wrong one right/,
        ),
      ],
    ]);
  });

  test('a provider that fails, and whose clock differs', async () => {
    Object.assign(provider.answer, { status: 503, date: () => new Date(Date.now() - 600_000) });
    const { code, notOk } = await doctor();
    Object.assign(provider.answer, { status: 405, date: () => new Date() });
    expect([code, notOk]).toEqual([
      0,
      [
        expect.stringMatching(/^warn {2}provider openai: reached, and it answers a GET with 503\./),
        expect.stringMatching(/^warn {2}clock of openai: is (59|60)\d seconds behind this machine's/),
      ],
    ]);
  });
});

describe('without a database', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-doctor-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('it makes none', async () => {
    const env = { GATEHOUSE_DATA_DIR: join(folder, 'missing'), GATEHOUSE_PROVIDER: 'sandbox' };
    const { code, stdout } = await runCommand(['doctor'], { env });
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^fail {2}database: There is no database in /m),
    ]);
    expect(await readdir(folder)).toEqual([]);
  });
});
