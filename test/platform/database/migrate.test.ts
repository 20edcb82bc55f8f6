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

const LATER = '29991231235959_later';
const UP_TO_DATE = {
  hasMigrationsTable: true,
  failedMigrationNames: [],
  editedMigrationNames: [],
  history: null,
};

// The migrations before init, with their checksums. A database with any of them has to be refused.
const BEFORE_INIT = [
  ['20261122000000_ledger', 'd730f6b811ae00de5430db4ae376a57d146f5e1b61e86bed3b2367b580c1846f'],
  ['20261122090000_limits', '9b5d99697b1fd10a2edc3fbf85d32aa6f28247ba5a8ae2001ac7f52a8180c5f6'],
  ['20261122150000_callers', '6db054cb45771a9b826c5f49109ec18f19e230964d70ad120876912ba3495b85'],
  ['20261122200000_listings', '944f9e57ae89ded88e9df90e98b6129acb534cbf7ee73018eef5306017f33cff'],
  ['20261122210000_expiry', 'a802813fa952e77c9be6a19c2f0a0ce7f2e21fa77671fb6d872e3d90b260d071'],
  ['20261122230000_usage', '1e083a20ac86aa8f28412fe2f3ac4d69cb223cb67ab2604ae4732aa517ad0de8'],
  ['20261122240000_sealing', '27a9f8792e1a0e36e20f71f421a828dddfc10b2704915671d6a10914a4375fcf'],
  ['20261123000000_budget', '2d9086f0d913c00e0eda06b4eb2f4dd6106fec2050db7477b4633133bd2db4e2'],
  ['20261123010000_identify', 'a0bc450a71d6cbb037877e783f35fe6456536eaddba0bdebe0cf2f76039edcb4'],
  ['20261123030000_erasure', '58e784c474f433665a185b775b739dec3827098d22414fcffbb208ccbe5068f7'],
] as const;

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
    await createOldDatabase(BEFORE_INIT);
    const before = await everything();
    await expect(apply()).rejects.toThrow(
      new MigrationError(
        'The database has the schema of an older version (migration 20261122000000_ledger), which this version cannot upgrade: give it a new, empty database, and copy the data over if you need it (docs/operations.md, "Upgrading").',
      ),
    );
    await expect(
      migrate({ ownerUrl: database.ownerUrl, applicationRole: 'gatehouse', ifTooOld: 'begin anew.' }),
    ).rejects.toThrow(/cannot upgrade: begin anew\.$/);
    expect(await everything()).toEqual(before);
  });

  it('was only touched by one of those: it is refused as well', async () => {
    await useEmpty();
    await createOldDatabase([]);
    for (const migration of BEFORE_INIT) {
      await database.query('DELETE FROM _prisma_migrations');
      await recordMigration(migration);
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

/** A database as versions before init left it, in short: their history, and some of what they made. */
async function createOldDatabase(migrations: readonly (readonly [string, string])[]): Promise<void> {
  const client = await connect(database.ownerUrl);
  await client.query(`
    CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL,
      finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
    CREATE TABLE application (id uuid PRIMARY KEY, name text NOT NULL);
    INSERT INTO application VALUES (gen_random_uuid(), 'default');
    CREATE TABLE realtime_session (id uuid PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE FUNCTION create_partitions("from" timestamptz, "to" timestamptz) RETURNS integer LANGUAGE sql RETURN 0;
    GRANT SELECT ON application TO gatehouse`);
  for (const migration of migrations) await recordMigration(migration);
}

async function recordMigration([name, checksum]: readonly [string, string]): Promise<void> {
  await database.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES (gen_random_uuid(), $1, $2, now(), 1)`,
    [checksum, name],
  );
}

/** Every row of the catalogs that a migration could write, and of the tables. */
async function everything() {
  return {
    relations: await database.query(
      `SELECT *, xmin FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY oid`,
    ),
    columns: await database.query(
      `SELECT attribute.*, attribute.xmin FROM pg_attribute AS attribute JOIN pg_class ON pg_class.oid = attrelid
       WHERE relnamespace = 'public'::regnamespace ORDER BY attrelid, attnum`,
    ),
    functions: await database.query(
      `SELECT *, xmin FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY oid`,
    ),
    constraints: await database.query(
      `SELECT *, xmin FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY oid`,
    ),
    schema: await database.query(`SELECT *, xmin FROM pg_namespace WHERE nspname = 'public'`),
    history: await database.query('SELECT *, xmin FROM _prisma_migrations ORDER BY id'),
    applications: await database.query('SELECT *, xmin FROM application'),
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
