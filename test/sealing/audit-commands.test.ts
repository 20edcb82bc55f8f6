import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPool } from '../../src/platform/database/pool.ts';
import { createDocumentedRole } from '../support/documented-role.ts';
import { use, useDatabase } from '../support/fixture.ts';
import { idOf } from '../support/ids.ts';
import { runCommand } from '../support/run-command.ts';
import { runInShell } from '../support/run-in-shell.ts';
import { fillTrail, GATEWAY_KEY, sealAll } from '../support/trail.ts';
import { withoutLedger } from '../support/without-ledger.ts';

// `gatehouse audit`, as an auditor runs it.

const database = useDatabase();
const auditor = use(
  () => createDocumentedRole(database, 'audit.md', 'gatehouse_auditor'),
  ({ drop }) => drop(),
);
let pool: pg.Pool;
let folder = '';
beforeAll(async () => {
  pool = createPool({ url: database.url, size: 1, timeoutMs: 10_000, onError: () => {} });
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'));
});
afterAll(async () => {
  await pool?.end();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await database.query('TRUNCATE audit_event, audit_seal, audit_head');
  await fillTrail(database, 30, 10);
  const heads = await sealAll(pool, 10, GATEWAY_KEY);
  await writeFile(join(folder, 'heads'), heads.map((head) => `${JSON.stringify(head)}\n`).join(''));
});

/** Of an auditor: nothing but what docs/audit.md says. */
function environment(env: Record<string, string> = {}): Record<string, string> {
  return {
    DATABASE_URL: auditor.url,
    GATEHOUSE_AUDIT_KEY: Buffer.from(GATEWAY_KEY.bytes).toString('base64'),
    ...env,
  };
}

async function audit(args: readonly string[], env: Record<string, string> = {}, run = runCommand) {
  const ended = await run(['audit', ...args], { env: environment(env), cwd: folder });
  return { ...ended, stderr: withoutLedger(ended.stderr) };
}

describe('audit verify', () => {
  test('0: what was sealed is there, and what waits is said', async () => {
    await database.query(
      `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, detail)
       SELECT uuidv7_at(now()), now(), 'session.requested', 'SUCCEEDED', 'OPERATOR', 'root', '{}'`,
    );
    const { code, stdout, stderr } = await audit(['verify', '--heads', 'heads']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(
      /^Checked 30 sealed events in 3 batches\.\n1 events since 2\d{3}-\S+Z are not sealed yet\.\nThe trail is what was sealed\.\n$/,
    );
  });

  test('1: what was tampered with is said on standard output', async () => {
    await database.query(
      `UPDATE audit_event SET actor_name = 'nobody' WHERE id = (SELECT event_id FROM audit_seal WHERE sequence = 17)`,
    );
    await database.query(
      `DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_seal WHERE sequence IN (3, 4, 5))`,
    );
    const { code, stdout, stderr } = await audit(['verify'], {}, runInShell);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^each sequence from 3 to 5 is missing: the event is gone\nsequence 17 \(event [0-9a-f-]{36}\) is not what was sealed: .*\n$/,
    );
    expect(stderr).toContain('without heads');
    expect(stderr).toContain('The trail is NOT what was sealed.');
    // Not in the time that is looked at.
    expect((await audit(['verify', '--to', '2020-01-01'])).code).toBe(0);
  });

  test('1: an end that was cut off is seen with heads, and only then', async () => {
    await database.query(`
      DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_seal WHERE sequence > 20);
      DELETE FROM audit_seal WHERE sequence > 20; DELETE FROM audit_head WHERE batch > 2`);
    expect((await audit(['verify'])).code).toBe(0);
    const { code, stdout } = await audit(['verify', '--heads', 'heads']);
    expect([code, stdout]).toEqual([
      1,
      'batch 3 left the database and is not in it: the end was cut off, or an older backup restored\n',
    ]);
  });

  test.each<[string, string[], Record<string, string>]>([
    ['a database that is away', [], { DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/x' }],
    ['another key', [], { GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 9).toString('base64') }],
    ['no key', [], { GATEHOUSE_AUDIT_KEY: '' }],
    ['no file of heads', ['--heads', 'missing'], {}],
    ['an empty data directory', [], { DATABASE_URL: '', GATEHOUSE_DATA_DIR: 'nowhere' }],
    ['no time', ['--from', 'soon'], {}],
    ['an option that there is not', ['--fast'], {}],
  ])('2: it could not be checked: %s', async (_, args, env) => {
    const { code, stdout, stderr } = await audit(['verify', ...args], env);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
    // Nothing was made: no database, and no key.
    expect(await readdir(folder)).toEqual(['heads']);
  });

  test('2: it could not be checked: a role that may not read it, or the schema of a newer version', async () => {
    const later = '29991231235959_later';
    await database.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('later', '', '${later}', now())`,
    );
    const newer = await audit(['verify']);
    await database.query(`DELETE FROM _prisma_migrations WHERE id = 'later'`);
    expect(newer).toEqual({
      code: 2,
      stdout: '',
      stderr: `The trail could not be checked. The database has the schema of a newer version (migration ${later}): use that version.\n`,
    });
    await database.query(`REVOKE SELECT ON audit_seal FROM ${auditor.name}`);
    const forbidden = await audit(['verify']);
    await database.query(`GRANT SELECT ON audit_seal TO ${auditor.name}`);
    expect(forbidden).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'The trail could not be checked. The database of DATABASE_URL cannot be used (42501): the user lacks a privilege.\n',
    });
  });
});

test('audit export writes every event as a line of JSON, in order, and needs no key', async () => {
  const { code, stdout, stderr } = await audit(['export'], { GATEHOUSE_AUDIT_KEY: '' });
  expect([code, stderr]).toEqual([0, '30 events.\n']);
  expect(stdout).toContain('12345678901234567890');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
  expect(lines[0]).toMatchObject({
    action: 'session.issued',
    actorName: 'shop 1',
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    mac: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('audit export to somebody who has read enough ends quietly', async () => {
  const { code, stderr } = await runInShell(['audit', 'export'], { env: environment(), unread: true });
  expect([code, withoutLedger(stderr)]).toEqual([0, '']);
});

test('audit export takes the filters of the API', async () => {
  const events = async (...args: string[]) => {
    const { code, stdout } = await audit(['export', ...args, '--json']);
    expect(code).toBe(0);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  await database.query(
    `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, request_id, detail)
     VALUES (uuidv7_at(now()), now(), 'session.denied', 'DENIED', 'OPERATOR', 'root', 'r1', '{}')`,
  );
  const all = await events();
  const [first, second, ...rest] = all;
  expect(rest).toHaveLength(29);
  expect(await events('--session', first.sessionId)).toEqual([first]);
  expect(await events('--session', idOf('RealtimeSession', first.sessionId))).toEqual([first]);
  expect(await events('--user-id', idOf('User', second.userId))).toEqual([second]);
  expect(
    await events('--from', first.at.slice(0, 23).concat('Z'), '--to', second.at.slice(0, 23).concat('Z')),
  ).toEqual([first]);
  const denied = all.slice(-1);
  expect(await events('--action', 'session.denied,session.failed')).toEqual(denied);
  expect(await events('--outcome', 'DENIED', '--outcome', 'FAILED')).toEqual(denied);
  expect(await events('--actor-kind', 'OPERATOR')).toEqual(denied);
  expect(await events('--request', 'r1')).toEqual(denied);
  expect(await events('--request', 'r1', '--actor-kind', 'USER')).toEqual([]);
});

test.each<[string[], number, string]>([
  [['--action', 'session.nope'], 2, 'It must be of session.requested, session.issued,'],
  [['--session', 'nonsense'], 1, '--session names nothing that there is'],
  [['--user', 'nobody', '--user-id', 'x'], 1, '--user-id names nothing that there is'],
])('audit export %j is refused', async (args, refusedWith, problem) => {
  const { code, stdout, stderr } = await audit(['export', ...args], {
    DATABASE_URL: database.url,
    DATABASE_OWNER_URL: database.ownerUrl,
  });
  expect([code, stdout]).toEqual([refusedWith, '']);
  expect(stderr).toContain(problem);
});

test('audit verify --json is one document', async () => {
  await database.query(
    `UPDATE audit_event SET actor_name = 'nobody' WHERE id = (SELECT event_id FROM audit_seal WHERE sequence = 17)`,
  );
  const { code, stdout } = await audit(['verify', '--json']);
  expect([code, JSON.parse(stdout)]).toEqual([
    1,
    expect.objectContaining({
      intact: false,
      events: 30,
      batches: 3,
      findings: [expect.stringMatching(/^sequence 17 .* is not what was sealed/)],
    }),
  ]);
});
