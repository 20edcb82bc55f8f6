import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { MigrationError } from './migration-error.ts';

/** The folder of this version's migrations. */
export const MIGRATIONS = join(import.meta.dirname, '../../../prisma/migrations');

const NEW_DATABASE =
  'give it a new, empty database, and copy the data over if you need it (docs/operations.md, "Upgrading").';

export type HistoryOptions = {
  /** What to do with a database that is too old to be migrated: the end of the error's sentence. */
  readonly ifTooOld?: string;
  /** The folder of the migrations; by default those of this version. */
  readonly directory?: string;
};

/** Names of migrations, in order. */
type Difference = {
  /** This version has them, and the database has not. */
  readonly missing: readonly string[];
  /** The database has them, and this version has not: a newer version has migrated it. */
  readonly newer: readonly string[];
};

/**
 * Compares Prisma's history in the database with this version's migrations.
 * @throws MigrationError when the schema is older than this version's first migration, or was changed by hand
 */
export async function compareHistory(
  client: pg.ClientBase | pg.Pool,
  { directory = MIGRATIONS, ifTooOld = NEW_DATABASE }: HistoryOptions = {},
): Promise<Difference> {
  // Whether it was finished, not when: a time would be read by the server's DateStyle.
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished FROM _prisma_migrations
     WHERE rolled_back_at IS NULL ORDER BY migration_name`,
  );
  const applied = new Map(rows.map((row) => [row.name, row]));
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  refuseTooOld([...applied.keys()], names, ifTooOld);
  for (const name of names) {
    const row = applied.get(name);
    if (row === undefined) continue;
    if (!row.finished)
      throw new MigrationError(
        `Migration ${name} was begun and not finished. Repair it, then: prisma migrate resolve`,
      );
    if (row.checksum !== checksumOf(await readMigration(directory, name)))
      throw new MigrationError(
        `Migration ${name} was applied with another content than this version carries.`,
      );
  }
  return {
    missing: names.filter((name) => !applied.has(name)),
    newer: [...applied.keys()].filter((name) => !names.includes(name)),
  };
}

/**
 * Refuses a database that has not the schema of this version, for what uses it without migrating it.
 * @param newer whether the schema of a newer version is accepted as well
 * @throws MigrationError
 */
export async function requireSchema(
  pool: pg.Pool,
  { newer: acceptsNewer, ...options }: HistoryOptions & { readonly newer: boolean },
): Promise<void> {
  const { rows } = await pool.query<{ found: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
  );
  if (!rows[0]?.found)
    throw new MigrationError(
      "The database has no tables of Gatehouse, or the search_path of this user does not lead to them: start a gateway on it, or run 'gatehouse migrate'.",
    );
  const { missing, newer } = await compareHistory(pool, options);
  const [first] = missing;
  if (first !== undefined)
    throw new MigrationError(
      `The database has the schema of an older version (migration ${first} is missing): use that version, or bring the database up to this one with 'gatehouse migrate'.`,
    );
  const last = newer.at(-1);
  if (last !== undefined && !acceptsNewer)
    throw new MigrationError(
      `The database has the schema of a newer version (migration ${last}): use that version.`,
    );
}

export function readMigration(directory: string, name: string): Promise<string> {
  return readFile(join(directory, name, 'migration.sql'), 'utf8');
}

export function checksumOf(script: string): string {
  return createHash('sha256').update(script).digest('hex');
}

/**
 * Names begin with the time when a migration was made. One that this version does not have belongs to a newer version,
 * which is being rolled out, when it is later than this version's first; and to a version from before that, when it is
 * earlier: its schema cannot be brought to this one.
 */
function refuseTooOld(applied: readonly string[], names: readonly string[], ifTooOld: string): void {
  const [first = ''] = names;
  const older = applied.find((name) => name < first);
  if (older === undefined) return;
  throw new MigrationError(
    `The database has the schema of an older version (migration ${older}), which this version cannot upgrade: ${ifTooOld}`,
  );
}
