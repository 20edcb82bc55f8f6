import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { issue, readUser, setPolicy, suspendUser, trailOf } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { startGateway, type TestGateway, upstreamEnv } from '../support/gateway.ts';
import { asOwner } from '../support/partitions.ts';
import { RESPONSE, report } from '../support/usage.ts';

const SUCCESS = { __typename: 'CreateRealtimeSessionSuccess' };
// What one RESPONSE costs, and the next amount that can be told from it.
const COST = '0.0085336';
const A_LITTLE_MORE = '0.008533600001';

const database = useDatabase();
// There a month begins ten hours before the end of the last one: the border must not be the session's own.
beforeAll(() =>
  asOwner(database, (client) =>
    client.query(`ALTER DATABASE ${database.name} SET timezone = 'Pacific/Kiritimati'`),
  ),
);
const upstream = useUpstream();
const gateway = useGateway(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  GATEHOUSE_MONTHLY_BUDGET_USD: '100.50',
}));
let applicationId: string;

beforeAll(async () => {
  applicationId = (await issue(gateway, { externalUserId: 'first' })).session.application.id;
});

beforeEach(() => upstream.reset());

/** Has somebody use one response, which costs COST unless it says otherwise. */
async function use(externalUserId: string, input = {}, headers?: Record<string, string>) {
  const asking = { ask: (query: string, variables = {}) => gateway.ask(query, variables, headers) };
  const { session } = await issue(asking, { externalUserId, model: 'gpt-realtime-2.1' });
  const answer = await report(gateway, {
    ...{ sessionId: session.id, responseId: 'resp_1', usage: RESPONSE },
    ...input,
  });
  expect(answer).toMatchObject({ __typename: 'ReportUsageSuccess', alreadyReported: false });
  return session.id;
}

/** Another gateway, until the test ends. */
async function openGateway(env: Record<string, string> = {}): Promise<TestGateway> {
  const other = await startGateway(database, { ...upstreamEnv(upstream.baseUrl), ...env });
  onTestFinished(() => other.close());
  return other;
}

const refusedBy = (budget: string) => ({
  __typename: 'PolicyViolationError',
  message: expect.stringContaining('running sessions may still add to it'),
  rule: 'BUDGET',
  allowed: [budget],
});

describe('a monthly budget', () => {
  test('that is reached exactly refuses, before upstream is asked, and leaves quotas alone', async () => {
    const externalUserId = 'exactly';
    await use(externalUserId);
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: `${COST}00` });
    const { quotas } = await readUser(gateway, externalUserId);
    upstream.reset();
    expect(await issue(gateway, { externalUserId })).toEqual(refusedBy(COST));
    expect(upstream.calls).toEqual([]);
    expect((await readUser(gateway, externalUserId)).quotas).toEqual(quotas);
    expect((await trailOf(database, externalUserId)).at(-1)).toMatchObject({
      action: 'session.denied',
      outcome: 'DENIED',
      session_id: null,
      detail: { reason: 'policy', rule: 'BUDGET', allowed: [COST] },
    });
  });

  test('that is not reached yet allows, however little is missing', async () => {
    const externalUserId = 'nearly';
    await use(externalUserId);
    for (const monthlyBudgetUsd of ['0.0185336', A_LITTLE_MORE]) {
      await setPolicy(gateway, { externalUserId, monthlyBudgetUsd });
      expect(await issue(gateway, { externalUserId })).toMatchObject(SUCCESS);
    }
  });

  test('counts what was used through every application', async () => {
    const externalUserId = 'everywhere';
    const { application } = await createApplication(gateway, 'shop');
    const { value } = await createKey(gateway, application.id, { scopes: ['SESSIONS_CREATE'] });
    await use(externalUserId);
    await use(externalUserId, {}, bearer(value));
    await use(externalUserId);
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: '0.025600800001' });
    expect(await issue(gateway, { externalUserId })).toMatchObject(SUCCESS);
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: '0.0256008' });
    expect(await issue(gateway, { externalUserId })).toEqual(refusedBy('0.0256008'));
  });

  test('counts from the first moment of the month in UTC on, wherever the database thinks it is', async () => {
    const [zone] = await database.query('SHOW timezone');
    expect(zone).toEqual({ TimeZone: 'Pacific/Kiritimati' });
    const now = new Date();
    const border = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
    for (const [externalUserId, at, answer] of [
      ['last month', border - 1, SUCCESS],
      ['this month', border, refusedBy(COST)],
    ] as const) {
      const { session } = await issue(gateway, { externalUserId, model: 'gpt-realtime-2.1' });
      await database.query(
        `UPDATE realtime_session AS s SET settled_at = to_timestamp($2) - interval '1 hour'
         FROM end_user AS u WHERE u.id = s.user_id AND external_id = $1`,
        [externalUserId, border / 1000],
      );
      const used = { sessionId: session.id, responseId: 'resp_1', usage: RESPONSE };
      const answered = await report(gateway, { ...used, at: new Date(at).toISOString() });
      expect(answered).toMatchObject({ session: { usage: { costUsd: COST } } });
      await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: COST });
      expect(await issue(gateway, { externalUserId }), externalUserId).toMatchObject(answer);
    }
  });

  test('does not count what has no known price', async () => {
    const externalUserId = 'unpriced';
    await use(externalUserId, { model: 'nobody-knows-its-price' });
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: '0.000000000001' });
    expect(await issue(gateway, { externalUserId })).toMatchObject(SUCCESS);
    await use(externalUserId);
    expect(await issue(gateway, { externalUserId })).toEqual(refusedBy('0.000000000001'));
  });

  test('of 0 allows nothing, not even to somebody new', async () => {
    const externalUserId = 'nothing';
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: '0' });
    expect(await issue(gateway, { externalUserId })).toEqual(refusedBy('0'));
  });

  test('comes after the other rules and before quotas', async () => {
    const externalUserId = 'ranked';
    const none = { monthlyBudgetUsd: '0', maxMintsPerDay: 0, maxTtlSeconds: 60, allowedModels: ['m'] };
    await setPolicy(gateway, { externalUserId, ...none });
    const input = { externalUserId, expiresAfterSeconds: 61 };
    expect(await issue(gateway, input)).toMatchObject({ rule: 'MODEL' });
    await setPolicy(gateway, { externalUserId, allowedModels: null });
    expect(await issue(gateway, input)).toMatchObject({ rule: 'TTL' });
    await setPolicy(gateway, { externalUserId, maxTtlSeconds: null });
    expect(await issue(gateway, input)).toEqual(refusedBy('0'));
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: null });
    expect(await issue(gateway, input)).toMatchObject({ quota: 'MINTS_PER_DAY' });
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: '0' });
    await suspendUser(gateway, { externalUserId });
    expect(await issue(gateway, input)).toMatchObject({ __typename: 'UserSuspendedError' });
  });
});

describe('User.budget', () => {
  const BUDGET = /* GraphQL */ `
    query ($externalId: String, $applicationId: ID) {
      user(externalId: $externalId) { budget(applicationId: $applicationId) { limitUsd usedUsd resetsAt } }
    }
  `;
  const budgetOf = async (externalId: string, id?: string, headers?: Record<string, string>) => {
    const { body } = await gateway.ask(BUDGET, { externalId, applicationId: id }, headers);
    expect(body.errors).toBeUndefined();
    return body.data.user.budget;
  };
  const nextMonth = () => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString();
  };

  test('says the limit, what counts of it this month in UTC, and when the next one begins', async () => {
    const externalUserId = 'reads its budget';
    await use(externalUserId);
    await use(externalUserId, { model: 'nobody-knows-its-price' });
    expect(await budgetOf(externalUserId)).toEqual({
      limitUsd: '100.5',
      usedUsd: COST,
      resetsAt: nextMonth(),
    });
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: '0' });
    expect(await budgetOf(externalUserId)).toMatchObject({ limitUsd: '0', usedUsd: COST });
    const { session } = await issue(gateway, { externalUserId: 'has used nothing' });
    expect(session.status).toBe('ACTIVE');
    expect(await budgetOf('has used nothing')).toMatchObject({ usedUsd: '0' });
  });

  test('is that of the application that is named, over what was used through all of them', async () => {
    const externalUserId = 'has two budgets';
    const { application } = await createApplication(gateway, 'kiosk');
    const { value } = await createKey(gateway, application.id, {
      scopes: ['SESSIONS_CREATE', 'USERS_READ', 'USAGE_READ'],
    });
    await setPolicy(gateway, { applicationId: application.id, monthlyBudgetUsd: '7.25' });
    await use(externalUserId);
    await use(externalUserId, {}, bearer(value));
    const used = { usedUsd: '0.0170672', resetsAt: nextMonth() };
    expect(await budgetOf(externalUserId)).toEqual({ limitUsd: '100.5', ...used });
    expect(await budgetOf(externalUserId, application.id)).toEqual({ limitUsd: '7.25', ...used });
    expect(await budgetOf(externalUserId, undefined, bearer(value))).toEqual({ limitUsd: '7.25', ...used });
  });

  test('is what a reservation compares: at every limit it allows as long as less is used', async () => {
    const externalUserId = 'on the edge';
    await use(externalUserId);
    for (const limitUsd of ['0', '0.0085335', COST, A_LITTLE_MORE, '1']) {
      await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: limitUsd });
      const budget = await budgetOf(externalUserId);
      expect(budget).toMatchObject({ limitUsd, usedUsd: COST });
      const { __typename } = await issue(gateway, { externalUserId });
      expect(__typename === SUCCESS.__typename).toBe(Number(budget.usedUsd) < Number(budget.limitUsd));
    }
  });

  test('is null where there is none, and one statement reads those of all users of a page', async () => {
    const free = await openGateway();
    const { body } = await free.ask(
      '{ users(first: 3, orderBy: CREATED_AT_DESC) { nodes { budget { usedUsd } } } }',
    );
    expect(body).toEqual({
      data: { users: { nodes: [{ budget: { usedUsd: COST } }, ...Array(2).fill({ budget: null })] } },
    });
  });
});

describe('under a budget, a model without a price', () => {
  const refusedFor = (...models: string[]) => ({
    __typename: 'PolicyViolationError',
    message: expect.stringContaining(`no known price: ${models.join(', ')}`),
    rule: 'BUDGET',
    allowed: ['100.5'],
    unpricedModels: models,
  });
  const UNPRICED = /* GraphQL */ `
    mutation ($input: CreateRealtimeSessionInput!) {
      createRealtimeSession(input: $input) {
        __typename
        ... on PolicyViolationError { message rule allowed unpricedModels }
      }
    }
  `;
  const attempt = async (asked: Pick<TestGateway, 'ask'>, input: object) =>
    (await asked.ask(UNPRICED, { input })).body.data.createRealtimeSession;
  const transcribedBy = (model: string | null) => ({ inputAudioTranscription: { model } });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['the model', { model: 'unheard-of' }, ['unheard-of']],
    ['the transcription model', transcribedBy('our-own'), ['our-own']],
    ['both', { model: 'unheard-of', ...transcribedBy('our-own') }, ['unheard-of', 'our-own']],
    ['one named twice', { model: 'unheard-of', ...transcribedBy('unheard-of') }, ['unheard-of']],
    ['that of a transcription session', { type: 'TRANSCRIPTION', model: 'our-own' }, ['our-own']],
    ['a snapshot of nothing known', { model: 'unheard-of-2026-01-01' }, ['unheard-of-2026-01-01']],
  ])('is refused before anything is sent, and named: %s', async (named, fields, models) => {
    const externalUserId = `unpriced: ${named}`;
    expect(await attempt(gateway, { externalUserId, ...fields })).toEqual(refusedFor(...models));
    expect(upstream.calls).toEqual([]);
    expect((await readUser(gateway, externalUserId)).quotas).toContainEqual(
      expect.objectContaining({ quota: 'MINTS_PER_DAY', used: 0 }),
    );
    expect(await trailOf(database, externalUserId)).toMatchObject([
      {
        action: 'session.denied',
        outcome: 'DENIED',
        detail: { reason: 'policy', rule: 'BUDGET', allowed: ['100.5'], unpricedModels: models },
      },
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['a dated snapshot', { model: 'gpt-realtime-2025-08-28' }],
    ['a model by the minute', { type: 'TRANSCRIPTION', model: 'whisper-1' }],
    ['a transcription by the default model', { model: 'gpt-realtime-mini', ...transcribedBy(null) }],
    ['one by a model with a price', transcribedBy('gpt-4o-mini-transcribe')],
  ])('is not %s', async (_, fields) => {
    expect(await attempt(gateway, { externalUserId: 'priced', ...fields })).toMatchObject(SUCCESS);
  });

  test('gives way to a budget that is reached, and comes before quotas', async () => {
    const externalUserId = 'reached and unpriced';
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: '0', maxMintsPerDay: 0 });
    expect(await attempt(gateway, { externalUserId, model: 'unheard-of' })).toEqual({
      ...refusedBy('0'),
      unpricedModels: [],
    });
    await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: null });
    expect(await attempt(gateway, { externalUserId, model: 'unheard-of' })).toEqual(refusedFor('unheard-of'));
  });

  test.each<[string, Record<string, string>, string, object]>([
    ['allowed by GATEHOUSE_UNPRICED', { GATEHOUSE_UNPRICED: 'allow' }, 'unheard-of', SUCCESS],
    ['no matter without a budget', { GATEHOUSE_MONTHLY_BUDGET_USD: '' }, 'unheard-of', SUCCESS],
    ['the name of a failure that the sandbox plays', { GATEHOUSE_PROVIDER: 'sandbox' }, 'sandbox-429', {}],
    ['refused in the sandbox too', { GATEHOUSE_PROVIDER: 'sandbox' }, 'unheard-of', refusedFor('unheard-of')],
    ['and its default model has one', { GATEHOUSE_PROVIDER: 'sandbox' }, 'gpt-realtime-2.1', SUCCESS],
  ])('is %s', async (title, env, model, answer) => {
    const other = await openGateway({ GATEHOUSE_MONTHLY_BUDGET_USD: '100.50', ...env });
    const answered = await attempt(other, { externalUserId: `elsewhere: ${title}`, model });
    expect(answered).toMatchObject(answer);
    if (model === 'sandbox-429') expect(answered.__typename).not.toBe('PolicyViolationError');
  });
});

describe('the budget that applies', () => {
  const budgetOf = async (asked: TestGateway, externalUserId: string) =>
    (await readUser(asked, externalUserId)).policy.monthlyBudgetUsd;

  test("is the user's, then the application's, then the configuration's, and null inherits again", async () => {
    const externalUserId = 'inheriting';
    await use(externalUserId);
    expect(await budgetOf(gateway, externalUserId)).toBe('100.5');
    const set = await setPolicy(gateway, { applicationId, monthlyBudgetUsd: COST });
    expect(set).toMatchObject({ overrides: { monthlyBudgetUsd: COST } });
    try {
      expect(await issue(gateway, { externalUserId })).toEqual(refusedBy(COST));
      await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: '1.50' });
      // A field left out stays as it is.
      await setPolicy(gateway, { externalUserId, maxTtlSeconds: 600 });
      expect(await budgetOf(gateway, externalUserId)).toBe('1.5');
      expect(await issue(gateway, { externalUserId })).toMatchObject(SUCCESS);
      await setPolicy(gateway, { externalUserId, monthlyBudgetUsd: null });
      expect(await budgetOf(gateway, externalUserId)).toBe(COST);
      expect(await issue(gateway, { externalUserId })).toEqual(refusedBy(COST));
    } finally {
      await setPolicy(gateway, { applicationId, monthlyBudgetUsd: null });
    }
    expect(await budgetOf(gateway, externalUserId)).toBe('100.5');
    expect(await issue(gateway, { externalUserId })).toMatchObject(SUCCESS);
    const details = (await trailOf(database, externalUserId)).filter(({ action }) => action === 'policy.set');
    expect(details.map(({ detail }) => detail)).toEqual([
      { monthly_budget_usd: '1.5' },
      { max_ttl_seconds: 600 },
      { monthly_budget_usd: null },
    ]);
  });

  test.each([
    [COST, refusedBy(COST)],
    [A_LITTLE_MORE, SUCCESS],
    ['', SUCCESS],
  ])('of the configuration is exact: %j', async (budget, answer) => {
    const externalUserId = `configured ${budget}`;
    await use(externalUserId);
    const other = await openGateway({ GATEHOUSE_MONTHLY_BUDGET_USD: budget });
    expect(await budgetOf(other, externalUserId)).toBe(budget === '' ? null : budget);
    expect(await issue(other, { externalUserId })).toMatchObject(answer);
  });

  test.each([
    ['negative', '-0.01'],
    ['finer than can be told apart', '0.0000000000001'],
    ['over a billion', '1000000000.01'],
  ])('cannot be %s: it is refused by its field', async (_, monthlyBudgetUsd) => {
    expect(await setPolicy(gateway, { externalUserId: 'refused', monthlyBudgetUsd })).toEqual({
      __typename: 'InvalidInputError',
      message: expect.any(String),
      issues: [
        {
          path: ['monthlyBudgetUsd'],
          message: 'must be US dollars from 0 to 1000000000, with at most 12 digits behind the point',
        },
      ],
    });
    expect(await readUser(gateway, 'refused')).toBeNull();
  });

  test.each(['much', '1e3', '', 5, 0.1])('is a decimal as a string, not %j', async (monthlyBudgetUsd) => {
    const { status, body } = await gateway.ask(
      'mutation ($input: SetPolicyInput!) { setPolicy(input: $input) { __typename } }',
      { input: { externalUserId: 'refused', monthlyBudgetUsd } },
    );
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain('monthlyBudgetUsd');
  });

  test.each(['0', '0.000000000001', '1000000000'])('takes both ends of its range: %s', async (budget) => {
    const answer = await setPolicy(gateway, { externalUserId: 'ends', monthlyBudgetUsd: budget });
    expect(answer).toMatchObject({ overrides: { monthlyBudgetUsd: budget } });
  });
});
