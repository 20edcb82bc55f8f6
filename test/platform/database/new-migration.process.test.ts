import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { CommanderError } from 'commander';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  functionChanges,
  readFunctionFiles,
  readMigratedFunctions,
} from '../../../scripts/function-files.ts';
import { createMigrationCommand } from '../../../scripts/migration-command.ts';
import { createDatabase } from '../../support/database.ts';
import { runBinary } from '../../support/run-binary.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SCRIPT = join(ROOT, 'scripts/new-migration.ts');
// Older than what the command makes, whatever this machine's clock says.
const INIT = '20200101000000_init';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-project-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await cp(join(ROOT, 'src'), join(root, 'src'), {
    recursive: true,
    filter: (path) => path.endsWith('.sql') || !path.split(sep).at(-1)?.includes('.'),
  });
  await cp(join(ROOT, 'prisma'), join(root, 'prisma'), {
    recursive: true,
    filter: (path) => !path.includes('generated'),
  });
  const [init = ''] = await migrations();
  await rename(join(root, 'prisma/migrations', init), join(root, 'prisma/migrations', INIT));
});

describe('npm run migration', { timeout: 60_000 }, () => {
  it('explains itself', async () => {
    expect(await run('--help')).toEqual({
      exitCode: 0,
      output: expect.stringContaining('Usage: npm run migration'),
    });
  });

  it.each([
    ['no name', [], 'Give either a name or --amend.'],
    ['another folder', ['../add_region'], 'Use up to 60 of a-z, 0-9 and _'],
    ['a long name', ['a'.repeat(61)], 'Use up to 60 of a-z, 0-9 and _'],
  ])('refuses %s', async (_, args, message) => {
    expect(await run(...args)).toEqual({ exitCode: 1, output: expect.stringContaining(message) });
    expect(await migrations()).toEqual([INIT]);
  });

  // As a process, on a PostgreSQL of its own.
  it('makes a migration with a comment when nothing differs', async () => {
    expect(runProcess('backfill')).toEqual({
      exitCode: 0,
      output: expect.stringContaining('nothing differs'),
    });
    const [, made = ''] = await migrations();
    expect(made).toMatch(/^\d{14}_backfill$/);
    expect(await scriptOf(made)).toMatch(/^-- .*\n$/);
  });

  it('takes in tables, and functions that changed, are new, have other arguments, or are gone', async () => {
    await edit('prisma/schema.prisma', '  voice ', '  region String?\n  voice ');
    await edit('src/usage/sum-usage.sql', 'RETURN 0;', 'RETURN -1;');
    await edit('src/users/begin-erasure.sql', 'proof jsonb, by jsonb', 'by jsonb, proof jsonb');
    await rm(join(root, 'src/users/end-erasure.sql'));
    // Its file moves: nothing of the function changes.
    await rename(join(root, 'src/users/lock-user.sql'), join(root, 'src/limits/lock-user.sql'));
    await addFunction('users/a-caller', 'b_callee()');
    await addFunction('users/b-callee', '1');

    const { exitCode, output } = await run('change_much');
    expect(output).toContain('tables of schema.prisma, src/usage/sum-usage.sql');
    expect(output).toContain('src/users/end-erasure.sql (dropped)');
    expect(output).toContain('It applies to an empty database.');
    expect(exitCode).toBe(0);

    const [, made = ''] = await migrations();
    const statements = (await scriptOf(made)).match(/^(?:ALTER|CREATE|DROP).*/gm);
    expect(statements).toEqual([
      expect.stringMatching(/^ALTER TABLE "realtime_session" ADD COLUMN +"region" TEXT;$/),
      'CREATE OR REPLACE FUNCTION sum_usage(most integer) RETURNS integer',
      'CREATE OR REPLACE FUNCTION b_callee() RETURNS integer',
      'CREATE OR REPLACE FUNCTION a_caller() RETURNS integer',
      'DROP FUNCTION begin_erasure;',
      expect.stringContaining('CREATE OR REPLACE FUNCTION begin_erasure('),
      'DROP FUNCTION end_erasure;',
    ]);
    expect(functionChanges(await readFunctionFiles(root), await readMigratedFunctions(root))).toEqual([]);
  });

  it('says why a migration does not apply', async () => {
    await edit('src/usage/sum-usage.sql', 'RETURN 0;', 'RETURN 1 +;');
    const { exitCode, output } = await run('break_it');
    expect(output).toContain('_break_it failed (SQLSTATE 42601). syntax error');
    expect(exitCode).toBe(1);
  });

  it('refuses a file that does not define the function of its name', async () => {
    await rename(join(root, 'src/usage/sum-usage.sql'), join(root, 'src/usage/add-usage.sql'));
    expect(await run('rename')).toEqual({
      exitCode: 1,
      output: 'src/usage/add-usage.sql has no line that begins: CREATE OR REPLACE FUNCTION add_usage(\n',
    });
    expect(await migrations()).toEqual([INIT]);
  });

  it('amends the newest migration', async () => {
    const before = await scriptOf(INIT);
    expect(await run('--amend')).toEqual({ exitCode: 0, output: expect.stringContaining('nothing differs') });
    expect(await scriptOf(INIT)).toBe(before);

    await edit('src/usage/sum-usage.sql', 'RETURN 0;', 'RETURN -1;');
    await rm(join(root, 'src/users/end-erasure.sql'));
    await addFunction('users/a-caller', '1');
    expect((await run('--amend')).exitCode).toBe(0);
    expect(functionChanges(await readFunctionFiles(root), await readMigratedFunctions(root))).toEqual([]);
    const after = await scriptOf(INIT);
    expect(after).not.toContain('end_erasure');
    expect(after).not.toContain('DROP');
    expect(after).toContain('RETURN -1;');
    expect(await migrations()).toEqual([INIT]);
  });
});

/** The command as its process runs it, on a database of the tests' PostgreSQL. */
async function run(...args: readonly string[]): Promise<ReturnType<typeof runBinary>> {
  let output = '';
  const write = (text: string) => {
    output += text;
  };
  const command = createMigrationCommand({
    say: (line) => write(`${line}\n`),
    async withEmptyDatabase(work) {
      const { ownerUrl, url, drop } = await createDatabase({ empty: true });
      await work({ ownerUrl, applicationUrl: url }).finally(drop);
    },
  });
  command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
  try {
    await command.parseAsync(['--root', root, ...args], { from: 'user' });
    return { exitCode: 0, output };
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode, output };
    return { exitCode: 1, output: `${output}${error instanceof Error ? error.message : ''}\n` };
  }
}

function runProcess(...args: readonly string[]): ReturnType<typeof runBinary> {
  return runBinary(SCRIPT, ['--root', root, ...args], root);
}

async function migrations(): Promise<string[]> {
  const entries = await readdir(join(root, 'prisma/migrations'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function scriptOf(migration: string): Promise<string> {
  return readFile(join(root, 'prisma/migrations', migration, 'migration.sql'), 'utf8');
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(root, path), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(root, path), text.replace(from, to));
}

function addFunction(path: string, result: string): Promise<void> {
  const name = path.split('/').at(-1)?.replaceAll('-', '_');
  const text = `-- Returns a number.\nCREATE OR REPLACE FUNCTION ${name}() RETURNS integer\nLANGUAGE sql RETURN ${result};\n`;
  return writeFile(join(root, 'src', `${path}.sql`), text);
}
