import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { type Asked, askOnce } from '../support/ask-once.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { useDatabase } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { rawRequest, readAnswers } from '../support/pipelined.ts';
import { seededRandom } from '../support/seeded-random.ts';

// The real process is told to stop. STOPS=50 is the full form of the first test; SEED repeats its moments.

const STOPS = Number(process.env['STOPS'] ?? '1');
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const AT_A_TIME = 2;
const CLIENTS = 12;
const STOPPED_WITHIN_MS = 15_000;
const PATIENCE = { timeout: 15_000, interval: 10 };

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess { session { status } clientSecret { value } }
      ... on UpstreamError { message retryable possiblyIssued session { status } }
    }
  }
`;
const SHUTTING_DOWN = {
  __typename: 'UpstreamError',
  message: expect.stringContaining('shutting down'),
  session: null,
  retryable: true,
  possiblyIssued: false,
};

const database = useDatabase();
const running: GatewayProcess[] = [];
const upstreams: FakeUpstream[] = [];
const agents: Agent[] = [];

afterAll(async () => {
  for (const agent of agents) agent.destroy();
  for (const { child } of running) child.kill('SIGKILL');
  for (const upstream of upstreams) await upstream.stop();
  await Promise.all(running.map(({ ended }) => ended));
});

type Setting = { readonly gateway: GatewayProcess; readonly upstream: FakeUpstream; readonly agent: Agent };

async function start(env: Record<string, string> = {}): Promise<Setting> {
  const upstream = await startFakeUpstream({ kind: 'ga' });
  upstreams.push(upstream);
  const gateway = await startGatewayProcess(database, {
    ...upstreamEnv(upstream.baseUrl),
    GATEHOUSE_DATABASE_TIMEOUT_MS: '5000',
    ...env,
  });
  running.push(gateway);
  const agent = new Agent({ keepAlive: true });
  agents.push(agent);
  return { gateway, upstream, agent };
}

type Row = {
  readonly instructions: string;
  readonly outcome: string | null;
  readonly secret_last_four: string | null;
  readonly failure_code: string | null;
};

async function rowsOf(prefix: string): Promise<Map<string, Row>> {
  const rows = await database.query<Row>(
    'SELECT instructions, outcome, secret_last_four, failure_code FROM realtime_session WHERE instructions LIKE $1',
    [`${prefix}%`],
  );
  const byMarker = new Map(rows.map((row) => [row.instructions, row]));
  expect(byMarker.size).toBe(rows.length);
  return byMarker;
}

const inputOf = (marker: string) => ({
  input: { externalUserId: `user of ${marker}`, instructions: marker },
});
const calledMarkers = ({ calls }: FakeUpstream) =>
  calls.map(({ text }) => /"instructions":"([^"]+)"/.exec(text)?.[1] ?? '');
const resultOf = (asked: Asked) => ('broken' in asked ? null : asked.body.data.createRealtimeSession);

/** What readiness said from now until nobody answers: a status each time. */
async function watchReadiness({ managementUrl }: GatewayProcess): Promise<number[]> {
  const seen: number[] = [];
  for (;;) {
    try {
      const response = await fetch(`${managementUrl}/health/ready`);
      const { reason } = JSON.parse(await response.text());
      seen.push(response.status);
      if (response.status === 503) expect(reason).toBe('draining');
    } catch (error) {
      // fetch's word for a connection that is refused or cut.
      if (error instanceof TypeError) return seen;
      throw error;
    }
  }
}

async function expectCleanEnd(
  { ended, messages }: GatewayProcess,
  within = STOPPED_WITHIN_MS,
): Promise<number> {
  const startedAt = performance.now();
  const { code, signal, stderr } = await ended;
  const elapsed = performance.now() - startedAt;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  expect(messages.slice(-2)).toEqual(['stopping: finishing what was accepted', 'stopped']);
  expect(elapsed).toBeLessThan(within);
  return elapsed;
}

/** Clients that ask one after the other on connections they keep, until theirs is refused or broken. */
async function load(
  { gateway, agent }: Setting,
  name: string,
  onAnswer: () => void,
): Promise<Map<string, Asked>> {
  const outcomes = new Map<string, Asked>();
  const client = async (number: number) => {
    for (let index = 0; ; index += 1) {
      const marker = `${name} client ${number} request ${index}.`;
      const asked = await askOnce(agent, gateway.url, CREATE, inputOf(marker));
      outcomes.set(marker, asked);
      onAnswer();
      if ('broken' in asked) return;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  return outcomes;
}

type Stopped = { readonly milliseconds: number; readonly mints: number; readonly broken: number };

async function stopUnderLoad(name: string, random: () => number): Promise<Stopped> {
  const setting = await start();
  const { gateway, upstream } = setting;
  upstream.always({ kind: 'latency', ms: Math.floor(random() * 60) });
  const answersBefore = Math.floor(random() * 120);
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  let answers = 0;
  const loading = load(setting, name, () => {
    answers += 1;
    if (answers >= answersBefore) resolve();
  });
  await enough;
  await new Promise((later) => setTimeout(later, random() * 30));

  const acceptedBefore = calledMarkers(upstream);
  gateway.child.kill('SIGTERM');
  const readiness = watchReadiness(gateway);
  const milliseconds = await expectCleanEnd(gateway);
  const [outcomes, seen] = await Promise.all([loading, readiness]);
  const rows = await rowsOf(name);

  // Once not ready, never ready again.
  expect(seen.toSorted()).toEqual(seen);
  // Upstream was never asked without a record, nor twice for one; and no record was left open.
  expect(calledMarkers(upstream).sort()).toEqual([...rows.keys()].sort());
  // Whatever was issued reached its client, and what reached a client is on record: upstream answered in time.
  for (const [marker, { outcome, secret_last_four }] of rows) {
    expect(outcome).toBe('ISSUED');
    const result = resultOf(outcomes.get(marker) ?? { broken: 'never answered' });
    expect(result).toMatchObject({
      __typename: 'CreateRealtimeSessionSuccess',
      session: { status: 'ACTIVE' },
    });
    expect(result.clientSecret.value.slice(-4)).toBe(secret_last_four);
  }
  for (const marker of acceptedBefore) expect(rows.has(marker)).toBe(true);
  // All others were refused or not heard at all.
  for (const [marker, asked] of outcomes) {
    if (rows.has(marker) || 'broken' in asked) continue;
    expect(resultOf(asked)).toEqual(SHUTTING_DOWN);
    expect(asked.headers.connection).toBe('close');
  }
  const broken = [...outcomes.values()].filter((asked) => 'broken' in asked).length;
  return { milliseconds, mints: rows.size, broken };
}

/** A connection, and what it received. */
async function rawConnection(
  url: string,
): Promise<{ socket: Socket; answers: Promise<ReturnType<typeof readAnswers>> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  const answers = new Promise<ReturnType<typeof readAnswers>>((resolve) => {
    socket.on('close', () => resolve(readAnswers(Buffer.concat(chunks))));
  });
  return { socket, answers };
}

const readinessOf = async ({ managementUrl }: GatewayProcess) =>
  (await fetch(`${managementUrl}/health/ready`)).status;

// Who polls has an `expect` of its own: that of the module would poll only until the first of these tests has ended.
describe.concurrent('stopping', () => {
  test(`stopped under load (${STOPS} ×, seed ${SEED}): what was accepted is finished and nothing else is begun`, {
    timeout: 60_000 + STOPS * 15_000,
  }, async () => {
    const random = seededRandom(SEED);
    const stops: Stopped[] = [];
    let next = 0;
    const worker = async () => {
      while (next < STOPS) {
        next += 1;
        stops.push(await stopUnderLoad(`stop ${next}`, random));
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    const longest = Math.max(...stops.map(({ milliseconds }) => milliseconds));
    const mints = stops.reduce((sum, stop) => sum + stop.mints, 0);
    process.stdout.write(
      `stops: seed ${SEED}, ${stops.length} stops, ${mints} mints, longest ${Math.round(longest)} ms\n`,
    );
    expect(stops).toHaveLength(STOPS);
  });

  test('it fails readiness first and accepts until the second signal; then idle connections do not delay it', {
    timeout: 60_000,
  }, async ({ expect }) => {
    const setting = await start({ GATEHOUSE_SHUTDOWN_DELAY_MS: '600000' });
    const { gateway, upstream, agent } = setting;
    const { promise: until, resolve: release } = Promise.withResolvers<void>();
    // Idle: used before, kept alive.
    await Promise.all(
      Array.from({ length: 5 }, (_, index) => askOnce(agent, gateway.url, CREATE, inputOf(`idle ${index}`))),
    );
    const silent = await rawConnection(gateway.url);
    // Busy when the signal comes, idle after that.
    upstream.always({ kind: 'hold', until });
    const busy = Array.from({ length: 3 }, (_, index) =>
      askOnce(agent, gateway.url, CREATE, inputOf(`busy ${index}`)),
    );
    // Half of a request: it was not accepted yet.
    const late = await rawConnection(gateway.url);
    const request = rawRequest(gateway.url, JSON.stringify({ query: CREATE, variables: inputOf('late') }));
    late.socket.write(request.slice(0, -10));
    // And one whose connection is asked again although its first answer is still owed.
    const eager = await rawConnection(gateway.url);
    const ask = (marker: string) =>
      eager.socket.write(
        rawRequest(gateway.url, JSON.stringify({ query: CREATE, variables: inputOf(marker) })),
      );
    ask('eager 0');
    await expect.poll(() => upstream.calls.length, PATIENCE).toBe(5 + 3 + 1);

    gateway.child.kill('SIGTERM');
    // npm passes on a signal that its whole group got as well: two within a moment are one.
    gateway.child.kill('SIGTERM');
    await expect.poll(() => readinessOf(gateway), PATIENCE).toBe(503);
    // A load balancer that has not heard yet: new connections, for mints too.
    for (const connections of [new Agent(), agent]) {
      upstream.next({ kind: 'echo' });
      const unaware = await askOnce(connections, gateway.url, CREATE, inputOf('unaware'));
      expect(resultOf(unaware)).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess' });
      // So that none that it keeps is closed at the moment of a request.
      expect('headers' in unaware && unaware.headers.connection).toBe('close');
    }
    expect(await readinessOf(gateway)).toBe(503);
    expect(gateway.messages).not.toContain('stopping: finishing what was accepted');
    const secondSignal = () => {
      gateway.child.kill('SIGINT');
      return gateway.messages;
    };
    await expect.poll(secondSignal, PATIENCE).toContain('stopping: finishing what was accepted');
    // Further ones change nothing.
    gateway.child.kill('SIGINT');
    gateway.child.kill('SIGTERM');
    expect(await askOnce(new Agent(), gateway.url, CREATE, inputOf('refused'))).toEqual({
      broken: 'ECONNREFUSED',
    });
    ask('eager 1');
    late.socket.write(request.slice(-10));
    const [lateAnswer] = await late.answers;
    expect(lateAnswer?.head).toContain('connection: close');
    expect(lateAnswer?.body).toMatchObject({ data: { createRealtimeSession: SHUTTING_DOWN } });
    expect(await silent.answers).toEqual([]);
    expect(await readinessOf(gateway)).toBe(503);

    release();
    for (const asked of await Promise.all(busy)) {
      expect(resultOf(asked)).toMatchObject({ __typename: 'CreateRealtimeSessionSuccess' });
      expect('headers' in asked && asked.headers.connection).toBe('close');
    }
    const [eagerAnswer] = await eager.answers;
    expect(eagerAnswer?.body).toMatchObject({
      data: { createRealtimeSession: { __typename: 'CreateRealtimeSessionSuccess' } },
    });
    // Far less than a kept connection's 5 seconds, or the 10 of the drain.
    const elapsed = await expectCleanEnd(gateway, 4000);
    process.stdout.write(`stop with idle connections: ${Math.round(elapsed)} ms after the last answer\n`);
    expect(upstream.calls).toHaveLength(11);
    for (const prefix of ['late', 'refused', 'eager 1']) expect(await rowsOf(prefix)).toEqual(new Map());
  });

  test('after the delay a mint that outlasts the drain is still settled before the process ends, within its deadline', {
    timeout: 60_000,
  }, async ({ expect }) => {
    const deadlineMs = 4000;
    const setting = await start({
      GATEHOUSE_DRAIN_MS: '300',
      // Over by itself: no second signal comes.
      GATEHOUSE_SHUTDOWN_DELAY_MS: '200',
      GATEHOUSE_UPSTREAM_TIMEOUT_MS: String(deadlineMs),
    });
    const { gateway, upstream, agent } = setting;
    const { promise: until, resolve: release } = Promise.withResolvers<void>();
    upstream.always({
      kind: 'respond',
      respond: async ({ text }) => {
        await (text.includes('outlasting answered') ? until : new Promise(() => {}));
        return { status: 200, body: { value: 'ek_0123456789abcdef' } };
      },
    });
    const asked = ['outlasting answered', 'outlasting stalled'].map((marker) =>
      askOnce(agent, gateway.url, CREATE, inputOf(marker)),
    );
    await expect.poll(() => upstream.calls.length, PATIENCE).toBe(2);
    gateway.child.kill('SIGTERM');
    // The drain is over when the connections are cut.
    expect(await Promise.all(asked)).toEqual([{ broken: 'ECONNRESET' }, { broken: 'ECONNRESET' }]);
    release();
    await expectCleanEnd(gateway, deadlineMs + 3000);
    const rows = await rowsOf('outlasting');
    expect(rows.get('outlasting answered')).toMatchObject({ outcome: 'ISSUED', secret_last_four: 'cdef' });
    expect(rows.get('outlasting stalled')).toMatchObject({
      outcome: 'UNCONFIRMED',
      failure_code: 'upstream_timeout',
    });
  });
});
