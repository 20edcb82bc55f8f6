import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/start-embedded-postgres.ts';
import { askAs } from '../support/callers.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { runCommand } from '../support/run-command.ts';
import { withoutLedger } from '../support/without-ledger.ts';

// The operator's command line.

const EMPTY = '--name must not be empty';
const VIEWER = '{ viewer { kind name scopes reach } }';

const database = useDatabase();
const gateway = useGateway(database);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
  await chmod(folder, 0o755);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function run(args: readonly string[], env: Record<string, string> = external()) {
  return runCommand(args, { env, cwd: folder });
}

/** What it needs: no key, and no provider. */
function external(): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    DATABASE_OWNER_URL: database.ownerUrl,
  };
}

describe('key create', () => {
  test('prints a key that works, and nothing else, and registers the application', async () => {
    const args = ['--application', 'shop', '--name', 'first', '--scopes', 'SESSIONS_CREATE, SESSIONS_READ'];
    const { code, stdout, stderr } = await run(['key', 'create', ...args]);
    expect([code, withoutLedger(stderr)]).toEqual([0, 'A key of shop. It is shown this once:\n']);
    expect(stdout).toMatch(/^gh_[0-9A-Za-z]{71}\n$/);
    const { body } = await askAs(gateway, stdout.trim(), VIEWER);
    expect(body.data.viewer).toEqual({
      kind: 'APPLICATION',
      name: 'shop',
      scopes: ['SESSIONS_CREATE', 'SESSIONS_READ'],
      reach: 'OWN_APPLICATION',
    });
    const events = await database.query<{ actor_name: string }>(
      `SELECT action, actor_kind, actor_name, user_agent FROM audit_event ORDER BY id`,
    );
    const by = {
      actor_kind: 'OPERATOR',
      actor_name: expect.stringMatching(/^shell:./),
      user_agent: 'gatehouse key create',
    };
    expect(events).toEqual([
      { action: 'application.created', ...by },
      { action: 'api_key.created', ...by },
    ]);
  });

  test('makes an operator of a program with all scopes, and reach EVERYTHING', async () => {
    const args = ['--application', 'shop', '--name', 'n', '--scopes', 'all', '--reach', 'EVERYTHING'];
    const { stdout } = await run(['key', 'create', ...args, '--expires', '2999-01-31T00:00:00Z']);
    const { body } = await askAs(
      gateway,
      stdout.trim(),
      '{ applications { name apiKeys { name expiresAt } } }',
    );
    expect(body.data.applications).toContainEqual({
      name: 'shop',
      apiKeys: [expect.anything(), { name: 'n', expiresAt: '2999-01-31T00:00:00.000Z' }],
    });
  });

  test.each([
    ['no application', ['--name', 'n', '--scopes', 'all'], '--application'],
    ['no name', ['--application', 'a', '--scopes', 'all'], '--name'],
    ['an empty name', ['--application', 'a', '--name', '', '--scopes', 'all'], EMPTY],
    ['no scopes', ['--application', 'a', '--name', 'n'], '--scopes'],
    ['an unknown scope', ['--application', 'a', '--name', 'n', '--scopes', 'FLY'], 'unknown scope'],
    [
      'the reach of people',
      ['--application', 'a', '--name', 'n', '--scopes', 'all', '--reach', 'SELF'],
      '--reach',
    ],
    ['no time', ['--application', 'a', '--name', 'n', '--scopes', 'all', '--expires', 'soon'], 'RFC 3339'],
    [
      'the past',
      ['--application', 'a', '--name', 'n', '--scopes', 'all', '--expires', '2020-01-01'],
      'in the future',
    ],
  ])('refuses %s, says so, and prints no key', async (_, args, problem) => {
    const { code, stdout, stderr } = await run(['key', 'create', ...args]);
    // What the parser takes may still be refused.
    expect([code, stdout]).toEqual([problem === EMPTY ? 1 : 2, '']);
    expect(stderr).toContain(problem);
    expect(await database.query(`SELECT FROM application WHERE name = 'a'`)).toEqual([]);
  });

  test('joins the embedded server of a gateway that is running, and leaves it running', async () => {
    const directory = join(folder, 'data');
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const held = await startEmbeddedPostgres({ dataDirectory: directory, log });
    try {
      const beside = await startGateway({ url: held.applicationUrl, ownerUrl: held.ownerUrl });
      const args = ['key', 'create', '--application', 'a', '--name', 'n', '--scopes', 'all'];
      const { code, stdout, stderr } = await run(args, { GATEHOUSE_DATA_DIR: directory });
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^gh_/)]);
      expect(stderr).toContain(`The ledger is the embedded database in ${directory}.\n`);
      expect((await askAs(beside, stdout.trim(), VIEWER)).status).toBe(200);
      await beside.close();
    } finally {
      await held.stop();
    }
  });
});

test('a database that is away is named, and the exit code says so', async () => {
  const { code, stderr } = await run(['migrate'], {
    ...external(),
    DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/x',
  });
  expect(code).toBe(3);
  expect(stderr).toBe(
    'Gatehouse cannot do that. The database of DATABASE_URL cannot be reached (ECONNREFUSED).\n',
  );
});

test.each([[['--help']], [['key', 'create', '--help']], [['help', 'key']]])('%j says how', async (args) => {
  const { code, stdout } = await run(args, {});
  expect([code, stdout]).toEqual([0, expect.stringContaining('Usage: gatehouse')]);
});
