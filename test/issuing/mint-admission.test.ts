import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestDatabase } from '../support/database.ts';
import type { Behaviour } from '../support/fake-upstream.ts';
import { useDatabase, useUpstream } from '../support/fixture.ts';
import { type Answer, startGateway, type TestGateway, upstreamEnv } from '../support/gateway.ts';
import { freePort } from '../support/listen.ts';
import { askPipelined } from '../support/pipelined.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

// The limit on mints in flight, as a client meets it: how many mints at a time, how many wait and for how long, and
// that no permit is held by a mint that cannot succeed.

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess { session { id } }
      ... on UpstreamError { message retryable possiblyIssued upstreamStatus session { status } }
    }
  }
`;
const PATIENCE = { timeout: 10_000, interval: 10 };

const database = useDatabase();
const upstream = useUpstream();
const gateways: TestGateway[] = [];

beforeEach(() => upstream.reset());

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});

async function open(env: Record<string, string>, urls: Partial<TestDatabase> = {}): Promise<TestGateway> {
  const gateway = await startGateway(
    { ...database, ...urls },
    { ...upstreamEnv(upstream.baseUrl), GATEHOUSE_DATABASE_TIMEOUT_MS: '10000', ...env },
  );
  gateways.push(gateway);
  return gateway;
}

const inputOf = (externalUserId: string, instructions = '-') => ({ input: { externalUserId, instructions } });
const resultOf = ({ body }: Answer) => body.data.createRealtimeSession;

async function countSessions(): Promise<number> {
  const [row] = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM realtime_session');
  return row?.n ?? 0;
}

/** A promise, and what resolves it. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

const REFUSED = {
  __typename: 'UpstreamError',
  message: expect.any(String),
  session: null,
  upstreamStatus: null,
  retryable: true,
  possiblyIssued: false,
};

test('so many mints at a time, so many waiting; more are refused at once with nothing reserved', async () => {
  const gateway = await open({ GATEHOUSE_MAX_MINTS_IN_FLIGHT: '3', GATEHOUSE_MINT_QUEUE: '4' });
  const { opened, open: release } = gate();
  upstream.always({ kind: 'hold', until: opened });
  const before = await countSessions();

  const settled: Answer[] = [];
  const all = Array.from({ length: 12 }, async (_, index) => {
    const answer = await gateway.ask(CREATE, inputOf(`bounded-${index}`));
    settled.push(answer);
    return answer;
  });
  // Refused while all the others are held: that is what "at once" means.
  await expect.poll(() => settled.length, PATIENCE).toBe(5);
  for (const answer of settled) expect(resultOf(answer)).toEqual(REFUSED);
  await expect.poll(() => upstream.calls.length, PATIENCE).toBe(3);
  expect(await countSessions()).toBe(before + 3);

  release();
  const results = (await Promise.all(all)).map(resultOf);
  expect(results.filter(({ __typename }) => __typename === 'CreateRealtimeSessionSuccess')).toHaveLength(7);
  expect(upstream.calls).toHaveLength(7);
  expect(await countSessions()).toBe(before + 7);
});

test('who waits is served in order, each as soon as a place is free', async () => {
  const gateway = await open({ GATEHOUSE_MAX_MINTS_IN_FLIGHT: '2', GATEHOUSE_MINT_QUEUE: '100' });
  const holds = Array.from({ length: 10 }, gate);
  // By what is asked, not by when it arrives: two that are sent together may overtake each other on the way.
  upstream.always({
    kind: 'respond',
    respond: async ({ body }) => {
      const index = Number(JSON.stringify(body).match(/number (\d+)/)?.[1]);
      await holds[index]?.opened;
      return { status: 200, body: { value: `ek_${String(index).padStart(16, '0')}` } };
    },
  });
  // On one connection: separate ones have no order.
  const answers = askPipelined(
    gateway.url,
    holds.map((_, index) => ({ query: CREATE, variables: inputOf(`ordered-${index}`, `number ${index}`) })),
  );
  for (const [index, hold] of holds.entries()) {
    const arrived = Math.min(index + 2, holds.length);
    await expect.poll(() => upstream.calls.length, PATIENCE).toBe(arrived);
    const asked = upstream.calls.map(({ text }) => Number(text.match(/number (\d+)/)?.[1]));
    // Sorted, because the two at the front may overtake each other on the way to upstream.
    expect(asked.sort((a, b) => a - b)).toEqual(Array.from({ length: arrived }, (_, i) => i));
    hold.open();
  }
  for (const { body } of await answers) {
    expect(body).toMatchObject({
      data: { createRealtimeSession: { __typename: 'CreateRealtimeSessionSuccess' } },
    });
  }
});

test('a wait longer than the deadline of a mint is refused too, with nothing reserved', async () => {
  const deadlineMs = 1200;
  const gateway = await open({
    GATEHOUSE_MAX_MINTS_IN_FLIGHT: '1',
    GATEHOUSE_UPSTREAM_TIMEOUT_MS: String(deadlineMs),
  });
  const before = await countSessions();
  upstream.always({ kind: 'stall' });
  const arrived = upstream.nextCall();
  const first = gateway.ask(CREATE, inputOf('patient-0'));
  await arrived;
  // Half of the first one's time: it ends while both still wait, one gets its place, and the other's time ends first.
  await new Promise((resolve) => setTimeout(resolve, deadlineMs / 2));
  const waitedFrom = performance.now();
  const waits: number[] = [];
  const waiters = [1, 2].map(async (index) => {
    const result = resultOf(await gateway.ask(CREATE, inputOf(`patient-${index}`)));
    if (result.session === null) waits.push(performance.now() - waitedFrom);
    return result;
  });
  const results = await Promise.all(waiters);

  expect(resultOf(await first)).toMatchObject({ possiblyIssued: true, session: { status: 'UNCONFIRMED' } });
  expect(results).toContainEqual(REFUSED);
  expect(results).toContainEqual({ ...REFUSED, possiblyIssued: true, session: { status: 'UNCONFIRMED' } });
  expect(waits[0]).toBeGreaterThan(deadlineMs - 50);
  expect(waits[0]).toBeLessThan(deadlineMs + 2000);
  expect(upstream.calls).toHaveLength(2);
  expect(await countSessions()).toBe(before + 2);
});

/** Both places of a gateway with two and no queue are free: two mints are at upstream at the same time. */
async function expectBothPlacesFree(gateway: TestGateway, name: string): Promise<void> {
  upstream.reset();
  const { opened, open: release } = gate();
  upstream.always({ kind: 'hold', until: opened });
  const answers = [1, 2].map((index) => gateway.ask(CREATE, inputOf(`${name}-after-${index}`)));
  await expect.poll(() => upstream.calls.length, PATIENCE).toBe(2);
  release();
  for (const answer of await Promise.all(answers))
    expect(resultOf(answer)).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess' });
}

/** Two at a time, like the places, so that none is refused for want of one. */
async function repeat(times: number, work: () => Promise<void>): Promise<void> {
  const worker = async () => {
    for (let index = 0; index < times / 2; index += 1) await work();
  };
  await Promise.all([worker(), worker()]);
}

test('dozens of refusals by quota keep no place', async () => {
  const gateway = await open({
    GATEHOUSE_MAX_MINTS_IN_FLIGHT: '2',
    GATEHOUSE_MINT_QUEUE: '0',
    GATEHOUSE_MAX_MINTS_PER_DAY: '1',
  });
  await gateway.ask(CREATE, inputOf('spent'));
  await repeat(40, async () => {
    const answer = await gateway.ask(CREATE, inputOf('spent'));
    expect(resultOf(answer)).toEqual({ __typename: 'QuotaExceededError' });
  });
  expect(upstream.calls).toHaveLength(1);
  await expectBothPlacesFree(gateway, 'quota');
});

test('dozens of failures of the ledger keep no place, and recovery needs nobody', async () => {
  const proxy = await startTcpProxy(Number(new URL(database.url).port));
  const url = new URL(database.url);
  url.port = String(proxy.port);
  const gateway = await open(
    { GATEHOUSE_MAX_MINTS_IN_FLIGHT: '2', GATEHOUSE_MINT_QUEUE: '0' },
    { url: url.href },
  );
  const nobody = await freePort();
  proxy.target(nobody);
  proxy.cut();
  await repeat(40, async () => {
    const { status, body } = await gateway.ask(CREATE, inputOf('alice'));
    expect({ status, code: body.errors[0].extensions.code }).toEqual({
      status: 503,
      code: 'SERVICE_UNAVAILABLE',
    });
  });
  expect(upstream.calls).toEqual([]);
  proxy.target(Number(new URL(database.url).port));
  await expect.poll(async () => (await gateway.ask(CREATE, inputOf('alice'))).status, PATIENCE).toBe(200);
  await expectBothPlacesFree(gateway, 'ledger');
  await gateway.close();
  await proxy.close();
});

test.each<[string, Behaviour]>([
  ['answers that are too large', { kind: 'large', kilobytes: 1100 }],
  ['internal errors', { kind: 'answer', status: 500 }],
  ['lost connections', { kind: 'reset' }],
])('%s to one user stop nobody else', async (what, behaviour) => {
  const gateway = await open({});
  upstream.always(behaviour);
  for (let index = 0; index < 25; index += 1) {
    expect(resultOf(await gateway.ask(CREATE, inputOf('odd')))).toMatchObject({ possiblyIssued: true });
  }
  expect(upstream.calls).toHaveLength(25);
  upstream.reset();
  expect(resultOf(await gateway.ask(CREATE, inputOf(`honest beside ${what}`)))).toMatchObject({
    __typename: 'CreateRealtimeSessionSuccess',
  });
});

test('answers that are too large stop nobody, whoever gets them', async () => {
  const gateway = await open({});
  upstream.always({ kind: 'large', kilobytes: 1100 });
  for (let index = 0; index < 25; index += 1) {
    expect(resultOf(await gateway.ask(CREATE, inputOf(`large-${index}`)))).toMatchObject({
      possiblyIssued: true,
    });
  }
  expect(upstream.calls).toHaveLength(25);
});

test('a probe whose reservation is refused leaves the probe to the next', async () => {
  const gateway = await open({ GATEHOUSE_MAX_MINTS_PER_DAY: '1' });
  await gateway.ask(CREATE, inputOf('probing'));
  upstream.always({ kind: 'answer', status: 503 });
  for (let index = 0; index < 20; index += 1) {
    expect(resultOf(await gateway.ask(CREATE, inputOf(`probing-${index}`)))).toMatchObject({
      upstreamStatus: 503,
    });
  }
  expect(resultOf(await gateway.ask(CREATE, inputOf('probing-refused')))).toEqual(REFUSED);
  upstream.reset();

  // While the circuit is open nobody is asked about quotas; who then is, was let through to probe.
  await expect
    .poll(async () => resultOf(await gateway.ask(CREATE, inputOf('probing'))), PATIENCE)
    .toEqual({ __typename: 'QuotaExceededError' });
  expect(upstream.calls).toEqual([]);
  const next = await gateway.ask(CREATE, inputOf('probing-next'));
  expect(resultOf(next)).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess' });
  expect(resultOf(await gateway.ask(CREATE, inputOf('probing-last')))).toMatchObject({
    __typename: 'CreateRealtimeSessionSuccess',
  });
});
