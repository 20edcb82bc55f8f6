import type { TestDatabase } from '../../support/database.ts';
import { asOwner } from '../../support/partitions.ts';

/** The migrations before init, with their checksums. A database with any of them has to be refused. */
export const BEFORE_INIT = [
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

/** A database as versions before init left it, in short: their history, and some of what they made. */
export async function createOldDatabase(
  database: TestDatabase,
  migrations: readonly (readonly [string, string])[],
): Promise<void> {
  await asOwner(database, (client) =>
    client.query(`
    CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL,
      finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
    CREATE TABLE application (id uuid PRIMARY KEY, name text NOT NULL);
    INSERT INTO application VALUES (gen_random_uuid(), 'default');
    CREATE TABLE realtime_session (id uuid PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE FUNCTION create_partitions("from" timestamptz, "to" timestamptz) RETURNS integer LANGUAGE sql RETURN 0;
    GRANT SELECT ON application TO gatehouse`),
  );
  for (const migration of migrations) await recordMigration(database, migration);
}

export async function recordMigration(
  database: TestDatabase,
  [name, checksum]: readonly [string, string],
): Promise<void> {
  await database.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES (gen_random_uuid(), $1, $2, now(), 1)`,
    [checksum, name],
  );
}

/** Every row of the catalogs that a migration could write, and of the tables. */
export async function everything(database: TestDatabase) {
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
