import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { selectIfClocksAgree } from './clock-skew.ts';
import { grantReader } from './grant-reader.ts';
import { MigrationError } from './migration-error.ts';
import {
  checksumOf,
  compareHistory,
  type HistoryOptions,
  MIGRATIONS,
  readMigration,
} from './migration-history.ts';
import { withClient } from './with-client.ts';

/** The advisory lock that Prisma's own `migrate deploy` takes, so that the two exclude each other. */
const PRISMA_LOCK = 72_707_369;
// Created at each start and every six hours. Few, because a statement over all months plans and locks each partition.
const MONTHS_AHEAD = 3;

// As Prisma's schema engine creates it, so that `prisma migrate status` and `deploy` agree with this runner.
const HISTORY = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL,
    checksum varchar(64) NOT NULL,
    finished_at timestamptz,
    migration_name varchar(255) NOT NULL,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`;

export type MigrateOptions = HistoryOptions & {
  /** The role that owns the tables. */
  readonly ownerUrl: string;
  /** The role that the gateway works as: it is granted what it needs, and no more. */
  readonly applicationRole: string;
  readonly onApplied?: (name: string) => void;
};

/**
 * Brings the database to the newest schema: applies missing migrations in order, each in a transaction
 * with its line in Prisma's history; creates partitions ahead; grants the application's role and the readers'. Several replicas
 * may call it at once: the others wait, and find nothing left to do.
 * @throws MigrationError when PostgreSQL or the database's schema is too old, or the schema was changed by hand
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { ownerUrl, applicationRole, onApplied, directory = MIGRATIONS } = options;
  await withClient({ url: ownerUrl, application_name: 'gatehouse-migrate' }, async (client) => {
    await requireSupportedVersion(client);
    await requireSchemaPublic(client);
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK]);
    await client.query(HISTORY);
    const { missing } = await compareHistory(client, options);
    for (const name of missing) {
      await apply(client, name, await readMigration(directory, name));
      onApplied?.(name);
    }
    await createPartitions(client);
    await grant(client, applicationRole);
    await grantReader(client);
  });
}

/**
 * Creates the partitions of this month and the next three that are missing; returns how many it made. None, while nobody
 * knows which month this is, because the clocks of database and gateway differ.
 */
export async function createPartitions(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ made: number }>(
    selectIfClocksAgree(
      'create_partitions($2::timestamptz, $2::timestamptz + make_interval(months => $1)) AS made',
      '$2',
    ),
    [MONTHS_AHEAD, new Date()],
  );
  return rows[0]?.made ?? 0;
}

async function requireSupportedVersion(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  if (Number(rows[0]?.server_version_num) < 150_000)
    throw new MigrationError('PostgreSQL 15 or newer is needed.');
}

/** Functions and grants name it. Where there is no schema at all, creating tables fails and says so. */
async function requireSchemaPublic(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ schema: string | null }>('SELECT current_schema() AS schema');
  const schema = rows[0]?.schema ?? 'public';
  if (schema !== 'public')
    throw new MigrationError(
      `The tables belong in the schema public, and the search_path of their owner leads to ${JSON.stringify(schema)} first: set its search_path to public.`,
    );
}

async function apply(client: pg.ClientBase, name: string, script: string): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(script);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksumOf(script), name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    throw new MigrationError(`Migration ${name} failed${code === undefined ? '' : ` (SQLSTATE ${code})`}.`, {
      cause: error,
    });
  }
}

/** What the gateway's role may do. It cannot change or remove an audit event or its seal, and owns nothing. */
async function grant(client: pg.ClientBase, role: string): Promise<void> {
  const { rows } = await client.query<{ owner: boolean }>('SELECT current_user = $1 AS owner', [role]);
  if (rows[0]?.owner) return;
  const name = pg.escapeIdentifier(role);
  // First what it has too much of: a GRANT by hand, the owner's default privileges. Several statements in one
  // query are one transaction: nobody finds the role without what it needs.
  await client.query(`
    REVOKE ALL ON _prisma_migrations, application, api_key, application_user, end_user, realtime_session, realtime_call,
      idempotency_key, audit_event, audit_identity, audit_seal, audit_head, usage_record, usage_rollup, usage_sum, usage_part,
      session_sum, session_rollup, session_sum_progress FROM ${name}, PUBLIC;
    GRANT USAGE ON SCHEMA public TO ${name};
    GRANT SELECT ON _prisma_migrations TO ${name};
    GRANT SELECT, INSERT ON application, api_key, application_user TO ${name};
    GRANT UPDATE (last_used_at, revoked_at) ON api_key TO ${name};
    GRANT UPDATE (last_session_at) ON application_user TO ${name};
    GRANT SELECT, INSERT, UPDATE ON end_user, realtime_session, realtime_call TO ${name};
    GRANT UPDATE (allowed_models, allowed_providers, max_ttl_seconds, max_active_sessions, max_mints_per_minute,
      max_mints_per_day, monthly_budget_usd, max_call_seconds, brokered_only) ON application TO ${name};
    GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_key TO ${name};
    GRANT SELECT, INSERT ON audit_event, audit_identity, audit_seal, audit_head TO ${name};
    GRANT SELECT, INSERT ON usage_record TO ${name};
    GRANT UPDATE (counted, usage, label_key, label) ON usage_record TO ${name};
    GRANT SELECT, INSERT, UPDATE ON usage_rollup, usage_sum TO ${name};
    GRANT SELECT, INSERT, DELETE ON usage_part, session_sum, session_rollup TO ${name};
    GRANT SELECT, UPDATE ON session_sum_progress TO ${name};
    REVOKE EXECUTE ON FUNCTION create_partitions, erase_identities FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION erase_identities TO ${name};
  `);
}
