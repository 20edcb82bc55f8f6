import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseUsage } from '../../src/domain/parse-usage.ts';
import { announceExpiry } from '../../src/jobs/announce-expiry.ts';
import { purgeIdempotencyKeys } from '../../src/jobs/purge-idempotency-keys.ts';
import { settleOverdue } from '../../src/jobs/settle-overdue.ts';
import { sumUsage } from '../../src/jobs/sum-usage.ts';
import { createApplicationsLedger } from '../../src/postgres/change-applications.ts';
import { createLimitsLedger } from '../../src/postgres/change-limits.ts';
import { checkLedger } from '../../src/postgres/check-ledger.ts';
import { findDefaultApplicationId } from '../../src/postgres/find-application.ts';
import { findValidKeys, noteKeysUsed } from '../../src/postgres/find-valid-keys.ts';
import { createIdentifySecret } from '../../src/postgres/identify-secret.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { createPool } from '../../src/postgres/pool.ts';
import { createPrisma } from '../../src/postgres/prisma.ts';
import { createLedgerReader } from '../../src/postgres/reader.ts';
import { recordDenial } from '../../src/postgres/record-denial.ts';
import { createReportUsage } from '../../src/postgres/report-usage.ts';
import { reserveSession } from '../../src/postgres/reserve-session.ts';
import { settleSession } from '../../src/postgres/settle-session.ts';
import { OPERATOR } from '../support/actors.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { asRole, partitionsOf, privilegesOf } from './fixtures/privileges.ts';

const PERMISSION_DENIED = '42501';
const EVENT = `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, detail)
  SELECT uuidv7_at(at), at, 'session.requested', 'SUCCEEDED', 'OPERATOR', 'root', '{}'`;

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

describe("the application's role", () => {
  it('can do what the gateway does: reserve, settle, revoke, suspend, limit, read, check, clean up', async () => {
    const pool = createPool({ url: database.url, size: 2, timeoutMs: 10_000, onError: () => {} });
    const prisma = createPrisma(pool);
    try {
      expect(await checkLedger(pool)).toBeNull();
      const applicationId = await findDefaultApplicationId(prisma);
      const pending = await reserve(pool, applicationId);
      // A second one of the same user takes the other way through the function: the user's row is there.
      expect(await reserve(pool, applicationId)).toMatchObject({ userId: pending.userId, status: 'PENDING' });
      const settled = await fail(pool, pending.id);
      expect(settled).toMatchObject({ id: pending.id, status: 'FAILED' });

      const limits = createLimitsLedger(pool);
      const { userId } = pending;
      const user = { id: userId, externalId: null };
      expect(await limits.revokeSession(pending.id, null, by)).toMatchObject({ status: 'FAILED' });
      expect(await limits.suspendUser(user, 'why', by)).toMatchObject({ id: userId });
      expect(await limits.reinstateUser(user, by)).toMatchObject({ suspendedAt: null });
      expect(await limits.setUserPolicy(user, { maxTtlSeconds: 60 }, by)).toMatchObject({ id: userId });
      expect(await limits.setApplicationPolicy(applicationId, { allowedModels: null }, by)).toMatchObject({
        id: applicationId,
      });
      await database.query(`UPDATE realtime_session SET deadline = now() WHERE outcome IS NULL`);
      await database.query(`UPDATE idempotency_key SET created_at = now() - interval '26 hours'`);
      const applications = createApplicationsLedger(pool);
      const created = await applications.createApplication('shop', by);
      const id = await applications.newApiKeyId();
      const grant = {
        applicationId,
        name: 'k',
        scopes: [],
        reach: 'OWN_APPLICATION',
        expiresAt: null,
      } as const;
      const stored = { id, keyHash: 'f'.repeat(64), lastFour: 'last' };
      expect(await applications.createApiKey(grant, stored, by)).toMatchObject({ kind: 'created' });
      await noteKeysUsed(pool, [id]);
      expect(await findValidKeys(pool, [id])).toMatchObject([{ id }]);
      expect(await applications.revokeApiKey(id, by)).toMatchObject({ revokedAt: expect.any(Date) });
      await recordDenial(pool, { action: 'access.denied', detail: {} }, by);
      await settleOverdue(pool);
      await database.query(
        `UPDATE realtime_session SET outcome = 'ISSUED', failure_code = NULL, expires_at = now() + interval '1 hour',
           secret_fingerprint = repeat('0', 64), secret_fingerprint_key_id = 'k', secret_prefix = '', secret_last_four = ''
         WHERE id = $1`,
        [pending.id],
      );
      expect(
        await createIdentifySecret(pool)({ k: '0'.repeat(64) }, { reach: 'EVERYTHING' }, by),
      ).toMatchObject({
        id: pending.id,
      });
      await reportBoth(pool, pending.id);
      await sumUsage(pool);
      await announceExpiry(pool, () => {}, new AbortController().signal);
      await purgeIdempotencyKeys(pool);
      expect(await database.query('SELECT FROM idempotency_key')).toEqual([]);

      const reader = createLedgerReader(pool, { reach: 'EVERYTHING' });
      const page = { limit: 10, boundary: null, direction: 'forward' } as const;
      expect(await reader.sessions({}, 'CREATED_AT_DESC', page, 'everything')).toHaveLength(2);
      expect(await reader.apiKeysOf(applicationId)).toHaveLength(1);
      expect(await reader.application(created?.id ?? '')).toMatchObject({ name: 'shop' });
      expect(await reader.userByExternalId('somebody')).toMatchObject({ id: pending.userId });
      expect(await reader.sessionUsage(pending.id)).toMatchObject({ responses: 1, costUsd: '2' });
      const day = { from: Date.now() - 86_400_000, to: Date.now() + 86_400_000, timeZone: 'Asia/Kolkata' };
      const all = { ...day, userIds: null, applicationIds: null, models: null };
      expect(await reader.usageTotals(all)).toMatchObject({ responses: 1, costUsd: '2' });
      expect(await reader.usageRows(all, ['USER', 'DAY'], { limit: 10, after: null })).not.toEqual([]);
      expect(await reader.isTimeZone('Asia/Kolkata')).toBe(true);
      const events = await reader.auditEvents(page, { sessionId: pending.id });
      expect(events.map(({ row }) => row.action)).toEqual([
        ...['usage.reported', 'usage.reported', 'secret.identified', 'session.failed', 'session.requested'],
      ]);
      // What `prisma migrate status` and the doctor look at.
      expect((await pool.query('SELECT FROM _prisma_migrations')).rowCount).toBeGreaterThan(0);
    } finally {
      await prisma.$disconnect();
      await pool.end();
    }
  });

  it('holds these privileges and no others', async () => {
    expect(await privilegesOf(database)).toEqual({
      tables: {
        _prisma_migrations: ['SELECT'],
        api_key: ['INSERT', 'SELECT'],
        'api_key.last_used_at': ['UPDATE'],
        'api_key.revoked_at': ['UPDATE'],
        application: ['INSERT', 'SELECT'],
        'application.allowed_models': ['UPDATE'],
        'application.max_active_sessions': ['UPDATE'],
        'application.max_mints_per_day': ['UPDATE'],
        'application.max_mints_per_minute': ['UPDATE'],
        'application.max_ttl_seconds': ['UPDATE'],
        'application.monthly_budget_usd': ['UPDATE'],
        application_user: ['INSERT', 'SELECT'],
        'application_user.last_session_at': ['UPDATE'],
        audit_event: ['INSERT', 'SELECT'],
        audit_head: ['INSERT', 'SELECT'],
        audit_seal: ['INSERT', 'SELECT'],
        end_user: ['INSERT', 'SELECT', 'UPDATE'],
        idempotency_key: ['DELETE', 'INSERT', 'SELECT', 'UPDATE'],
        realtime_session: ['INSERT', 'SELECT', 'UPDATE'],
        usage_part: ['DELETE', 'INSERT', 'SELECT'],
        usage_record: ['INSERT', 'SELECT'],
        'usage_record.counted': ['UPDATE'],
        usage_rollup: ['INSERT', 'SELECT', 'UPDATE'],
        usage_sum: ['INSERT', 'SELECT', 'UPDATE'],
      },
      partitions: {},
    });
    const [role] = await database.query(
      `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
         (SELECT count(*)::int FROM pg_auth_members WHERE member = pg_roles.oid) AS memberships,
         (SELECT count(*)::int FROM pg_shdepend WHERE refobjid = pg_roles.oid AND deptype = 'o') AS owned,
         has_schema_privilege(oid, 'public', 'CREATE') AS schema, has_database_privilege(oid, current_database(), 'CREATE') AS database
       FROM pg_roles WHERE rolname = 'gatehouse'`,
    );
    const none = { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false };
    expect(role).toEqual({
      ...none,
      rolbypassrls: false,
      memberships: 0,
      owned: 0,
      schema: false,
      database: false,
    });
    const callable = await database.query<{ name: string }>(
      `SELECT proname AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
         AND has_function_privilege('gatehouse', oid, 'EXECUTE') ORDER BY 1`,
    );
    expect(callable.map(({ name }) => name)).toEqual([
      'announce_expired',
      'count_usage',
      'create_api_key',
      'create_application',
      'effective_policy',
      'exceeded_quota',
      'identify_secret',
      'lock_user',
      'note_api_keys_used',
      'purge_idempotency_keys',
      'quota_usage',
      'reached_budget',
      'report_usage',
      'reserve_session',
      'reserve_session',
      'revoke_api_key',
      'revoke_session',
      'session_status',
      'session_status',
      'set_application_policy',
      'set_user_policy',
      'settle_overdue',
      'sum_usage',
      'suspend_user',
      'uuidv7_at',
      'uuidv7_floor',
      'write_event',
    ]);
  });
});

describe("the application's role cannot", () => {
  beforeAll(() => database.query(`${EVENT} FROM now() AS at`));

  it.each([
    ['change an event', `UPDATE audit_event SET actor_name = 'nobody'`],
    ['remove an event', 'DELETE FROM audit_event'],
    ['empty the trail', 'TRUNCATE audit_event'],
    ['lock an event', 'SELECT FROM audit_event FOR UPDATE'],
    [
      'change an event by inserting it again',
      `${EVENT} FROM now() AS at ON CONFLICT (id) DO UPDATE SET actor_name = 'nobody'`,
    ],
    [
      'change an event by merging',
      `MERGE INTO audit_event USING (VALUES (1)) AS v ON true WHEN MATCHED THEN UPDATE SET actor_name = 'nobody'`,
    ],
    [
      'remove an event by merging',
      'MERGE INTO audit_event USING (VALUES (1)) AS v ON true WHEN MATCHED THEN DELETE',
    ],
    ['change a seal', 'UPDATE audit_seal SET sequence = sequence + 1'],
    ['remove a seal', 'DELETE FROM audit_seal'],
    ['empty the seals', 'TRUNCATE audit_seal'],
    ['change a head', 'UPDATE audit_head SET key_id = key_id'],
    ['remove a head', 'DELETE FROM audit_head'],
    ['empty the heads', 'TRUNCATE audit_head'],
    ['disable triggers', 'ALTER TABLE audit_event DISABLE TRIGGER ALL'],
    ['act as a replica, which runs no triggers', `SET session_replication_role = 'replica'`],
    [
      'make a trigger',
      'CREATE TRIGGER t BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    ],
    ['make a rule', 'CREATE RULE r AS ON INSERT TO audit_event DO INSTEAD NOTHING'],
    ['drop the trail', 'DROP TABLE audit_event'],
    ['alter the trail', 'ALTER TABLE audit_event DROP COLUMN detail'],
    ['give the trail away', 'ALTER TABLE audit_event OWNER TO gatehouse'],
    ['take a partition off', 'ALTER TABLE audit_event DETACH PARTITION audit_event_template'],
    [
      'take a partition off as retention does',
      'ALTER TABLE audit_event DETACH PARTITION audit_event_template CONCURRENTLY',
    ],
    [
      'mark a partition for retention to drop',
      `COMMENT ON TABLE audit_event_template IS 'Retention drops this month'`,
    ],
    [
      'make a partition',
      `CREATE TABLE mine PARTITION OF audit_event FOR VALUES FROM ('00000000-0000-7000-8000-000000000000') TO ('00000001-0000-7000-8000-000000000000')`,
    ],
    ['make partitions by the function', 'SELECT create_partitions(now(), now())'],
    [
      'change a function',
      `CREATE OR REPLACE FUNCTION uuidv7_floor(at timestamptz) RETURNS uuid LANGUAGE sql RETURN gen_random_uuid()`,
    ],
    ['drop a function', 'DROP FUNCTION reserve_session(jsonb)'],
    ['remove sessions', 'DELETE FROM realtime_session'],
    ['empty the sessions', 'TRUNCATE realtime_session'],
    ['remove users', 'DELETE FROM end_user'],
    ['change what was used', 'UPDATE usage_record SET cost = 0, total_tokens = 0'],
    ['remove what was used', 'DELETE FROM usage_record'],
    ['remove sums', 'DELETE FROM usage_rollup'],
    ['widen a key', `UPDATE api_key SET scopes = '{USERS_WRITE}', reach = 'EVERYTHING'`],
    ['make a key another', `UPDATE api_key SET key_hash = repeat('0', 64)`],
    ['remove a key', 'DELETE FROM api_key'],
    ['hide a user from an application', 'DELETE FROM application_user'],
    ['rename an application', `UPDATE application SET name = 'mine'`],
    ['say what was migrated', 'DELETE FROM _prisma_migrations'],
    ['make a table', 'CREATE TABLE mine ()'],
    ['make a schema', 'CREATE SCHEMA mine'],
    ['become the owner', 'SET ROLE gatehouse_owner'],
    ['log in as the owner', 'SET SESSION AUTHORIZATION gatehouse_owner'],
    ['join the owner', 'GRANT gatehouse_owner TO gatehouse'],
    ['take what the owner has', 'REASSIGN OWNED BY gatehouse_owner TO gatehouse'],
    ['drop what the owner has', 'DROP OWNED BY gatehouse_owner'],
    [
      'promise itself what the owner makes',
      'ALTER DEFAULT PRIVILEGES FOR ROLE gatehouse_owner GRANT ALL ON TABLES TO gatehouse',
    ],
    ['become superuser', 'ALTER ROLE gatehouse SUPERUSER'],
    [
      'write the catalog',
      `UPDATE pg_class SET relowner = 'gatehouse'::regrole WHERE relname = 'audit_event'`,
    ],
    ['run a program', `COPY audit_event TO PROGRAM 'true'`],
  ])('%s', async (_, text) => {
    const [partition] = await partitionsOf(database, 'audit_event');
    const attempt = asRole(database.url, (client) =>
      client.query(text.replace('audit_event_template', partition ?? '')),
    );
    await expect(attempt).rejects.toMatchObject({ code: PERMISSION_DENIED });
    expect(
      await database.query('SELECT count(*)::int AS kept FROM audit_event WHERE actor_name = $1', ['root']),
    ).not.toEqual([{ kept: 0 }]);
  });

  it('grant itself more on what it may read', async () => {
    await asRole(database.url, async (client) => {
      // Not an error but a warning, which says that nothing was granted.
      await client.query('GRANT UPDATE, DELETE, TRUNCATE ON audit_event TO gatehouse').catch(() => {});
      await expect(client.query('DELETE FROM audit_event')).rejects.toMatchObject({
        code: PERMISSION_DENIED,
      });
    });
  });

  it('reach rows through a partition, of any month, of any table', async () => {
    await expectClosedPartitions(database);
  });

  it('reach rows through partitions that are made later', async () => {
    const before = await partitionsOf(database, 'audit_event');
    await asRole(database.ownerUrl, (client) =>
      client.query(`SELECT create_partitions('2024-11-15', '2025-01-15')`),
    );
    await database.query(
      `${EVENT} FROM unnest('{2024-11-30 23:59+00, 2025-01-01 00:00+00}'::timestamptz[]) AS at`,
    );
    expect(await partitionsOf(database, 'audit_event')).toHaveLength(before.length + 3);
    await expectClosedPartitions(database);
  });
});

describe('what was granted otherwise', () => {
  // An operator who sets up two roles often begins with: the application may do all with what the owner makes.
  it("is taken back when the owner's default privileges gave it, and from partitions made later", async () => {
    const generous = await createDatabase({ empty: true });
    await asRole(generous.ownerUrl, async (client) => {
      await client.query('ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO gatehouse, PUBLIC');
      await migrate({ ownerUrl: generous.ownerUrl, applicationRole: 'gatehouse' });
      await client.query(`SELECT create_partitions('2024-11-15', '2024-12-15')`);
    });
    expect(await partitionsOf(generous, 'audit_event')).toHaveLength(6);
    await expectLeastPrivileges(generous);
    await generous.drop();
  });

  // And ends with this, when something did not work.
  it('is taken back at the next start when it was granted by hand', async () => {
    const generous = await createDatabase();
    await asRole(generous.ownerUrl, (client) =>
      client.query('GRANT ALL ON ALL TABLES IN SCHEMA public TO gatehouse'),
    );
    await migrate({ ownerUrl: generous.ownerUrl, applicationRole: 'gatehouse' });
    await expectLeastPrivileges(generous);
    await generous.drop();
  });
});

async function expectLeastPrivileges(of: TestDatabase): Promise<void> {
  const { tables, partitions } = await privilegesOf(of);
  expect(tables).toEqual((await privilegesOf(database)).tables);
  // A backup reads each partition by name.
  expect(new Set(Object.values(partitions).flat())).toEqual(new Set(['SELECT']));
  await of.query(`${EVENT} FROM now() AS at`);
  for (const statement of [`UPDATE audit_event SET actor_name = 'nobody'`, 'DELETE FROM audit_event']) {
    const attempt = asRole(of.url, (client) => client.query(statement));
    await expect(attempt, statement).rejects.toMatchObject({ code: PERMISSION_DENIED });
  }
  await expectClosedPartitions(of);
}

async function expectClosedPartitions(of: TestDatabase): Promise<void> {
  const partitions = [
    ...(await partitionsOf(of, 'audit_event')),
    ...(await partitionsOf(of, 'realtime_session')),
    ...(await partitionsOf(of, 'usage_record')),
  ];
  expect(partitions.length).toBeGreaterThanOrEqual(12);
  await asRole(of.url, async (client) => {
    for (const partition of partitions) {
      for (const statement of [
        `UPDATE ${partition} SET ${/^usage/.test(partition) ? 'session_id = session_id' : 'id = id'}`,
        `DELETE FROM ${partition}`,
        `TRUNCATE ${partition}`,
        `INSERT INTO ${partition} SELECT * FROM ${partition}`,
        `DROP TABLE ${partition}`,
        `ALTER TABLE ${partition} DISABLE TRIGGER ALL`,
      ]) {
        await expect(client.query(statement), statement).rejects.toMatchObject({ code: PERMISSION_DENIED });
      }
    }
  });
}

const by = {
  actor: OPERATOR,
  origin: { requestId: 'request', ipAddress: null, userAgent: null },
} as const;

async function reserve(pool: pg.Pool, applicationId: string) {
  const reserved = await reserveSession(pool, {
    ...by,
    externalUserId: 'somebody',
    applicationId,
    provider: 'sandbox',
    object: 'realtime.session',
    config: {
      ...{ type: 'REALTIME', model: 'gpt-realtime', modalities: ['AUDIO'], instructions: null, voice: null },
      ...{
        inputAudioFormat: null,
        outputAudioFormat: null,
        inputAudioTranscription: null,
        turnDetection: null,
      },
      ...{ inputAudioNoiseReduction: null, tools: [], toolChoice: null, temperature: null },
      maxResponseOutputTokens: null,
    },
    labels: [],
    idempotency: { key: randomUUID(), caller: 'operator:root', inputHashes: { k: 'h' }, writtenWith: 'k' },
    expiresAfterSeconds: 60,
    defaultTtlSeconds: 600,
    defaultPolicy: {
      ...{ allowedModels: null, maxTtlSeconds: 7200 },
      ...{ maxActiveSessions: 10, maxMintsPerMinute: 10, maxMintsPerDay: 10, monthlyBudgetUsd: null },
    },
    sessionLimitSeconds: 60,
    settleWithinMs: 60_000,
  });
  if (reserved.kind !== 'reserved') throw new Error(`Not reserved but ${reserved.kind}`);
  return reserved.session;
}

/** The client's report, and then the application's, which replaces it. */
async function reportBoth(pool: pg.Pool, sessionId: string): Promise<void> {
  const reportUsage = createReportUsage(pool, () => {});
  const used = parseUsage({ type: 'duration', seconds: 1 });
  if (!used.ok) throw new Error('was refused');
  const rest = { sessionId, responseId: 'r', model: 'm', at: new Date(), ...used.value };
  for (const [source, cost] of [
    ['CLIENT', '1'],
    ['APPLICATION', '2'],
  ] as const)
    expect(await reportUsage({ ...rest, source, paidBy: { cost, price: {} } }, by)).toBe('reported');
}

function fail(pool: pg.Pool, id: string) {
  const failure = { code: 'refused', upstreamStatus: 400, upstreamCode: null, upstreamRequestId: null };
  return settleSession(
    pool,
    id,
    { kind: 'failed', failure },
    { ...by, notAfter: new Date(Date.now() + 60_000) },
  );
}
