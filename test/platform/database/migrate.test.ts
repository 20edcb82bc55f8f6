import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectTo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  MIGRATIONS,
  NOTHING_FILTERED,
  readMigrations,
  withSchemaEngine,
} from '../../../scripts/schema-engine.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { MigrationError } from '../../../src/platform/database/migration-error.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { listen } from '../../support/listen.ts';
import { BEFORE_INIT, createOldDatabase, everything, recordMigration } from './before-init.ts';

const LATER = '29991231235959_later';
const UP_TO_DATE = {
  hasMigrationsTable: true,
  failedMigrationNames: [],
  editedMigrationNames: [],
  history: null,
};

let database: TestDatabase;
let names: string[];
beforeAll(async () => {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true });
  names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
});

async function useEmpty(): Promise<void> {
  database = await createDatabase({ empty: true });
  onTestFinished(database.drop);
}

/** A copy of what migrate() made of an empty one for all tests. */
async function useMigrated(): Promise<void> {
  database = await createDatabase();
  onTestFinished(database.drop);
}

describe('migrate', () => {
  it('does nothing the second time', async () => {
    await useMigrated();
    const before = await state();
    expect(await apply()).toEqual([]);
    expect(await state()).toEqual(before);
  });

  it('brings an empty database to the newest schema, in order, and once when several replicas start together', async () => {
    await useEmpty();
    const applied = await Promise.all(Array.from({ length: 5 }, () => apply()));
    expect(applied.flat()).toEqual(names);
    expect(names.length).toBeGreaterThan(0);
    const rows = await database.query('SELECT migration_name AS name FROM _prisma_migrations ORDER BY 1');
    expect(rows).toEqual(names.map((name) => ({ name })));
    expect(await database.query('SELECT name FROM application')).toEqual([{ name: 'default' }]);
  });

  it('works as the one role of a deployment that has only one', async () => {
    await useEmpty();
    await migrate({ ownerUrl: database.ownerUrl, applicationRole: 'gatehouse_owner' });
    await migrate({ ownerUrl: database.ownerUrl, applicationRole: 'gatehouse_owner' });
    const client = await connect(database.ownerUrl);
    expect((await client.query('DELETE FROM audit_event')).rowCount).toBe(0);
  });
});

describe('beside Prisma', () => {
  it('writes the ledger as the engine of `prisma migrate` does', async () => {
    await useMigrated();
    const other = await createDatabase({ empty: true });
    onTestFinished(() => other.drop());
    const migrationsList = await readMigrations(MIGRATIONS);
    const made = await withSchemaEngine(other.ownerUrl, (engine) =>
      engine.applyMigrations({ migrationsList, filters: NOTHING_FILTERED }),
    );
    expect(made).toEqual({ appliedMigrationNames: names });

    const columns = `SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
      FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`;
    expect(await database.query(columns)).toEqual(await other.query(columns));
    const lines = `SELECT migration_name, checksum, applied_steps_count, logs, rolled_back_at, length(id) AS id,
        finished_at >= started_at AS finished
      FROM _prisma_migrations ORDER BY 1`;
    expect(await database.query(lines)).toEqual(await other.query(lines));

    // And finds nothing to do where the engine was.
    expect(await apply({ of: other })).toEqual([]);
    const objects = `SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1`;
    expect(await database.query(objects)).toEqual(await other.query(objects));
  });

  it('agrees with `prisma migrate status` that nothing is missing, edited or failed', async () => {
    await useMigrated();
    expect(await diagnose()).toEqual(UP_TO_DATE);
    const [line] = await database.query('SELECT * FROM _prisma_migrations ORDER BY migration_name LIMIT 1');
    const script = await readFile(join(MIGRATIONS, names[0] ?? '', 'migration.sql'));
    expect(line).toMatchObject({ checksum: createHash('sha256').update(script).digest('hex') });
  });

  it('waits for a `prisma migrate deploy` that is under way', async () => {
    await useEmpty();
    const deploy = await connect(database.ownerUrl);
    await deploy.query('SELECT pg_advisory_lock(72707369)');
    const migrated = apply();
    await eventually(async () => {
      const waiting = await database.query(
        `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE locktype = 'advisory' AND NOT granted AND application_name = 'gatehouse-migrate' AND datname = current_database()`,
      );
      return waiting[0];
    });
    expect(await tables()).toEqual([]);
    await deploy.query('SELECT pg_advisory_unlock(72707369)');
    expect(await migrated).toEqual(names);
  });

  it('lets the engine take over, and back', async () => {
    await useMigrated();
    const directory = await copyOfMigrations();
    await addMigration(directory, LATER, 'CREATE TABLE later ()');
    const migrationsList = await readMigrations(directory);
    expect(await diagnose(directory)).toMatchObject({ history: { unappliedMigrationNames: [LATER] } });
    const made = await withSchemaEngine(database.ownerUrl, (engine) =>
      engine.applyMigrations({ migrationsList, filters: NOTHING_FILTERED }),
    );
    expect(made).toEqual({ appliedMigrationNames: [LATER] });
    expect(await apply({ directory })).toEqual([]);
  });
});

describe('a rolling update', () => {
  it('applies what is new, and the older version still starts', async () => {
    await useMigrated();
    const directory = await copyOfMigrations();
    await addMigration(directory, LATER, 'CREATE TABLE later ()');
    expect(await apply({ directory })).toEqual([LATER]);
    expect(await diagnose(directory)).toEqual(UP_TO_DATE);
    expect(await apply()).toEqual([]);
    expect(await diagnose()).toMatchObject({
      history: { diagnostic: 'migrationsDirectoryIsBehind', unpersistedMigrationNames: [LATER] },
    });
  });
});

describe('a database that cannot be migrated', () => {
  it('is of a PostgreSQL that is too old: nothing is made in it', async () => {
    await useEmpty();
    const ownerUrl = await pretendingToBe('140019');
    await expect(migrate({ ownerUrl, applicationRole: 'gatehouse' })).rejects.toThrow(
      new MigrationError('PostgreSQL 15 or newer is needed.'),
    );
    expect(await tables()).toEqual([]);
  });

  it('has the schema from before init: it is refused in one sentence, and nothing is changed', async () => {
    await useEmpty();
    await createOldDatabase(database, BEFORE_INIT);
    const before = await everything(database);
    await expect(apply()).rejects.toThrow(
      new MigrationError(
        'The database has the schema of an older version (migration 20261122000000_ledger), which this version cannot upgrade: give it a new, empty database, and copy the data over if you need it (docs/operations.md, "Upgrading").',
      ),
    );
    await expect(
      migrate({ ownerUrl: database.ownerUrl, applicationRole: 'gatehouse', ifTooOld: 'begin anew.' }),
    ).rejects.toThrow(/cannot upgrade: begin anew\.$/);
    expect(await everything(database)).toEqual(before);
  });

  it('was only touched by one of those: it is refused as well', async () => {
    await useEmpty();
    await createOldDatabase(database, []);
    for (const migration of BEFORE_INIT) {
      await database.query('DELETE FROM _prisma_migrations');
      await recordMigration(database, migration);
      await expect(apply()).rejects.toThrow(`an older version (migration ${migration[0]})`);
    }
  });

  it('was migrated with another content of a migration: its name is said, nothing is changed', async () => {
    await useMigrated();
    const directory = await copyOfMigrations();
    const [edited = ''] = names;
    await appendFile(join(directory, edited, 'migration.sql'), '-- a comment is enough');
    await addMigration(directory, LATER, 'CREATE TABLE later ()');
    const before = await state();
    await expect(apply({ directory })).rejects.toThrow(
      new MigrationError(`Migration ${edited} was applied with another content than this version carries.`),
    );
    expect(await state()).toEqual(before);
    expect(await diagnose(directory)).toMatchObject({ editedMigrationNames: [edited] });
  });

  it('refuses a statement: nothing of that migration stays, what came before does, and a corrected one applies', async () => {
    await useMigrated();
    const directory = await copyOfMigrations();
    await addMigration(directory, LATER, 'CREATE TABLE later (); SELECT 1 / 0; CREATE TABLE latest ()');
    const before = await state();
    const failure = await apply({ directory }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationError);
    expect(failure).toMatchObject({
      message: `Migration ${LATER} failed (SQLSTATE 22012).`,
      cause: { code: '22012' },
    });
    expect(await state()).toEqual(before);
    expect(await diagnose(directory)).toMatchObject({
      failedMigrationNames: [],
      history: { unappliedMigrationNames: [LATER] },
    });

    await addMigration(directory, LATER, 'CREATE TABLE later ()');
    expect(await apply({ directory })).toEqual([LATER]);
    expect(await diagnose(directory)).toEqual(UP_TO_DATE);
  });

  it('refuses to record a migration: nothing of it stays', async () => {
    await useMigrated();
    const directory = await copyOfMigrations();
    const script = `CREATE TABLE later (); ALTER TABLE _prisma_migrations ADD CHECK (migration_name <> '${LATER}')`;
    await addMigration(directory, LATER, script);
    const before = await state();
    await expect(apply({ directory })).rejects.toThrow(
      new MigrationError(`Migration ${LATER} failed (SQLSTATE 23514).`),
    );
    expect(await state()).toEqual(before);
  });

  it('has a migration that Prisma began and did not finish: its name is said, until it is resolved', async () => {
    await useMigrated();
    const directory = await copyOfMigrations();
    await addMigration(directory, LATER, 'SELECT 1 / 0');
    const migrationsList = await readMigrations(directory);
    await withSchemaEngine(database.ownerUrl, async (engine) => {
      await expect(engine.applyMigrations({ migrationsList, filters: NOTHING_FILTERED })).rejects.toThrow(
        LATER,
      );
    });
    await addMigration(directory, LATER, 'CREATE TABLE later ()');
    const before = await state();
    await expect(apply({ directory })).rejects.toThrow(
      new MigrationError(
        `Migration ${LATER} was begun and not finished. Repair it, then: prisma migrate resolve`,
      ),
    );
    expect(await state()).toEqual(before);
    expect(await diagnose(directory)).toMatchObject({ failedMigrationNames: [LATER] });

    await withSchemaEngine(database.ownerUrl, (engine) =>
      engine.markMigrationRolledBack({ migrationName: LATER }),
    );
    expect(await apply({ directory })).toEqual([LATER]);
    expect(await diagnose(directory)).toEqual(UP_TO_DATE);
  });
});

/** Migrates as the gateway does; the names of what was applied. */
async function apply({ of = database, directory = MIGRATIONS } = {}): Promise<string[]> {
  const applied: string[] = [];
  await migrate({
    ownerUrl: of.ownerUrl,
    applicationRole: 'gatehouse',
    onApplied: (name) => applied.push(name),
    ...(directory === MIGRATIONS ? {} : { directory }),
  });
  return applied;
}

async function diagnose(directory = MIGRATIONS) {
  const migrationsList = await readMigrations(directory);
  return withSchemaEngine(database.ownerUrl, (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList,
      optInToShadowDatabase: false,
      filters: NOTHING_FILTERED,
    }),
  );
}

async function tables(): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function state() {
  return {
    tables: await tables(),
    ledger: await database.query('SELECT *, xmin FROM _prisma_migrations ORDER BY id'),
  };
}

async function copyOfMigrations(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-migrations-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await cp(MIGRATIONS, directory, { recursive: true });
  return directory;
}

async function addMigration(directory: string, name: string, script: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), script);
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** The database through a proxy that changes one thing: what the server answers as its version's number. */
async function pretendingToBe(version: string): Promise<string> {
  const [{ server_version_num: real } = { server_version_num: '' }] = await database.query<{
    server_version_num: string;
  }>('SHOW server_version_num');
  const { hostname, port } = new URL(database.ownerUrl);
  const server = createServer((inner) => {
    const outer = connectTo(Number(port), hostname);
    outer.on('data', (data) => {
      inner.write(Buffer.from(data.toString('latin1').replace(real, version), 'latin1'));
    });
    inner.pipe(outer).on('close', () => inner.destroy());
    for (const socket of [inner, outer]) socket.on('error', () => inner.destroy());
  });
  const proxyPort = await listen(server);
  onTestFinished(() => void server.close());
  const url = new URL(database.ownerUrl);
  url.port = String(proxyPort);
  return url.href;
}
