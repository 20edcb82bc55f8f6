import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leavesOf } from '../../src/commands/command-group.ts';
import { createProgram } from '../../src/commands/program.ts';
import { useDatabase } from '../support/fixture.ts';
import { runCommand } from '../support/run-command.ts';

// Which ledger each command talks to.

const SECRET = 'ek_0123456789abcdef0123456789abcdef';

/** Every command, with the arguments that it needs. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  migrate: [],
  'key create': ['--application', 'shop', '--name', 'n', '--scopes', 'all'],
  'secret identify': [],
  'audit verify': [],
  'audit export': [],
  'retention drop': ['--yes'],
  'usage export': ['--from', '2026-10-01', '--to', '2026-11-01'],
  'key list': [],
  'key revoke': ['0199a1b2-1111-7abc-8def-0123456789ab'],
  'session list': [],
  'session show': ['0199a1b2-1111-7abc-8def-0123456789ab'],
  'session revoke': ['0199a1b2-1111-7abc-8def-0123456789ab'],
  'user suspend': ['alice'],
  'user show': ['alice'],
  'user reinstate': ['alice'],
  'user erase': ['alice', '--yes'],
};
/** What they name is not there. */
const FIND_NOTHING = ['secret identify', 'key revoke', 'session show', 'session revoke'];
/** What looks at a ledger that need not be one (test/commands/doctor.test.ts), and what looks at none. */
const WITHOUT_LEDGER = ['doctor', 'completion'];
/** Those that never make a ledger. */
const others = Object.keys(ARGUMENTS).filter((name) => name !== 'migrate');

const database = useDatabase();
const empty = useDatabase({ empty: true });
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-ledgers-'));
  // Where the tests run as root, the embedded PostgreSQL is another user.
  await chmod(folder, 0o755);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function run(name: string, env: Record<string, string>) {
  return runCommand([...name.split(' '), ...(ARGUMENTS[name] ?? [])], {
    env,
    stdin: `${SECRET}\n`,
    cwd: folder,
  });
}

const external = (at: { readonly url: string; readonly ownerUrl: string }) => ({
  DATABASE_URL: at.url,
  DATABASE_OWNER_URL: at.ownerUrl,
  GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, 1).toString('base64'),
  GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 2).toString('base64'),
});

test('every command is tried below', () => {
  const names = leavesOf(createProgram()).map(({ path }) => path);
  expect(names.toSorted()).toEqual([...Object.keys(ARGUMENTS), ...WITHOUT_LEDGER].toSorted());
});

describe.each(others)('%s makes no ledger', (name) => {
  test('where there is no data directory', async () => {
    const directory = join(folder, 'missing');
    const { code, stdout, stderr } = await run(name, { GATEHOUSE_DATA_DIR: directory });
    expect(stderr).toContain(`There is no database in ${directory}.`);
    expect([code > 0, stdout]).toEqual([true, '']);
    expect(await readdir(folder)).toEqual([]);
  });

  test('where there is a data directory without one', async () => {
    const directory = join(folder, 'begun');
    await mkdir(join(directory, 'postgres'), { recursive: true });
    for (const key of ['root-key', 'fingerprint-key', 'audit-key'])
      await writeFile(join(directory, key), Buffer.alloc(32, 7).toString('base64'));
    const found = (await readdir(directory, { recursive: true })).toSorted();
    const { code, stdout, stderr } = await run(name, { GATEHOUSE_DATA_DIR: directory });
    expect(stderr).toContain(`There is no database in ${directory}.`);
    expect([code > 0, stdout]).toEqual([true, '']);
    expect((await readdir(directory, { recursive: true })).toSorted()).toEqual(found);
    await rm(directory, { recursive: true });
  });

  test('in an empty database', async () => {
    const { code, stdout, stderr } = await run(name, external(empty));
    expect(stderr).toContain('The database has no tables of Gatehouse');
    expect([code > 0, stdout]).toEqual([true, '']);
    const tables = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`;
    expect(await empty.query(tables)).toEqual([]);
  });
});

test.each(Object.keys(ARGUMENTS))(
  '%s names the ledger that it talks to, without credentials',
  async (name) => {
    const { code, stderr } = await run(name, external(database));
    const { host, username, password } = new URL(database.url);
    const [first, ...rest] = stderr.split('\n');
    expect(first).toBe(`The ledger is "${database.name}" at ${host}.`);
    expect(rest.join('\n')).not.toContain('The ledger is');
    for (const credential of [username, password]) expect(first).not.toContain(`${credential}@`);
    expect(stderr).not.toContain(password);
    expect(code).toBe(FIND_NOTHING.includes(name) ? 1 : 0);
  },
);
