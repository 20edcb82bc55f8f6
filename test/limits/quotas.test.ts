import { beforeEach, describe, expect, test } from 'vitest';
import { issue, passTime, quotasUsed, readUser, revokeSession, setPolicy, trailOf } from '../support/ask.ts';
import { useDatabase, useReplicas, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';

// Each is another chance for a race to show itself; 20 for a thorough run.
const STORMS = Number(process.env['QUOTA_STORMS'] ?? 2);
const DAY_MS = 86_400_000;

const database = useDatabase();
const upstream = useUpstream();
const gateway = useReplicas(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  GATEHOUSE_MAX_ACTIVE_SESSIONS: '10',
  // Two hundred wait for one lock, perhaps on a busy machine: this is about how many pass, not how fast.
  GATEHOUSE_DATABASE_TIMEOUT_MS: '20000',
}));

beforeEach(() => upstream.reset());

describe('are exact', () => {
  test('200 mints at once for somebody new, ten allowed, over three replicas', {
    timeout: 120_000,
  }, async () => {
    for (let round = 0; round < STORMS; round += 1) {
      const externalUserId = `storm-${round}`;
      upstream.reset();
      const answers = await atOnce(200, { externalUserId });
      expect(count(answers), externalUserId).toEqual({
        CreateRealtimeSessionSuccess: 10,
        QuotaExceededError: 190,
      });
      expect(upstream.calls).toHaveLength(10);
      expect(new Set(upstream.minted.map(({ value }) => value)).size).toBe(10);
      for (const { quota, limit, used } of answers.filter(refused)) {
        expect({ quota, limit, used }).toEqual({ quota: 'ACTIVE_SESSIONS', limit: 10, used: 10 });
      }
    }
  });

  test.each(['maxMintsPerMinute', 'maxMintsPerDay'])('%s as well', async (limit) => {
    const externalUserId = `exact-${limit}`;
    await setPolicy(gateway, { externalUserId, maxActiveSessions: 1000, [limit]: 7 });
    // Failures are mints too.
    upstream.always({ kind: 'answer', status: 400 });
    expect(count(await atOnce(60, { externalUserId }))).toEqual({ UpstreamError: 7, QuotaExceededError: 53 });
    expect(upstream.calls).toHaveLength(7);
  });
});

describe('the window of', () => {
  test.each([
    ['MINTS_PER_MINUTE', 'maxMintsPerMinute', '20 seconds', 60_000],
    ['MINTS_PER_DAY', 'maxMintsPerDay', '8 hours', DAY_MS],
  ])(
    '%s slides: each mint frees its place when it leaves, and retryAt says when',
    async (quota, limit, gap, windowMs) => {
      const externalUserId = `sliding-${quota}`;
      await setPolicy(gateway, { externalUserId, [limit]: 3 });
      const first = await issue(gateway, { externalUserId });
      await passTime(database, externalUserId, gap);
      await issue(gateway, { externalUserId });
      await passTime(database, externalUserId, gap);
      await issue(gateway, { externalUserId });

      const refusal = await issue(gateway, { externalUserId });
      expect(refusal).toMatchObject({ __typename: 'QuotaExceededError', quota, limit: 3, used: 3 });
      const leftMs = Date.parse(refusal.retryAt) - Date.now();
      expect(Math.abs(leftMs - windowMs / 3)).toBeLessThan(5000);
      expect(first.__typename).toBe('CreateRealtimeSessionSuccess');

      // Five seconds before it, and just after.
      await passTime(database, externalUserId, `${leftMs - 5000} milliseconds`);
      expect(await issue(gateway, { externalUserId })).toMatchObject({ quota, used: 3 });
      await passTime(database, externalUserId, '5 seconds');
      expect(await quotasUsed(gateway, externalUserId)).toMatchObject({ [quota]: 2 });
      expect(await issue(gateway, { externalUserId })).toMatchObject({
        __typename: 'CreateRealtimeSessionSuccess',
      });

      // One place was free, not three; the next one is the second mint's.
      const again = await issue(gateway, { externalUserId });
      expect(again).toMatchObject({ __typename: 'QuotaExceededError', quota, used: 3 });
      expect(Math.abs(Date.parse(again.retryAt) - Date.now() - windowMs / 3)).toBeLessThan(5000);
    },
  );
});

describe('retryAt', () => {
  test('is never before the moment itself, which has microseconds', async () => {
    const externalUserId = 'precise';
    await setPolicy(gateway, { externalUserId, maxMintsPerMinute: 1 });
    await issue(gateway, { externalUserId });
    await database.query(
      `UPDATE realtime_session AS s SET created_at = date_trunc('second', s.created_at) + interval '123456 microseconds'
       FROM end_user AS u WHERE u.id = s.user_id AND u.external_id = $1`,
      [externalUserId],
    );
    const { retryAt } = await issue(gateway, { externalUserId });
    expect(retryAt).toMatch(/\.124Z$/);
  });

  test('of ACTIVE_SESSIONS is when the earliest secret expires, as it was requested', async () => {
    const externalUserId = 'expiring';
    await setPolicy(gateway, { externalUserId, maxActiveSessions: 2 });
    await issue(gateway, { externalUserId, expiresAfterSeconds: 600 });
    const sooner = await issue(gateway, { externalUserId, expiresAfterSeconds: 60 });
    const refusal = await issue(gateway, { externalUserId });
    expect(refusal).toEqual({
      __typename: 'QuotaExceededError',
      message: expect.any(String),
      quota: 'ACTIVE_SESSIONS',
      limit: 2,
      used: 2,
      retryAt: expect.any(String),
    });
    const requestedEnd = Date.parse(sooner.session.createdAt) + 60_000;
    const latest = Math.max(requestedEnd, Date.parse(sooner.clientSecret.expiresAt));
    // Rounded up to whole milliseconds, and createdAt is rounded down.
    expect(Date.parse(refusal.retryAt) - latest).toBeGreaterThanOrEqual(0);
    expect(Date.parse(refusal.retryAt) - latest).toBeLessThanOrEqual(1);

    await passTime(database, externalUserId, '50 seconds');
    expect(await issue(gateway, { externalUserId })).toMatchObject({ quota: 'ACTIVE_SESSIONS', used: 2 });
    await passTime(database, externalUserId, '10 seconds');
    expect(await issue(gateway, { externalUserId })).toMatchObject({
      __typename: 'CreateRealtimeSessionSuccess',
    });
  });

  test('under a limit that was lowered waits for as many as are too many', async () => {
    const externalUserId = 'lowered';
    const ttls = [300, 100, 400, 200];
    for (const expiresAfterSeconds of ttls) await issue(gateway, { externalUserId, expiresAfterSeconds });
    await setPolicy(gateway, { externalUserId, maxActiveSessions: 2 });
    const refusal = await issue(gateway, { externalUserId });
    expect(refusal).toMatchObject({ quota: 'ACTIVE_SESSIONS', limit: 2, used: 4 });
    // Three have to end for one to fit: those of 100, 200 and 300 seconds.
    expect(Math.abs(Date.parse(refusal.retryAt) - Date.now() - 300_000)).toBeLessThan(5000);

    await setPolicy(gateway, { externalUserId, maxActiveSessions: null, maxMintsPerMinute: 1 });
    await passTime(database, externalUserId, '30 seconds');
    // Of the mints, though, the newest is the last to leave.
    await database.query(
      `UPDATE realtime_session SET created_at = created_at - interval '20 s', id = uuidv7_at(created_at - interval '20 s')
       WHERE requested_ttl_seconds <> 200 AND user_id = (SELECT id FROM end_user WHERE external_id = $1)`,
      [externalUserId],
    );
    const minute = await issue(gateway, { externalUserId });
    expect(minute).toMatchObject({ quota: 'MINTS_PER_MINUTE', limit: 1, used: 4 });
    expect(Math.abs(Date.parse(minute.retryAt) - Date.now() - 30_000)).toBeLessThan(5000);
  });

  test.each([
    ['ACTIVE_SESSIONS', 'maxActiveSessions'],
    ['MINTS_PER_MINUTE', 'maxMintsPerMinute'],
    ['MINTS_PER_DAY', 'maxMintsPerDay'],
  ])('is null when %s is limited to none: waiting does not help', async (quota, limit) => {
    const externalUserId = `none-${quota}`;
    await setPolicy(gateway, { externalUserId, [limit]: 0 });
    expect(await issue(gateway, { externalUserId })).toMatchObject({
      quota,
      limit: 0,
      used: 0,
      retryAt: null,
    });
    expect(upstream.calls).toEqual([]);
  });

  test('decides which of several exceeded quotas is told: the latest', async () => {
    const externalUserId = 'several';
    await issue(gateway, { externalUserId, expiresAfterSeconds: 600 });
    await setPolicy(gateway, {
      externalUserId,
      maxActiveSessions: 1,
      maxMintsPerMinute: 1,
      maxMintsPerDay: 1,
    });
    expect(await issue(gateway, { externalUserId })).toMatchObject({ quota: 'MINTS_PER_DAY' });
    await setPolicy(gateway, { externalUserId, maxMintsPerDay: null });
    expect(await issue(gateway, { externalUserId })).toMatchObject({ quota: 'ACTIVE_SESSIONS' });
    await setPolicy(gateway, { externalUserId, maxActiveSessions: null });
    expect(await issue(gateway, { externalUserId })).toMatchObject({ quota: 'MINTS_PER_MINUTE' });
    // The secret of a session that opens for ten seconds ends before the minute does.
    await setPolicy(gateway, { externalUserId, maxMintsPerMinute: null });
    await passTime(database, externalUserId, '10 minutes');
    await issue(gateway, { externalUserId, expiresAfterSeconds: 10 });
    await setPolicy(gateway, { externalUserId, maxActiveSessions: 1, maxMintsPerMinute: 1 });
    expect(await issue(gateway, { externalUserId })).toMatchObject({ quota: 'MINTS_PER_MINUTE' });
    // And never is later than any moment.
    await setPolicy(gateway, { externalUserId, maxActiveSessions: 0, maxMintsPerDay: 1 });
    expect(await issue(gateway, { externalUserId })).toMatchObject({
      quota: 'ACTIVE_SESSIONS',
      retryAt: null,
    });
  });
});

test('a refusal charges nothing, reserves nothing and is audited', async () => {
  const externalUserId = 'refused';
  await setPolicy(gateway, { externalUserId, maxMintsPerMinute: 1 });
  await issue(gateway, { externalUserId });
  const before = await readUser(gateway, externalUserId);
  const refusals = [
    await issue(gateway, { externalUserId }),
    await issue(gateway, { externalUserId, idempotencyKey: 'refused' }),
  ];
  expect(await readUser(gateway, externalUserId)).toEqual(before);
  expect(upstream.calls).toHaveLength(1);

  const trail = await trailOf(database, externalUserId);
  expect(trail.map(({ action }) => action)).toEqual([
    'policy.set',
    'session.requested',
    'session.issued',
    'session.denied',
    'session.denied',
  ]);
  for (const [index, { retryAt }] of refusals.entries()) {
    const { detail, ...event } = trail[3 + index] ?? {};
    expect(event).toEqual({
      action: 'session.denied',
      outcome: 'DENIED',
      session_id: null,
      actor_kind: 'OPERATOR',
      actor_name: 'root',
    });
    expect(detail).toMatchObject({ reason: 'quota', quota: 'MINTS_PER_MINUTE', limit: 1, used: 1 });
    expect(Date.parse(String(detail?.['retryAt']))).toBe(Date.parse(retryAt));
  }
  expect(await database.query(`SELECT FROM idempotency_key WHERE key = 'refused'`)).toEqual([]);
});

describe('what counts', () => {
  test('as active: pending and issued, revoked ones too; not what failed, is unconfirmed or has expired', async () => {
    const externalUserId = 'counted';
    const used = () => quotasUsed(gateway, externalUserId);

    const { session } = await issue(gateway, { externalUserId });
    expect(await used()).toEqual({ ACTIVE_SESSIONS: 1, MINTS_PER_MINUTE: 1, MINTS_PER_DAY: 1 });
    await revokeSession(gateway, { id: session.id });
    expect(await used()).toEqual({ ACTIVE_SESSIONS: 1, MINTS_PER_MINUTE: 1, MINTS_PER_DAY: 1 });

    upstream.next({ kind: 'answer', status: 400 });
    expect(await issue(gateway, { externalUserId })).toMatchObject({ session: { status: 'FAILED' } });
    upstream.next({ kind: 'reset' });
    expect(await issue(gateway, { externalUserId })).toMatchObject({ session: { status: 'UNCONFIRMED' } });
    expect(await used()).toEqual({ ACTIVE_SESSIONS: 1, MINTS_PER_MINUTE: 3, MINTS_PER_DAY: 3 });

    const held = await hold(externalUserId);
    expect(await used()).toEqual({ ACTIVE_SESSIONS: 2, MINTS_PER_MINUTE: 4, MINTS_PER_DAY: 4 });
    await setPolicy(gateway, { externalUserId, maxActiveSessions: 2 });
    const refusal = await issue(gateway, { externalUserId });
    expect(refusal).toMatchObject({ quota: 'ACTIVE_SESSIONS', limit: 2, used: 2 });

    await database.query(
      `UPDATE realtime_session SET deadline = now() WHERE outcome IS NULL
         AND user_id = (SELECT id FROM end_user WHERE external_id = $1)`,
      [externalUserId],
    );
    expect(await used()).toEqual({ ACTIVE_SESSIONS: 1, MINTS_PER_MINUTE: 4, MINTS_PER_DAY: 4 });
    expect(await issue(gateway, { externalUserId })).toMatchObject({
      __typename: 'CreateRealtimeSessionSuccess',
    });
    held.release();
    expect(await held.answer).toMatchObject({
      __typename: 'UpstreamError',
      session: { status: 'UNCONFIRMED' },
    });
    expect(await used()).toEqual({ ACTIVE_SESSIONS: 2, MINTS_PER_MINUTE: 5, MINTS_PER_DAY: 5 });

    await passTime(database, externalUserId, '11 minutes');
    expect(await used()).toEqual({ ACTIVE_SESSIONS: 0, MINTS_PER_MINUTE: 0, MINTS_PER_DAY: 5 });
    await passTime(database, externalUserId, '1 day');
    expect(await used()).toEqual({ ACTIVE_SESSIONS: 0, MINTS_PER_MINUTE: 0, MINTS_PER_DAY: 0 });
  });

  test("over all applications, and nobody else's", async () => {
    const externalUserId = 'everywhere';
    const limits = { maxActiveSessions: 3, maxMintsPerMinute: 4, maxMintsPerDay: 5 };
    await setPolicy(gateway, { externalUserId, ...limits });
    for (const user of [externalUserId, externalUserId, 'somebody else']) {
      await issue(gateway, { externalUserId: user });
    }
    const [other] = await database.query<{ id: string }>(
      `INSERT INTO application (name) VALUES ('other') RETURNING translate(encode(convert_to('Application:' || id, 'UTF8'), 'base64'), E'\\n', '') AS id`,
    );
    await database.query(
      `UPDATE realtime_session SET application_id = (SELECT id FROM application WHERE name = 'other')
       WHERE user_id = (SELECT id FROM end_user WHERE external_id = $1)`,
      [externalUserId],
    );
    await issue(gateway, { externalUserId });
    expect(await issue(gateway, { externalUserId })).toMatchObject({ quota: 'ACTIVE_SESSIONS', used: 3 });

    const states = [
      { quota: 'ACTIVE_SESSIONS', limit: 3, used: 3 },
      { quota: 'MINTS_PER_MINUTE', limit: 4, used: 3 },
      { quota: 'MINTS_PER_DAY', limit: 5, used: 3 },
    ];
    expect((await readUser(gateway, externalUserId)).quotas).toEqual(states);
    expect((await readUser(gateway, externalUserId, other?.id)).quotas).toEqual(states);
    // The limits are those of the application that is asked through, as far as the user has none of its own.
    await setPolicy(gateway, { applicationId: other?.id, maxMintsPerDay: 50 });
    await setPolicy(gateway, { externalUserId, maxMintsPerDay: null });
    expect((await readUser(gateway, externalUserId, other?.id)).quotas[2]).toMatchObject({
      limit: 50,
      used: 3,
    });
    expect((await readUser(gateway, externalUserId)).quotas[2]).toMatchObject({ limit: 1_000_000, used: 3 });
  });
});

type Answer = { __typename: string; quota?: string; limit?: number; used?: number };

function atOnce(times: number, input: { externalUserId: string }): Promise<Answer[]> {
  return Promise.all(Array.from({ length: times }, () => issue(gateway, input)));
}

function refused({ __typename }: Answer): boolean {
  return __typename === 'QuotaExceededError';
}

function count(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { __typename } of answers) counts[__typename] = (counts[__typename] ?? 0) + 1;
  return counts;
}

/** A mint that upstream has received and does not answer before it is released. */
async function hold(externalUserId: string) {
  const released = Promise.withResolvers<void>();
  const arrived = upstream.nextCall();
  upstream.next({ kind: 'hold', until: released.promise });
  const answer = issue(gateway, { externalUserId });
  await arrived;
  return { answer, release: () => released.resolve() };
}
