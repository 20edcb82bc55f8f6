// Makes a migration of what differs between the migrations and the sources: schema.prisma, and src/**/*.sql.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/start-embedded-postgres.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { MigrationError } from '../src/platform/database/migration-error.ts';
import {
  amendMigration,
  functionChanges,
  migrationFile,
  migrationNames,
  readFunctionFiles,
  readMigratedFunctions,
} from './function-files.ts';
import { diffWithSchema } from './schema-engine.ts';

const NOTHING_DIFFERS =
  '-- Neither schema.prisma nor a database function differs from the migrations before. Write the change here.\n';
const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

type Options = { readonly amend?: boolean; readonly root?: string };

const say = (line: string) => process.stdout.write(`${line}\n`);

await new Command('npm run migration --')
  .description(
    'Make a migration of what differs between prisma/migrations and the sources: the tables of prisma/schema.prisma, and the database functions, src/**/*.sql.',
  )
  .argument('[name]', 'what the migration does, in snake_case, e.g. add_session_region', parseName)
  .option(
    '--amend',
    "write the functions into the newest migration instead of making one; only while no database has it: a gateway refuses to start on one with the migration's former content",
  )
  .option('--root <folder>', 'the project, when it is not this one')
  .showHelpAfterError()
  .action(
    async (
      name: string | undefined,
      { amend: amending = false, root = join(import.meta.dirname, '..') }: Options,
      command: Command,
    ) => {
      if ((name === undefined) !== amending) command.error('Give either a name or --amend.');
      try {
        if (name === undefined) await amend(root);
        else await make(root, name);
      } catch (error) {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
      }
    },
  )
  .parseAsync();

function parseName(name: string): string {
  if (/^[a-z][a-z0-9_]{0,59}$/.test(name)) return name;
  throw new InvalidArgumentError('Use up to 60 of a-z, 0-9 and _, and begin with a letter.');
}

async function make(root: string, name: string): Promise<void> {
  const changes = functionChanges(await readFunctionFiles(root), await readMigratedFunctions(root));
  const timestamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const migration = `${timestamp}_${name}`;
  const last = (await migrationNames(root)).at(-1) ?? '';
  if (migration <= last) throw new Error(`The newest migration is ${last}, later than this machine's clock.`);

  await withMigratedDatabase(root, async (ownerUrl, migrateAgain) => {
    const { exitCode, stdout } = await diffWithSchema(ownerUrl, {
      script: true,
      schema: join(root, 'prisma/schema.prisma'),
    });
    const tables = exitCode === 0 || stdout === null ? [] : [stdout];
    const parts = [...tables, ...changes].map((part) => `${part.trim()}\n`);
    const file = migrationFile(root, migration);
    await mkdir(join(file, '..'));
    await writeFile(file, parts.length === 0 ? NOTHING_DIFFERS : parts.join('\n'));
    say(`Made ${relative(process.cwd(), file)}: ${describe(tables.length > 0, changes)}.`);
    await migrateAgain();
    say('It applies to an empty database. Read it, and complete what Prisma cannot express.');
  });
}

async function amend(root: string): Promise<void> {
  const last = (await migrationNames(root)).at(-1);
  if (last === undefined) throw new Error('There is no migration to amend.');
  const [files, migrated] = [await readFunctionFiles(root), await readMigratedFunctions(root)];
  const changes = functionChanges(files, migrated);
  const file = migrationFile(root, last);
  await writeFile(file, amendMigration(await readFile(file, 'utf8'), files, migrated));
  say(`Amended ${relative(process.cwd(), file)}: ${describe(false, changes)}.`);
}

function describe(tables: boolean, changes: readonly string[]): string {
  const functions = changes.map((change) => {
    const [, verb = '', path = ''] = /^-- (begin|drop) (\S+)$/m.exec(change) ?? [];
    return `${path}${verb === 'drop' ? ' (dropped)' : ''}`;
  });
  const parts = [...(tables ? ['tables of schema.prisma'] : []), ...functions];
  return parts.length === 0 ? 'nothing differs' : parts.join(', ');
}

/** Runs `work` on a temporary database with the project's migrations; `migrateAgain` applies those that are new. */
async function withMigratedDatabase(
  root: string,
  work: (ownerUrl: string, migrateAgain: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'gatehouse-migration-'));
  // PostgreSQL does not run as root; the user that it runs as instead has to get in.
  await chmod(dataDirectory, 0o755);
  try {
    const server = await startEmbeddedPostgres({ dataDirectory, log: SILENT, settings: { fsync: 'off' } });
    try {
      const options = {
        ownerUrl: server.ownerUrl,
        applicationRole: decodeURIComponent(new URL(server.applicationUrl).username),
        directory: join(root, 'prisma/migrations'),
      };
      await migrate(options);
      await work(server.ownerUrl, () => migrate(options).catch(describeFailure));
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

function describeFailure(error: unknown): never {
  const { cause } = error instanceof MigrationError ? error : { cause: undefined };
  const reason = cause instanceof Error ? ` ${cause.message}` : '';
  throw new Error(`${error instanceof Error ? error.message : 'It does not apply.'}${reason}`, {
    cause: error,
  });
}
