import { afterAll, describe, test } from 'vitest';
import { NOT_ASKED } from '../support/ask.ts';
import { type Behaviour, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { useDatabase } from '../support/fixture.ts';
import { type Answer, startGateway, type TestGateway, upstreamEnv } from '../support/gateway.ts';
import { metric } from '../support/metric.ts';
import { quantile } from '../support/quantile.ts';

// An outage of the provider at a steady 50 requests a second, with somebody looking at the dashboard meanwhile.
// RESILIENCE_SECONDS=60 is the full form.

const FULL = process.env['RESILIENCE_SECONDS'] !== undefined;
const SECONDS = Number(process.env['RESILIENCE_SECONDS'] ?? '3');
const EVERY_MS = 1000 / 50;
// What is promised, and what a machine may take on which other suites run at the same time.
const DASHBOARD_P95_MS = FULL ? 200 : 3000;
const COOL_DOWN_MS = 2000;

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess { session { id } clientSecret { value } }
      ... on UpstreamError { retryable possiblyIssued upstreamStatus session { status } }
    }
  }
`;
const DASHBOARD = /* GraphQL */ `
  { realtimeSessions(first: 20) { nodes { id status model createdAt clientSecret { expiresAt } user { id externalId } } } }
`;

const database = useDatabase();
const opened: { gateway: TestGateway; upstream: FakeUpstream }[] = [];

afterAll(async () => {
  for (const { gateway, upstream } of opened) {
    await gateway.close();
    await upstream.stop();
  }
});

async function open(): Promise<{ gateway: TestGateway; upstream: FakeUpstream }> {
  const upstream = await startFakeUpstream({ kind: 'ga' });
  const gateway = await startGateway(database, {
    ...upstreamEnv(upstream.baseUrl),
    GATEHOUSE_DATABASE_TIMEOUT_MS: '10000',
    LOG_LEVEL: 'warn',
  });
  opened.push({ gateway, upstream });
  return { gateway, upstream };
}

type Sample = { readonly marker: string; readonly sentAt: number; readonly result: Record<string, unknown> };

/**
 * Calls `work` at a steady rate, however long each takes, until asked to stop; then resolves with all results. A test
 * that fails before that stops it too.
 */
function atARate<T>(
  everyMs: number,
  work: (index: number) => Promise<T>,
  onEnd: (stop: () => void) => void,
): () => Promise<T[]> {
  const begun: Promise<T>[] = [];
  const timer = setInterval(() => void begun.push(work(begun.length)), everyMs);
  onEnd(() => clearInterval(timer));
  return () => {
    clearInterval(timer);
    return Promise.all(begun);
  };
}

const resultOf = ({ body }: Answer) => body.data.createRealtimeSession;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** When upstream was asked, from now on. */
function callTimes(upstream: FakeUpstream): readonly number[] {
  const times: number[] = [];
  const listen = async (): Promise<void> => {
    await upstream.nextCall();
    times.push(performance.now());
    void listen();
  };
  void listen();
  return times;
}

async function markersInLedger(prefix: string): Promise<string[]> {
  const rows = await database.query<{ instructions: string }>(
    'SELECT instructions FROM realtime_session WHERE instructions LIKE $1',
    [`${prefix}%`],
  );
  return rows.map(({ instructions }) => instructions).sort();
}

const OUTAGES: readonly [string, Behaviour, seconds: number][] = [
  ['500', { kind: 'answer', status: 500, body: { error: {} } }, SECONDS],
  ['a reset connection', { kind: 'reset' }, SECONDS],
];

// At the same time, to save it: most of it is waiting. The full form measures each alone.
describe(FULL ? 'alone' : 'together', { concurrent: !FULL }, () => {
  test.for(OUTAGES)(
    'every call gets %s',
    { timeout: SECONDS * 1000 + 60_000 },
    // Its own `expect`: that of the module would poll only until the first of those that run together has ended.
    async ([name, trouble, seconds], { expect, onTestFinished }) => {
      const { gateway, upstream } = await open();
      const circuitOpen = () => metric(gateway, 'gatehouse_circuit_open{provider="openai"}');
      const create = async (index: number): Promise<Sample> => {
        const marker = `${name} ${index}`;
        const sentAt = performance.now();
        const input = { externalUserId: `user-${index % 50}`, instructions: marker };
        return { marker, sentAt, result: resultOf(await gateway.ask(CREATE, { input })) };
      };
      const look = async () => {
        const startedAt = performance.now();
        const { body } = await gateway.ask(DASHBOARD);
        expect(body.data.realtimeSessions.nodes).toHaveLength(20);
        return performance.now() - startedAt;
      };
      // Something to look at.
      await Promise.all(
        Array.from({ length: 25 }, (_, index) =>
          gateway.ask(CREATE, { input: { externalUserId: `user-${index}`, instructions: 'before' } }),
        ),
      );
      expect(await circuitOpen()).toBe(0);

      upstream.reset();
      upstream.always(trouble);
      const times = callTimes(upstream);
      const startedAt = performance.now();
      const stopMutations = atARate(EVERY_MS, create, onTestFinished);
      const stopLooking = atARate(50, look, onTestFinished);
      await expect.poll(circuitOpen, { timeout: 5000, interval: 50 }).toBe(1);
      const openedAt = performance.now();
      const openedAfter = openedAt - startedAt;
      await wait(seconds * 1000 - openedAfter);
      // On a slow machine it may have opened so late that this is not a cool-down ago.
      const probed = () => times.some((at) => at >= openedAt + COOL_DOWN_MS / 2);
      await expect.poll(probed, { timeout: 10_000, interval: 10 }).toBe(true);
      expect(await circuitOpen()).toBe(1);
      const callsOfOutage = times.length;
      const lasted = performance.now() - startedAt;

      upstream.always({ kind: 'echo' });
      const healedAt = performance.now();
      await expect.poll(circuitOpen, { timeout: 10_000, interval: 50 }).toBe(0);
      const recoveredAfter = performance.now() - healedAt;
      // Closed is closed: from now on everybody is served.
      const sentAfter = performance.now();
      await wait(500);
      const [samples, looks] = await Promise.all([stopMutations(), stopLooking()]);

      const after = samples.filter(({ sentAt }) => sentAt >= sentAfter);
      expect(after.length).toBeGreaterThan(0);
      for (const { result } of after) expect(result['__typename']).toBe('CreateRealtimeSessionSuccess');

      // At most one call a mutation, and a row exactly for what was called: no more, and nothing without its record.
      const called = upstream.calls
        .map(({ text }) => /"instructions":"([^"]+)"/.exec(text)?.[1] ?? '')
        .sort();
      expect(new Set(called).size).toBe(called.length);
      expect(await markersInLedger(name)).toEqual(called);

      // Whoever was not served was either told what upstream did, or refused without a call.
      const refused = samples.filter(({ result }) => result['session'] === null);
      for (const { result } of refused) expect(result).toEqual(NOT_ASKED);
      expect(refused.length).toBe(samples.length - called.length);
      for (const { marker, result } of samples) {
        if (result['__typename'] !== 'UpstreamError' || result['session'] === null) continue;
        expect(called).toContain(marker);
        expect(result).toMatchObject({ possiblyIssued: true, session: { status: 'UNCONFIRMED' } });
      }
      // The bulk of the outage was spared: twenty failures, what was under way then (it arrives a little later, where
      // the machine is slow), and the probes.
      const ofOutage = times.slice(0, callsOfOutage);
      const callsToOpen = ofOutage.filter((at) => at < openedAt + COOL_DOWN_MS / 2).length;
      expect(callsToOpen).toBeGreaterThanOrEqual(20);
      expect(callsToOpen).toBeLessThan(20 + 64);
      const probes = ofOutage.slice(callsToOpen);
      expect(probes.length).toBeGreaterThan(0);
      expect(probes.length).toBeLessThanOrEqual(Math.floor(lasted / COOL_DOWN_MS));
      const gaps = probes.slice(1).map((at, index) => at - (probes[index] ?? 0));
      for (const gap of gaps) expect(gap).toBeGreaterThan(COOL_DOWN_MS - 50);

      const dashboard = quantile(looks, 0.95);
      process.stdout.write(
        `outage (${name}): ${samples.length} mutations, ${callsToOpen} calls until open after ${Math.round(openedAfter)} ms, ` +
          `${probes.length} probes, recovered after ${Math.round(recoveredAfter)} ms, ` +
          `dashboard p95 ${Math.round(dashboard)} ms of ${looks.length}\n`,
      );
      expect(dashboard).toBeLessThan(DASHBOARD_P95_MS);
    },
  );
});
