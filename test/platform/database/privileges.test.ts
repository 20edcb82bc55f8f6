import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { PrismaClient } from '../../../prisma/generated/client.ts';
import { findDefaultApplicationId } from '../../../src/applications/default-application.db.ts';
import { openApplications } from '../../../src/applications/open-applications.ts';
import { recordDenial } from '../../../src/audit/record-denial.db.ts';
import { findValidKeys, noteKeysUsed } from '../../../src/authentication/find-valid-keys.db.ts';
import { purgeIdempotencyKeys } from '../../../src/issuing/purge-idempotency-keys.job.ts';
import { reserveSession } from '../../../src/issuing/reserve-session.db.ts';
import { settleOverdue } from '../../../src/issuing/settle-overdue.job.ts';
import { settleSession } from '../../../src/issuing/settle-session.db.ts';
import { checkDatabase } from '../../../src/platform/database/check-database.ts';
import { createPool } from '../../../src/platform/database/pool.ts';
import { createPrisma } from '../../../src/platform/database/prisma.ts';
import { createReader } from '../../../src/reader.db.ts';
import { announceExpiry } from '../../../src/sessions/announce-expiry.job.ts';
import { createIdentifySecret } from '../../../src/sessions/identify-secret.db.ts';
import { revokeSession } from '../../../src/sessions/revoke-session.db.ts';
import type { Session } from '../../../src/sessions/session.ts';
import { sumSessions } from '../../../src/statistics/sum-sessions.job.ts';
import { parseUsage } from '../../../src/usage/parse-usage.ts';
import { createRecordUsage } from '../../../src/usage/report-usage.db.ts';
import { rollUpUsage } from '../../../src/usage/roll-up-usage.job.ts';
import { createEraseUser } from '../../../src/users/erase-user.db.ts';
import { setUserPolicy } from '../../../src/users/set-user-policy.db.ts';
import { reinstateUser, suspendUser } from '../../../src/users/suspend-user.db.ts';
import { OPERATOR } from '../../support/actors.ts';
import { useDatabase } from '../../support/fixture.ts';
import { privilegesOf } from './privileges.ts';

const database = useDatabase();

describe("the application's role", () => {
  it('can do what the gateway does: reserve, settle, revoke, suspend, limit, read, check, clean up', async () => {
    const pool = createPool({ url: database.url, size: 2, timeoutMs: 10_000, onError: () => {} });
    const prisma = createPrisma(pool);
    try {
      expect(await checkDatabase(pool)).toBeNull();
      const { applications } = openApplications({ prisma });
      const applicationId = await findDefaultApplicationId(prisma);
      const pending = await reserve(pool, applicationId);
      // A second one of the same user takes the other way through the function: the user's row is there.
      expect(await reserve(pool, applicationId)).toMatchObject({
        userId: pending.userId,
        status: 'PENDING',
      });
      const settled = await fail(pool, pending);
      expect(settled).toMatchObject({ id: pending.id, status: 'FAILED' });

      const { userId } = pending;
      const user = { id: userId, externalId: null };
      expect(await revokeSession(prisma, pending.id, null, by)).toMatchObject({ status: 'FAILED' });
      expect(await suspendUser(pool, user, 'why', by)).toMatchObject({ id: userId });
      expect(await reinstateUser(pool, user, by)).toMatchObject({ suspendedAt: null });
      expect(await setUserPolicy(pool, user, { maxTtlSeconds: 60 }, by)).toMatchObject({ id: userId });
      expect(
        await applications.setPolicy(applicationId, { allowedModels: null, allowedProviders: null }, by),
      ).toMatchObject({
        id: applicationId,
      });
      await database.query(`UPDATE realtime_session SET deadline = now() WHERE outcome IS NULL`);
      await database.query(`UPDATE idempotency_key SET created_at = now() - interval '26 hours'`);
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
      await recordDenial(pool, { action: 'access.denied', outcome: 'DENIED', detail: { fields: [] } }, by);
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
      await reportBoth(prisma, pending.id);
      await rollUpUsage(pool);
      await sumSessions(pool, new AbortController().signal);
      await announceExpiry(pool, () => {}, new AbortController().signal);
      await purgeIdempotencyKeys(pool);
      expect(await database.query('SELECT FROM idempotency_key')).toEqual([]);

      const reader = createReader({ pool, prisma }, { reach: 'EVERYTHING' });
      const page = { limit: 10, after: null, direction: 'forward' } as const;
      expect(await reader.sessions({}, 'CREATED_AT_DESC', page, 'full')).toHaveLength(2);
      expect(await reader.apiKeysOf(applicationId)).toHaveLength(1);
      expect(await reader.application(created?.id ?? '')).toMatchObject({ name: 'shop' });
      expect(await reader.userByExternalId('somebody')).toMatchObject({ id: pending.userId });
      expect(await reader.sessionUsage(pending.id)).toMatchObject({ responses: 1, costUsd: '2' });
      const day = { from: Date.now() - 86_400_000, to: Date.now() + 86_400_000, timeZone: 'Asia/Kolkata' };
      const all = { ...day, userIds: null, applicationIds: null, models: null };
      expect(await reader.usageTotals(all)).toMatchObject({ responses: 1, costUsd: '2' });
      expect(await reader.usageRows(all, ['USER', 'DAY'], { limit: 10, after: null })).not.toEqual([]);
      expect(await reader.findTimeZone('Asia/Kolkata')).not.toBeNull();
      const events = await reader.auditEvents(page, { sessionId: pending.id });
      expect(events.map(({ node: row }) => row.action)).toEqual([
        ...['usage.reported', 'usage.reported', 'secret.identified', 'session.failed', 'session.requested'],
      ]);
      const erase = createEraseUser(pool, { id: 'k', bytes: new Uint8Array(32) });
      expect(await erase(pending.userId, by)).toMatchObject({ externalId: null, erasedAt: expect.any(Date) });
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
        'application.allowed_providers': ['UPDATE'],
        'application.brokered_only': ['UPDATE'],
        'application.max_active_sessions': ['UPDATE'],
        'application.max_call_seconds': ['UPDATE'],
        'application.max_mints_per_day': ['UPDATE'],
        'application.max_mints_per_minute': ['UPDATE'],
        'application.max_ttl_seconds': ['UPDATE'],
        'application.monthly_budget_usd': ['UPDATE'],
        application_user: ['INSERT', 'SELECT'],
        'application_user.last_session_at': ['UPDATE'],
        audit_event: ['INSERT', 'SELECT'],
        audit_head: ['INSERT', 'SELECT'],
        audit_identity: ['INSERT', 'SELECT'],
        audit_seal: ['INSERT', 'SELECT'],
        end_user: ['INSERT', 'SELECT', 'UPDATE'],
        idempotency_key: ['DELETE', 'INSERT', 'SELECT', 'UPDATE'],
        realtime_call: ['INSERT', 'SELECT', 'UPDATE'],
        realtime_session: ['INSERT', 'SELECT', 'UPDATE'],
        session_rollup: ['DELETE', 'INSERT', 'SELECT'],
        session_sum: ['DELETE', 'INSERT', 'SELECT'],
        session_sum_progress: ['SELECT', 'UPDATE'],
        usage_part: ['DELETE', 'INSERT', 'SELECT'],
        usage_record: ['INSERT', 'SELECT'],
        'usage_record.counted': ['UPDATE'],
        'usage_record.label': ['UPDATE'],
        'usage_record.label_key': ['UPDATE'],
        'usage_record.usage': ['UPDATE'],
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
      'apply_settlement',
      'begin_erasure',
      'budget_usage',
      'call_status',
      'check_event',
      'check_session',
      'check_user',
      'count_usage',
      'decide_reservation',
      'effective_policy',
      'end_call',
      'end_erasure',
      'end_overdue_calls',
      'erase_identities',
      'erase_sessions',
      'exceeded_quota',
      'identify_secret',
      'lock_user',
      'mint_times',
      'named_user',
      'note_api_keys_used',
      'prepare_event',
      'purge_idempotency_keys',
      'quota_usage',
      'reached_budget',
      'record_call_drift',
      'record_call_opened',
      'redeem_secret',
      'report_usage',
      'request_call_end',
      'reserve_session',
      'reserve_sessions',
      'revoke_session',
      'session_counts',
      'session_status',
      'set_user_policy',
      'settle_overdue',
      'settle_session',
      'settle_sessions',
      'sum_sessions',
      'sum_usage',
      'suspend_user',
      'unlabel_usage',
      'usage_numbers',
      'uuidv7_at',
      'uuidv7_floor',
      'write_event',
      'write_reservations',
    ]);
  });
});

const by = {
  actor: OPERATOR,
  origin: { requestId: 'request', ipAddress: null, userAgent: null },
} as const;

async function reserve(pool: pg.Pool, applicationId: string): Promise<Session> {
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
      outputLanguage: null,
    },
    labels: [],
    idempotency: { key: randomUUID(), caller: 'operator:root', inputHashes: { k: 'h' }, writtenWith: 'k' },
    expiresAfterSeconds: 60,
    defaultTtlSeconds: 600,
    unpricedModels: [],
    defaultPolicy: {
      ...{ allowedModels: null, allowedProviders: null, maxTtlSeconds: 7200 },
      ...{ maxActiveSessions: 10, maxMintsPerMinute: 10, maxMintsPerDay: 10, monthlyBudgetUsd: null },
      ...{ maxCallSeconds: 3600, brokeredOnly: false },
    },
    sessionLimitSeconds: 60,
    brokered: null,
    settleWithinMs: 60_000,
  });
  if (reserved.kind !== 'reserved') throw new Error(`Not reserved but ${reserved.kind}`);
  return reserved.session;
}

/** The client's report, and then the application's, which replaces it. */
async function reportBoth(prisma: PrismaClient, sessionId: string): Promise<void> {
  const reportUsage = createRecordUsage(prisma, () => {});
  const used = parseUsage({ type: 'duration', seconds: 1 });
  if (!used.ok) throw new Error('was refused');
  const rest = { sessionId, responseId: 'r', model: 'm', at: new Date(), replaces: false };
  for (const [source, cost] of [
    ['CLIENT', '1'],
    ['APPLICATION', '2'],
  ] as const)
    expect(
      await reportUsage(
        {
          ...rest,
          ...used.value,
          numbers: used.value.stated,
          source,
          paidBy: { cost, price: {}, estimated: false },
        },
        by,
      ),
    ).toBe('reported');
}

function fail(pool: pg.Pool, reserved: Session) {
  const failure = {
    code: 'refused',
    upstreamStatus: 400,
    upstreamCode: null,
    upstreamParam: null,
    upstreamRequestId: null,
    retryAt: null,
  };
  return settleSession(pool, [
    reserved,
    { kind: 'failed', failure },
    { ...by, notAfter: new Date(Date.now() + 60_000) },
  ]);
}
