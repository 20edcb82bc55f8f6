import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
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

export type EmptyDatabase = { readonly ownerUrl: string; readonly applicationUrl: string };

export type MigrationCommandOptions = {
  readonly say: (line: string) => void;
  /** Runs `work` on a database that is empty, and may be migrated. */
  readonly withEmptyDatabase: (work: (database: EmptyDatabase) => Promise<void>) => Promise<void>;
};

type Options = { readonly amend?: boolean; readonly root?: string };

/** The command `npm run migration`; it rejects with an error whose message says why no migration was made. */
export function createMigrationCommand({ say, withEmptyDatabase }: MigrationCommandOptions): Command {
  return new Command('npm run migration --')
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
        if (name === undefined) await amend(root, say);
        else await make(root, name, { say, withEmptyDatabase });
      },
    );
}

function parseName(name: string): string {
  if (/^[a-z][a-z0-9_]{0,59}$/.test(name)) return name;
  throw new InvalidArgumentError('Use up to 60 of a-z, 0-9 and _, and begin with a letter.');
}

async function make(
  root: string,
  name: string,
  { say, withEmptyDatabase }: MigrationCommandOptions,
): Promise<void> {
  const changes = functionChanges(await readFunctionFiles(root), await readMigratedFunctions(root));
  const timestamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const migration = `${timestamp}_${name}`;
  const last = (await migrationNames(root)).at(-1) ?? '';
  if (migration <= last) throw new Error(`The newest migration is ${last}, later than this machine's clock.`);

  await withEmptyDatabase(async ({ ownerUrl, applicationUrl }) => {
    const options = {
      ownerUrl,
      applicationRole: decodeURIComponent(new URL(applicationUrl).username),
      directory: join(root, 'prisma/migrations'),
    };
    await migrate(options);
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
    await migrate(options).catch(describeFailure);
    say('It applies to an empty database. Read it, and complete what Prisma cannot express.');
  });
}

async function amend(root: string, say: (line: string) => void): Promise<void> {
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

function describeFailure(error: unknown): never {
  const { cause } = error instanceof MigrationError ? error : { cause: undefined };
  const reason = cause instanceof Error ? ` ${cause.message}` : '';
  throw new Error(`${error instanceof Error ? error.message : 'It does not apply.'}${reason}`, {
    cause: error,
  });
}
