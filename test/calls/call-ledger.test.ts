import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CallStore, OwnedCall, Owner } from '../../src/calls/call-store.ts';
import { createCallStore } from '../../src/calls/open-calls.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { createPrisma } from '../../src/platform/database/prisma.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { loadPrices } from '../../src/usage/load-prices.ts';
import { openUsage } from '../../src/usage/open-usage.ts';
import { dataOf, quotasUsed, revokeSession, setPolicy, suspendUser, trailOf } from '../support/ask.ts';
import { issueBrokered, useBrokeringGateway } from '../support/brokered.ts';
import { askAs } from '../support/callers.ts';
import { callIdOf } from '../support/calls.ts';
import { use, useDatabase, useIdentityProvider } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { uuidOf } from '../support/ids.ts';
import { RESPONSE, report } from '../support/usage.ts';

// The gateway's, so that fingerprints can be made here.
const KEY = Buffer.alloc(32, 5);

const database = useDatabase();
const identityProvider = useIdentityProvider();
// The provider of its calls is away, so that it ends none of those that the tests play.
const gateway = useBrokeringGateway(database, () => ({
  ...upstreamEnv('http://127.0.0.1:1/v1'),
  GATEHOUSE_PROVIDER: '',
  GATEHOUSE_PROVIDERS: 'openai,sandbox',
  ...identityProvider.env,
  GATEHOUSE_FINGERPRINT_KEY: KEY.toString('base64'),
}));

/** Three gateways' ways to the ledger, and the meter of one. */
const ledger = use(
  async () => {
    const pools = ['one', 'two', 'three'].map(() =>
      createPool({ url: database.url, size: 3, timeoutMs: 20_000, onError: () => {} }),
    );
    const [pool] = pools;
    if (pool === undefined) throw new Error('There is no pool');
    const usage = openUsage({
      ...{ pool, prisma: createPrisma(pool), prices: await loadPrices(undefined), onCommitted: () => {} },
      config: { unpriced: 'refuse', usageLabel: undefined },
      log: createLogger({ level: 'silent', pretty: false }),
    });
    return { pools, stores: pools.map((one) => createCallStore(one)), usage };
  },
  async ({ pools, usage }) => {
    await usage.close();
    await Promise.all(pools.map((pool) => pool.end()));
  },
);

const CALL = /* GraphQL */ `
  query Call($id: ID!) {
    node(id: $id) {
      ... on RealtimeCall {
        status createdAt connectedAt endedAt deadlineAt lastActivityAt endReason
        session { id connection exposedUntil call { id } }
        usage { reported responses totalTokens }
      }
    }
  }
`;
const END = /* GraphQL */ `
  mutation End($input: EndRealtimeCallInput!) {
    endRealtimeCall(input: $input) { __typename ... on EndRealtimeCallSuccess { call { id status } } }
  }
`;
const LIST = /* GraphQL */ `
  query List($filter: RealtimeCallFilter, $first: Int, $after: String) {
    realtimeCalls(filter: $filter, first: $first, after: $after) {
      nodes { id status createdAt } edges { cursor } pageInfo { hasNextPage endCursor }
    }
  }
`;

test('of a hundred replays at three gateways one gets the call', async () => {
  const { clientSecret } = await issueBrokered(gateway, { externalUserId: 'rachel' });
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => redeem(clientSecret.value, n % 3)));
  const counts = Map.groupBy(answers, (answer) => (answer.kind === 'redeemed' ? 'redeemed' : answer.why));
  expect(Object.fromEntries([...counts].map(([kind, all]) => [kind, all.length]))).toEqual({
    redeemed: 1,
    used: 99,
  });
});

test('a secret that nobody knows, or that is revoked, expired or of a suspended user, opens nothing', async () => {
  const whyOf = async (value: string) => {
    const redeemed = await redeem(value);
    return redeemed.kind === 'refused' ? redeemed.why : redeemed.kind;
  };
  expect(await whyOf(`ek_gh_${'a'.repeat(43)}`)).toBe('unknown');
  const direct = await issueBrokered(gateway, {
    ...{ externalUserId: 'otto', connection: 'DIRECT', provider: 'sandbox' },
  });
  expect(await whyOf(direct.clientSecret.value)).toBe('unknown');

  const revoked = await issueBrokered(gateway, { externalUserId: 'otto' });
  await revokeSession(gateway, { id: revoked.session.id });
  expect(await whyOf(revoked.clientSecret.value)).toBe('revoked');

  const expired = await issueBrokered(gateway, { externalUserId: 'otto' });
  await database.query(`UPDATE realtime_session SET expires_at = now() WHERE id = $1`, [
    uuidOf(expired.session.id),
  ]);
  expect(await whyOf(expired.clientSecret.value)).toBe('expired');

  const suspended = await issueBrokered(gateway, { externalUserId: 'otto' });
  await suspendUser(gateway, { externalUserId: 'otto' });
  expect(await whyOf(suspended.clientSecret.value)).toBe('suspended');
});

test('a call from the offer to its end, asked for by its user', async () => {
  const token = await identityProvider.sign({ sub: 'uma' });
  const issued = await issueBrokered(gateway, {
    externalUserId: 'uma',
    maxCallSeconds: 600,
    idleSeconds: 30,
  });
  const owned = await begin(issued);
  const id = callIdOf(issued.session.id);
  expect(owned).toMatchObject({
    ...{ externalUserId: 'uma', idleSeconds: 30, upstreamCallId: null, endRequested: null },
    request: { type: 'REALTIME', model: 'gpt-realtime-2.1' },
  });
  expect(await call(id)).toMatchObject({ status: 'CONNECTING', connectedAt: null, deadlineAt: null });

  const opened = await open(owned);
  expect(opened).toMatchObject({ upstreamCallId: 'rtc_1', keyId: 'k', endRequested: null });
  const live = await call(id);
  expect(live).toMatchObject({ status: 'LIVE', endedAt: null, endReason: null });
  expect(Date.parse(live.deadlineAt) - Date.parse(live.connectedAt)).toBe(600_000);
  expect(live.session).toEqual({
    ...{ id: issued.session.id, connection: 'BROKERED', call: { id } },
    exposedUntil: live.deadlineAt,
  });

  expect(await store().recordDrift(owned.id, ['instructions'])).toBe(true);
  expect(await store().recordDrift(owned.id, ['instructions'])).toBe(false);
  expect(await due()).not.toContain(owned.id);

  const ended = await askAs(gateway, token, END, { input: { id, reason: 'said goodbye' } });
  expect(ended.body.data.endRealtimeCall).toMatchObject({ call: { id, status: 'LIVE' } });
  await askAs(gateway, token, END, { input: { id, reason: 'again' } });
  const [asked] = (await store().findEndRequested(owner(), 10)).filter((one) => one.id === owned.id);
  expect(asked).toMatchObject({ reason: 'CLIENT_ENDED', upstreamCallId: 'rtc_1', keyId: 'k' });
  expect(await store().end(owned.id, 'CLIENT_ENDED')).toBe(true);
  expect(await store().end(owned.id, 'UPSTREAM_ENDED')).toBe(false);

  const over = await call(id);
  expect(over).toMatchObject({ status: 'ENDED', endReason: 'CLIENT_ENDED' });
  expect(over.session.exposedUntil).toBe(over.endedAt);
  const trail = (await trailOf(database, 'uma')).filter(({ action }) => action.startsWith('call.'));
  expect(trail.map(({ action, actor_kind }) => [action, actor_kind])).toEqual([
    ['call.opened', 'SYSTEM'],
    ['call.drifted', 'SYSTEM'],
    ['call.ended', 'USER'],
  ]);
  expect(trail.at(-1)?.detail).toMatchObject({ endReason: 'CLIENT_ENDED', reason: 'said goodbye' });
});

test.each([
  ['an operator', 'OPERATOR', (id: string) => gateway.ask(END, { input: { id: callIdOf(id) } })],
  ['revoking', 'REVOKED', (id: string) => revokeSession(gateway, { id })],
  ['suspending', 'SUSPENDED', () => suspendUser(gateway, { externalUserId: 'victor' })],
] as const)('%s asks for the end, after the secret has expired too', async (_, reason, ask) => {
  const issued = await issueBrokered(gateway, { externalUserId: 'victor' });
  const owned = await begin(issued);
  await open(owned);
  await database.query(`UPDATE realtime_session SET expires_at = now() WHERE id = $1`, [owned.id]);
  await ask(issued.session.id);
  expect((await store().findEndRequested(owner(), 10)).find(({ id }) => id === owned.id)?.reason).toBe(
    reason,
  );
  await store().end(owned.id, 'UPSTREAM_ENDED');
  expect(await call(callIdOf(issued.session.id))).toMatchObject({ status: 'ENDED', endReason: reason });
});

test('revoking while the offer is with the provider: whoever opens it is told to hang up', async () => {
  const issued = await issueBrokered(gateway, { externalUserId: 'quinn' });
  const owned = await begin(issued);
  await revokeSession(gateway, { id: issued.session.id });
  expect(await open(owned)).toMatchObject({ endRequested: 'REVOKED', upstreamCallId: 'rtc_1' });
  await store().end(owned.id, 'REVOKED');
  expect(await open(owned)).toBeNull();
});

test('a call is due at its deadline, and when nobody has spoken for too long', async () => {
  const reasonAfter = async (change: string) => {
    const owned = await begin(await issueBrokered(gateway, { externalUserId: 'dora', idleSeconds: 10 }));
    await open(owned);
    await database.query(`UPDATE realtime_call SET ${change} WHERE session_id = $1`, [owned.id]);
    const [found] = (await store().findDue(owner(), 100)).filter(({ id }) => id === owned.id);
    await store().end(owned.id, found?.reason ?? 'UNKNOWN');
    return found?.reason;
  };
  expect(await reasonAfter(`deadline_at = now()`)).toBe('DEADLINE');
  expect(await reasonAfter(`last_activity_at = now() - interval '10 seconds'`)).toBe('IDLE');
  expect(await reasonAfter(`last_activity_at = now() - interval '9 seconds'`)).toBeUndefined();
  const owned = await begin(await issueBrokered(gateway, { externalUserId: 'dora', idleSeconds: 10 }));
  await open(owned);
  await database.query(
    `UPDATE realtime_call SET last_activity_at = now() - interval '1 hour' WHERE session_id = $1`,
    [owned.id],
  );
  await store().recordActivity([owned.id]);
  expect(await due()).not.toContain(owned.id);
  await store().end(owned.id, 'UPSTREAM_ENDED');
});

test('quotas count the secret, then the call until it has ended, and what is uncertain until it must have', async () => {
  await setPolicy(gateway, { externalUserId: 'nora', maxActiveSessions: 1 });
  const used = async () => (await quotasUsed(gateway, 'nora'))['ACTIVE_SESSIONS'];
  const isRefused = async () => {
    const { __typename, quota, retryAt } = await issueBrokered(gateway, { externalUserId: 'nora' });
    expect({ __typename, quota }).toEqual({ __typename: 'QuotaExceededError', quota: 'ACTIVE_SESSIONS' });
    return retryAt;
  };
  const issued = await issueBrokered(gateway, { externalUserId: 'nora', maxCallSeconds: 60 });
  expect(await used()).toBe(1);
  expect(
    Math.abs(Date.parse(await isRefused()) - Date.parse(issued.clientSecret.expiresAt)),
  ).toBeLessThanOrEqual(1);

  const owned = await begin(issued);
  await database.query(`UPDATE realtime_session SET expires_at = now() WHERE id = $1`, [owned.id]);
  expect(await used()).toBe(1);
  await open(owned);
  const { deadlineAt } = await call(callIdOf(issued.session.id));
  expect(Math.abs(Date.parse(await isRefused()) - Date.parse(deadlineAt))).toBeLessThanOrEqual(1);
  await store().end(owned.id, 'IDLE');
  expect(await used()).toBe(0);

  // A secret that is revoked before its use frees the slot at once: the gateway itself refuses it.
  const revoked = await issueBrokered(gateway, { externalUserId: 'nora' });
  await revokeSession(gateway, { id: revoked.session.id });
  expect(await used()).toBe(0);

  const second = await issueBrokered(gateway, { externalUserId: 'nora' });
  const uncertain = await begin(second);
  await store().recordUncertain(uncertain.id);
  const id = callIdOf(second.session.id);
  expect(await call(id)).toMatchObject({ status: 'UNCERTAIN', endedAt: null });
  expect(await used()).toBe(1);
  await isRefused();
  await database.query(`UPDATE realtime_call SET must_end_by = now() WHERE session_id = $1`, [uncertain.id]);
  // By the clock alone, before any job has written it.
  expect(await call(id)).toMatchObject({ status: 'ENDED', endReason: 'UNKNOWN' });
  expect(await used()).toBe(0);
  await store().endOverdue(10);
  const ends = (await trailOf(database, 'nora')).filter(
    ({ action, session_id }) => action === 'call.ended' && session_id === uncertain.id,
  );
  expect(ends.map(({ detail }) => detail['endReason'])).toEqual(['UNKNOWN']);
});

test('a call whose gateway died while it connected is uncertain by the clock', async () => {
  const issued = await issueBrokered(gateway, { externalUserId: 'gus' });
  const owned = await begin(issued);
  await database.query(`UPDATE realtime_call SET connect_by = now() WHERE session_id = $1`, [owned.id]);
  expect(await call(callIdOf(issued.session.id))).toMatchObject({ status: 'UNCERTAIN' });
});

test('a call whose lease ran out is adopted by one of two gateways, and the former owner is told', async () => {
  const owned = await begin(await issueBrokered(gateway, { externalUserId: 'ada' }));
  await open(owned);
  expect(await store().renewLeases([owned.id], owner())).toEqual([owned.id]);
  expect(await adoptedBy(1)).not.toContain(owned.id);
  await store().releaseLeases([owned.id], owner());
  const [second, third] = await Promise.all([adoptedBy(1), adoptedBy(2)]);
  expect([second.includes(owned.id), third.includes(owned.id)].toSorted()).toEqual([false, true]);
  expect(await store().renewLeases([owned.id], owner())).toEqual([]);
  await store().end(owned.id, 'UPSTREAM_ENDED');
});

test("a client's report of a BROKERED session is refused", async () => {
  const { session } = await issueBrokered(gateway, { externalUserId: 'rita' });
  const reported = await report(gateway, { sessionId: session.id, responseId: 'resp_1', usage: RESPONSE });
  expect(reported).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: ['sessionId'] }] });
});

test('calls are listed newest first, page by page, by status, reason, user and application', async () => {
  const ids: string[] = [];
  for (const reason of ['BUDGET', 'IDLE', null] as const) {
    const issued = await issueBrokered(gateway, { externalUserId: 'lena' });
    const owned = await begin(issued);
    await open(owned);
    if (reason !== null) await store().end(owned.id, reason);
    ids.unshift(callIdOf(issued.session.id));
  }
  const list = async (filter: object, page: object = {}) =>
    (await dataOf(gateway, LIST, { filter: { externalUserId: 'lena', ...filter }, ...page })).realtimeCalls;
  const idsOf = ({ nodes }: { nodes: { id: string }[] }) => nodes.map(({ id }) => id);
  const first = await list({}, { first: 2 });
  expect(idsOf(first)).toEqual(ids.slice(0, 2));
  expect(first.pageInfo.hasNextPage).toBe(true);
  const rest = await list({}, { first: 2, after: first.pageInfo.endCursor });
  expect(idsOf(rest)).toEqual(ids.slice(2));
  expect(rest.pageInfo.hasNextPage).toBe(false);
  expect(idsOf(await list({ statuses: ['LIVE'] }))).toEqual(ids.slice(0, 1));
  expect(idsOf(await list({ endReasons: ['BUDGET'] }))).toEqual(ids.slice(2));
  expect(idsOf(await list({ statuses: [] }))).toEqual([]);
  expect(idsOf(await list({ applicationId: callIdOf(ids[0] ?? '') }))).toEqual([]);
  const asLena = await askAs(gateway, await identityProvider.sign({ sub: 'lena' }), LIST, {});
  expect(idsOf(asLena.body.data.realtimeCalls)).toEqual(ids);
  const asOther = await askAs(gateway, await identityProvider.sign({ sub: 'mallory' }), LIST, {});
  expect(idsOf(asOther.body.data.realtimeCalls)).toEqual([]);
});

test('what the provider reports is recorded once, and is the usage of the call', async () => {
  const issued = await issueBrokered(gateway, { externalUserId: 'mia' });
  const owned = await begin(issued);
  await open(owned);
  const { meter } = ledger.usage;
  expect(await meter(owned.id, { responseId: 'resp_1', usage: RESPONSE })).toBe('recorded');
  expect(await meter(owned.id, { responseId: 'resp_1', usage: RESPONSE })).toBe('already');
  expect(await meter(owned.id, { responseId: 'item_1', usage: { type: 'duration', seconds: 2 } })).toBe(
    'recorded',
  );
  expect(await meter(owned.id, { responseId: 'resp_2', usage: { total_tokens: -1 } })).toBe('refused');
  expect((await call(callIdOf(issued.session.id))).usage).toEqual({
    ...{ reported: true, responses: 2, totalTokens: RESPONSE.total_tokens },
  });
  expect(await store().isBudgetReached(owned.id, null)).toBe(false);
  expect(await store().isBudgetReached(owned.id, '0.01')).toBe(false);
  expect(await store().isBudgetReached(owned.id, '0.001')).toBe(true);
  await setPolicy(gateway, { externalUserId: 'mia', monthlyBudgetUsd: '5' });
  expect(await store().isBudgetReached(owned.id, '0.001')).toBe(false);
});

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new Error(`There are not ${index + 1}`);
  return value;
}

function store(index = 0): CallStore {
  return at(ledger.stores, index);
}

function owner(index = 0): Owner {
  return { instanceId: `gateway ${index}`, leaseSeconds: 60 };
}

function redeem(secret: string, index = 0) {
  const key = { id: createHash('sha256').update(KEY).digest('hex').slice(0, 8), bytes: KEY };
  const fingerprints = { [key.id]: new Secret(secret).fingerprint(key) };
  return store(index).redeem(fingerprints, owner(index), { connectWithinSeconds: 10 });
}

/** Uses the secret of what was issued. */
async function begin({ clientSecret }: { clientSecret: { value: string } }): Promise<OwnedCall> {
  const redeemed = await redeem(clientSecret.value);
  if (redeemed.kind === 'refused') throw new Error(`Refused: ${redeemed.why}`);
  return redeemed.call;
}

function open({ id }: OwnedCall): Promise<OwnedCall | null> {
  return store().recordOpened(id, { upstreamCallId: 'rtc_1', keyId: 'k', longestCallSeconds: 3600 });
}

async function call(id: string) {
  return (await dataOf(gateway, CALL, { id })).node;
}

async function due(): Promise<string[]> {
  return (await store().findDue(owner(), 100)).map(({ id }) => id);
}

async function adoptedBy(index: number): Promise<string[]> {
  return (await store(index).adopt(100, owner(index))).map(({ id }) => id);
}
