import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { issue, readUser, setPolicy, trailOf, unknownId } from '../support/ask.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { uuidOf } from '../support/ids.ts';

const SUCCESS = 'CreateRealtimeSessionSuccess';
const NOT_FOUND = { __typename: 'NotFoundError', message: expect.any(String) };
const DEFAULTS = {
  allowedModels: null,
  allowedProviders: null,
  maxTtlSeconds: 3600,
  maxActiveSessions: 1_000_000,
  maxMintsPerMinute: 1_000_000,
  maxMintsPerDay: 1_000_000,
  monthlyBudgetUsd: null,
};
const INHERITED = {
  allowedModels: null,
  allowedProviders: null,
  maxTtlSeconds: null,
  maxActiveSessions: null,
  maxMintsPerMinute: null,
  maxMintsPerDay: null,
  monthlyBudgetUsd: null,
};
// An id as the database has it, which is not what a client is given.
const NO_GLOBAL_ID = '01930000-0000-7000-8000-000000000007';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  GATEHOUSE_MAX_TTL_SECONDS: '3600',
}));
let applicationId: string;

beforeAll(async () => {
  applicationId = (await issue(gateway, { externalUserId: 'first' })).session.application.id;
});

beforeEach(() => upstream.reset());

describe('setPolicy', () => {
  test('sets limits of an application, which its users inherit, and null inherits again', async () => {
    const externalUserId = 'of the application';
    await issue(gateway, { externalUserId });
    const limits = { allowedModels: ['gpt-realtime'], maxTtlSeconds: 60, maxMintsPerDay: 5 };
    const overrides = { ...INHERITED, ...limits };
    expect(await setPolicy(gateway, { applicationId, ...limits })).toEqual({
      __typename: 'SetPolicySuccess',
      overrides,
      application: { id: applicationId, name: 'default', policyOverrides: overrides },
      user: null,
    });
    expect((await readUser(gateway, externalUserId)).policy).toEqual({ ...DEFAULTS, ...limits });
    expect(await issue(gateway, { externalUserId, expiresAfterSeconds: 61 })).toMatchObject({
      rule: 'MODEL',
    });

    const none = { allowedModels: null, maxTtlSeconds: null, maxMintsPerDay: null };
    expect(await setPolicy(gateway, { applicationId, ...none })).toMatchObject({ overrides: INHERITED });
    expect((await readUser(gateway, externalUserId)).policy).toEqual(DEFAULTS);
    expect(await issue(gateway, { externalUserId })).toMatchObject({ __typename: SUCCESS });
  });

  test("sets limits of a user, by either identifier, over the application's, over the defaults", async () => {
    const externalUserId = 'merged';
    const made = await setPolicy(gateway, { externalUserId, maxTtlSeconds: 120 });
    const overrides = { ...INHERITED, maxTtlSeconds: 120 };
    expect(made).toEqual({
      __typename: 'SetPolicySuccess',
      overrides,
      application: null,
      user: { id: expect.any(String), externalId: externalUserId, policyOverrides: overrides },
    });
    await setPolicy(gateway, {
      applicationId,
      maxTtlSeconds: 90,
      maxActiveSessions: 4,
      allowedModels: ['a'],
      allowedProviders: ['azure'],
    });
    try {
      // A field left out stays as it is.
      expect(
        await setPolicy(gateway, { userId: made.user.id, maxMintsPerDay: 0, allowedModels: ['b', 'c'] }),
      ).toEqual({
        ...made,
        overrides: { ...overrides, maxMintsPerDay: 0, allowedModels: ['b', 'c'] },
        user: {
          ...made.user,
          policyOverrides: { ...overrides, maxMintsPerDay: 0, allowedModels: ['b', 'c'] },
        },
      });
      const user = await readUser(gateway, externalUserId);
      expect(user.policy).toEqual({
        allowedModels: ['b', 'c'],
        allowedProviders: ['azure'],
        maxTtlSeconds: 120,
        maxActiveSessions: 4,
        maxMintsPerMinute: 1_000_000,
        maxMintsPerDay: 0,
        monthlyBudgetUsd: null,
      });
      expect(user.quotas).toEqual([
        { quota: 'ACTIVE_SESSIONS', limit: 4, used: 0 },
        { quota: 'MINTS_PER_MINUTE', limit: 1_000_000, used: 0 },
        { quota: 'MINTS_PER_DAY', limit: 0, used: 0 },
      ]);
      await setPolicy(gateway, {
        externalUserId,
        maxTtlSeconds: null,
        allowedModels: null,
        maxMintsPerDay: null,
      });
      expect(await readUser(gateway, externalUserId)).toMatchObject({
        policy: {
          ...DEFAULTS,
          ...{ maxTtlSeconds: 90, maxActiveSessions: 4, allowedModels: ['a'], allowedProviders: ['azure'] },
        },
        policyOverrides: INHERITED,
      });
    } finally {
      await setPolicy(gateway, {
        applicationId,
        maxTtlSeconds: null,
        maxActiveSessions: null,
        allowedModels: null,
        allowedProviders: null,
      });
    }
  });

  test('changes nothing when only a target is named', async () => {
    const externalUserId = 'unchanged';
    await setPolicy(gateway, { externalUserId, maxTtlSeconds: 120, allowedModels: [] });
    expect(await setPolicy(gateway, { externalUserId })).toMatchObject({
      overrides: { ...INHERITED, maxTtlSeconds: 120, allowedModels: [] },
    });
  });

  test('is audited with what changed, by whom, and about whom', async () => {
    const externalUserId = 'audited policy';
    await setPolicy(gateway, { externalUserId, maxTtlSeconds: 120, allowedModels: ['m'] });
    await setPolicy(gateway, { externalUserId, maxTtlSeconds: null });
    const by = { outcome: 'SUCCEEDED', session_id: null, actor_kind: 'OPERATOR', actor_name: 'root' };
    expect(await trailOf(database, externalUserId)).toEqual([
      { ...by, action: 'policy.set', detail: { max_ttl_seconds: 120, allowed_models: ['m'] } },
      { ...by, action: 'policy.set', detail: { max_ttl_seconds: null } },
    ]);

    await setPolicy(gateway, { applicationId, maxMintsPerDay: 7 });
    await setPolicy(gateway, { applicationId, maxMintsPerDay: null });
    const events = await database.query<{ detail: Record<string, unknown> }>(
      `SELECT detail FROM audit_event WHERE action = 'policy.set' AND user_id IS NULL ORDER BY id DESC LIMIT 2`,
    );
    const uuid = uuidOf(applicationId);
    expect(events.map(({ detail }) => detail)).toEqual([
      { applicationId: uuid, max_mints_per_day: null },
      { applicationId: uuid, max_mints_per_day: 7 },
    ]);
  });

  test.each<[string, object, string[]]>([
    ['no target', {}, ['userId']],
    ['a target that is null', { userId: null, externalUserId: null }, ['userId']],
    ['two targets', { externalUserId: 'x', userId: unknownId('User') }, ['userId']],
    [
      'three targets',
      { externalUserId: 'x', userId: unknownId('User'), applicationId: unknownId('Application') },
      ['userId'],
    ],
    ['a TTL below 10', { externalUserId: 'x', maxTtlSeconds: 9 }, ['maxTtlSeconds']],
    ['a TTL above 7200', { externalUserId: 'x', maxTtlSeconds: 7201 }, ['maxTtlSeconds']],
    ['a negative number of sessions', { externalUserId: 'x', maxActiveSessions: -1 }, ['maxActiveSessions']],
    ['a negative number a minute', { externalUserId: 'x', maxMintsPerMinute: -1 }, ['maxMintsPerMinute']],
    ['a negative number a day', { externalUserId: 'x', maxMintsPerDay: -1 }, ['maxMintsPerDay']],
    ['more than a million', { externalUserId: 'x', maxMintsPerDay: 1_000_001 }, ['maxMintsPerDay']],
    ['a model without a name', { externalUserId: 'x', allowedModels: ['a', ''] }, ['allowedModels', '1']],
    ['too many models', { externalUserId: 'x', allowedModels: Array(257).fill('m') }, ['allowedModels']],
    ['nobody', { externalUserId: '', maxMintsPerDay: 1 }, ['externalUserId']],
    ['somebody with too long a name', { externalUserId: 'x'.repeat(256) }, ['externalUserId']],
  ])('refuses %s, by field', async (_, input, path) => {
    expect(await setPolicy(gateway, { ...input })).toEqual({
      __typename: 'InvalidInputError',
      message: expect.any(String),
      issues: [{ path, message: expect.any(String) }],
    });
    expect(await readUser(gateway, 'x')).toBeNull();
  });

  test('names every field that is wrong', async () => {
    const { issues } = await setPolicy(gateway, {
      externalUserId: 'x',
      maxTtlSeconds: 1,
      maxMintsPerDay: -1,
    });
    expect(issues.map(({ path }: { path: string[] }) => path)).toEqual([
      ['maxTtlSeconds'],
      ['maxMintsPerDay'],
    ]);
  });

  test('takes both ends of each range', async () => {
    const externalUserId = 'ends';
    const [least, most] = [
      { maxTtlSeconds: 10, maxActiveSessions: 0, maxMintsPerMinute: 0, maxMintsPerDay: 0 },
      {
        maxTtlSeconds: 7200,
        maxActiveSessions: 1_000_000,
        maxMintsPerMinute: 1_000_000,
        maxMintsPerDay: 1_000_000,
      },
    ];
    for (const ends of [least, most]) {
      expect(await setPolicy(gateway, { externalUserId, ...ends })).toMatchObject({ overrides: ends });
    }
  });

  test.each([
    ['of nobody', () => ({ userId: unknownId('User') })],
    ['of another type', () => ({ userId: applicationId })],
    ['of no application', () => ({ applicationId: unknownId('Application') })],
    ['of a user, for an application', () => ({ applicationId: unknownId('User') })],
    ['malformed', () => ({ userId: 'what?' })],
    ['malformed, for an application', () => ({ applicationId: NO_GLOBAL_ID })],
  ])('does not find an id %s', async (_, target) => {
    expect(await setPolicy(gateway, { ...target(), maxMintsPerDay: 1 })).toEqual(NOT_FOUND);
  });
});

describe('a policy refuses', () => {
  test('a model that it does not name, wherever it comes from', async () => {
    const externalUserId = 'models';
    await setPolicy(gateway, { externalUserId, allowedModels: ['gpt-realtime', 'gpt-live-transcribe'] });
    const refused = {
      __typename: 'PolicyViolationError',
      message: expect.any(String),
      rule: 'MODEL',
      allowed: ['gpt-realtime', 'gpt-live-transcribe'],
    };
    // The default model too, and names are whole.
    for (const input of [
      {},
      { model: 'gpt-realtime-mini' },
      { model: 'gpt' },
      { type: 'TRANSCRIPTION', model: 'whisper-1' },
    ]) {
      expect(await issue(gateway, { externalUserId, ...input })).toEqual(refused);
    }
    expect(upstream.calls).toEqual([]);
    for (const input of [{ model: 'gpt-realtime' }, { type: 'TRANSCRIPTION' }]) {
      expect(await issue(gateway, { externalUserId, ...input })).toMatchObject({ __typename: SUCCESS });
    }

    await setPolicy(gateway, { externalUserId, allowedModels: [] });
    expect(await issue(gateway, { externalUserId, model: 'gpt-realtime' })).toEqual({
      ...refused,
      allowed: [],
    });
    const denied = (await trailOf(database, externalUserId)).filter(
      ({ action }) => action === 'session.denied',
    );
    expect(denied).toHaveLength(5);
    expect(denied[0]).toMatchObject({
      outcome: 'DENIED',
      session_id: null,
      detail: { reason: 'policy', rule: 'MODEL', allowed: refused.allowed },
    });
  });

  test('a longer life than its maximum, and never shortens it', async () => {
    const externalUserId = 'lives';
    await setPolicy(gateway, { externalUserId, maxTtlSeconds: 300 });
    expect(await issue(gateway, { externalUserId, expiresAfterSeconds: 301 })).toEqual({
      __typename: 'PolicyViolationError',
      message: expect.any(String),
      rule: 'TTL',
      allowed: ['300'],
    });
    expect(upstream.calls).toEqual([]);
    expect(await issue(gateway, { externalUserId, expiresAfterSeconds: 300 })).toMatchObject({
      __typename: SUCCESS,
    });
    // Over the default of the configuration, which is 3600.
    await setPolicy(gateway, { externalUserId, maxTtlSeconds: 7200 });
    expect(await issue(gateway, { externalUserId, expiresAfterSeconds: 7200 })).toMatchObject({
      __typename: SUCCESS,
    });
    expect(await issue(gateway, { externalUserId: 'other lives', expiresAfterSeconds: 3601 })).toMatchObject({
      rule: 'TTL',
      allowed: ['3600'],
    });
  });

  test.each([
    [null, 600],
    [599, 599],
    [601, 600],
    [10, 10],
  ])('no default: with a maximum of %s it is %s seconds', async (maxTtlSeconds, expected) => {
    const externalUserId = `default under ${maxTtlSeconds}`;
    await setPolicy(gateway, { externalUserId, maxTtlSeconds });
    expect(await issue(gateway, { externalUserId })).toMatchObject({ __typename: SUCCESS });
    expect(upstream.calls[0]?.body).toMatchObject({ expires_after: { seconds: expected } });
    const [, requested] = await trailOf(database, externalUserId);
    expect(requested).toMatchObject({
      action: 'session.requested',
      detail: { expiresAfterSeconds: expected },
    });
  });
});
