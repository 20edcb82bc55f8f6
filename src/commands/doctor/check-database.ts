import type pg from 'pg';
import type { Config } from '../../platform/config/config.ts';
import { describeDatabase } from '../../platform/database/describe-database.ts';
import { compareHistory, requireSchema } from '../../platform/database/migration-history.ts';
import { type Reached, reachDatabase } from '../../platform/database/open-migrated-database.ts';
import { orStartError } from '../../platform/database/or-start-error.ts';
import { createPool } from '../../platform/database/pool.ts';
import { createLog } from '../with-database.ts';
import { type Check, fail, failed, ok, warn } from './check.ts';
import { checkClock, checkPartitions } from './check-months.ts';
import { checkOwner, checkRights } from './check-roles.ts';
import { checkAuditKey, checkFingerprintKey, checkSealing } from './check-trail.ts';

type Server = {
  readonly version: string;
  readonly number: string;
  readonly encoding: string;
  readonly readonly: boolean;
};

/** Everything about the database that can be found out without changing it. */
export async function* checkDatabase(config: Config): AsyncGenerator<Check> {
  let reached: Reached;
  try {
    reached = await reachDatabase(config, createLog());
  } catch (error) {
    yield failed('database', error);
    return;
  }
  const { url, source, pooler } = reached;
  const pool = createPool({
    url,
    size: 1,
    timeoutMs: config.databaseTimeoutMs,
    pooler: pooler !== 'none',
    preparedStatements: config.preparedStatements === 'on',
    onError: () => {},
  });
  const attempt = async (name: string, check: () => Promise<Check>) =>
    orStartError(check(), source).catch((error: unknown) => failed(name, error));
  try {
    yield await attempt('database', () => checkServer(pool, url));
    yield checkPooler(config, reached);
    const migrations = await attempt('migrations', () => checkMigrations(pool));
    yield migrations;
    // Without the tables nothing else can be asked.
    if (migrations.status === 'fail') return;
    yield await attempt('rights', () => checkRights(pool));
    yield await attempt('owner', () => checkOwner(config));
    yield await attempt('clock of the database', () => checkClock(pool));
    yield await attempt('partitions', () => checkPartitions(pool));
    yield await attempt('audit key', () => checkAuditKey(pool, config));
    yield await attempt('fingerprint key', () => checkFingerprintKey(pool, config));
    yield await attempt('sealing', () => checkSealing(pool, config));
  } finally {
    await pool.end();
    await reached.stop();
  }
}

async function checkServer(pool: pg.Pool, url: string): Promise<Check> {
  const { rows } = await pool.query<Server>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number,
       current_setting('server_encoding') AS encoding, current_setting('transaction_read_only')::boolean AS readonly`,
  );
  const [server] = rows;
  if (server === undefined) throw new Error('The server has no settings');
  const where = `PostgreSQL ${server.version}, ${describeDatabase(url)}`;
  if (Number(server.number) < 150_000)
    return fail('database', `${where} is too old.`, 'Use PostgreSQL 15 or newer.');
  if (server.encoding !== 'UTF8')
    return fail(
      'database',
      `${where} has the encoding ${server.encoding}.`,
      "Make one with ENCODING 'UTF8'.",
    );
  if (server.readonly)
    return fail(
      'database',
      `${where} is read-only: nothing can be minted.`,
      'Let DATABASE_URL lead to the primary, and look for default_transaction_read_only and a full disk.',
    );
  return ok('database', `${where}.`);
}

function checkPooler({ database }: Config, { pooler, source }: Reached): Check {
  switch (pooler) {
    case 'none':
      return ok('pooler', 'none.');
    case 'session':
      return ok('pooler', `${source} leads through one in session mode.`);
    case 'transaction':
      return database.kind === 'external' && database.ownerUrl === undefined
        ? fail(
            'pooler',
            `${source} leads through one in transaction mode, and migrations, locks and LISTEN need a session.`,
            'Set DATABASE_OWNER_URL to the address of the server itself.',
          )
        : ok('pooler', `${source} leads through one in transaction mode.`);
    default:
      return pooler satisfies never;
  }
}

async function checkMigrations(pool: pg.Pool): Promise<Check> {
  await requireSchema(pool, { newer: true });
  const { newer } = await compareHistory(pool);
  const last = newer.at(-1);
  return last === undefined
    ? ok('migrations', 'all are applied.')
    : warn('migrations', `a newer version has applied ${last}.`, 'Replace this version by the newer one.');
}
