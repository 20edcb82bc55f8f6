import { setTimeout as delay } from 'node:timers/promises';
import { issueBrokered } from '../support/brokered.ts';
import { callIdOf, callsEnv, sendOffer } from '../support/calls.ts';
import type { TestDatabase } from '../support/database.ts';
import type { FakeCall } from '../support/fake-call.ts';
import type { FakeCalls } from '../support/fake-calls.ts';
import { askAt } from '../support/gateway.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';

const END = 'mutation ($input: EndRealtimeCallInput!) { endRealtimeCall(input: $input) { __typename } }';
const AT_A_TIME = 8;
const SAMPLE_MS = 20;
const PATIENCE_MS = 40_000;

export type Survival = {
  readonly calls: number;
  readonly killed: number;
  readonly adopted: number;
  /** Of any call, while it was live. */
  readonly longestUnwatchedMs: number;
  /** How many ended at their deadline, and how much later the latest of them. */
  readonly atDeadline: number;
  readonly latestMs: number;
  /** What the gateways said of that one. */
  readonly logOfLatest: readonly string[];
  /** Of each call as the trail has it: how often it ended. */
  readonly ends: readonly number[];
  /** As the provider counts, and as it was recorded. */
  readonly used: { readonly responses: number; readonly tokens: number };
  readonly metered: { readonly responses: number; readonly tokens: number };
};

type World = { readonly database: TestDatabase; readonly fake: FakeCalls };

/**
 * Opens calls at three gateways, kills one of them after the other with kill -9, and says what became of the calls. Every
 * second call has a deadline that falls into one of the rounds.
 */
export async function survive({ database, fake }: World, calls: number, rounds: number): Promise<Survival> {
  const start = () => startGatewayProcess(database, callsEnv(fake.url, 5000));
  const replicas: GatewayProcess[] = await Promise.all([start(), start(), start()]);
  const started = [...replicas];
  const watching = watchTheWatchers(fake.calls);
  let killed = 0;
  try {
    const sessions = await openAll(calls, rounds, replicas);
    for (let round = 0; round < rounds; round += 1) {
      await useAll(fake, database);
      const victim = replicas[round % replicas.length];
      victim?.child.kill('SIGKILL');
      await victim?.ended;
      killed += 1;
      // Its sockets close all at once, long before anybody adopts the calls.
      await until(() => !live(fake).every(isWatched));
      await until(() => live(fake).every(isWatched));
      await useAll(fake, database);
      if (round + 1 < rounds) {
        const next = await start();
        replicas[round % replicas.length] = next;
        started.push(next);
      }
    }
    await deadlinesPassed(database);
    const [, survivor] = rounds === 1 ? replicas : [null, replicas[rounds % replicas.length]];
    for (const sessionId of sessions)
      await askAt(survivor?.url ?? '', END, { input: { id: callIdOf(sessionId) } });
    await until(async () => live(fake).length === 0 && (await countLive(database)) === 0);
    return {
      ...{ calls: sessions.length, killed, longestUnwatchedMs: watching.longestMs() },
      ...(await readLedger(database, fake, started)),
    };
  } finally {
    watching.stop();
    for (const { child } of replicas) child.kill('SIGKILL');
    await Promise.all(replicas.map(({ ended }) => ended));
  }
}

async function openAll(
  calls: number,
  rounds: number,
  replicas: readonly GatewayProcess[],
): Promise<string[]> {
  const sessions: string[] = [];
  // Opening all of them takes its time.
  const firstSeconds = 10 + Math.ceil(calls / 10);
  let next = 0;
  const openSome = async () => {
    for (let index = next++; index < calls; index = next++) {
      const replica = replicas[index % replicas.length];
      const url = replica?.url ?? '';
      const ask = (query: string, variables?: Record<string, unknown>) => askAt(url, query, variables);
      const maxCallSeconds = index % 2 === 0 ? firstSeconds + 12 * (index % rounds) : 3600;
      const issued = await issueBrokered({ ask }, { externalUserId: `user-${index % 10}`, maxCallSeconds });
      if (issued.clientSecret === undefined)
        throw new Error(`No session: ${JSON.stringify(issued)}\n${logOf(replica)}`);
      const { status, text } = await sendOffer(url, issued.clientSecret.value);
      if (status !== 201) throw new Error(`An offer was answered with ${status} ${text}\n${logOf(replica)}`);
      sessions.push(issued.session.id);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, openSome));
  return sessions;
}

/** What a gateway said last, but for requests that went well. */
function logOf(replica: GatewayProcess | undefined): string {
  return (replica?.lines ?? [])
    .filter((line) => !line.includes('"outcome":"ok"'))
    .slice(-10)
    .join('\n');
}

/** Somebody answers in every call; resolves when that is recorded. What is on its way to a gateway that dies is lost. */
async function useAll(fake: FakeCalls, database: TestDatabase): Promise<void> {
  for (const call of live(fake)) if (isWatched(call)) call.respond();
  const { total_tokens: tokens } = fake.usage();
  await until(async () => (await readMetered(database)).tokens === tokens);
}

/** However slow the machine is: how long it may take is asserted of what was measured. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('It did not come so');
    await delay(SAMPLE_MS);
  }
}

/** Looks at every call all the time. */
function watchTheWatchers(calls: readonly FakeCall[]) {
  const unwatchedSince = new Map<FakeCall, number>();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    for (const call of calls) {
      if (call.status !== 'live' || isWatched(call)) unwatchedSince.delete(call);
      else {
        const since = unwatchedSince.get(call) ?? now;
        unwatchedSince.set(call, since);
        longest = Math.max(longest, now - since);
      }
    }
  }, SAMPLE_MS);
  return { longestMs: () => Math.round(longest), stop: () => clearInterval(timer) };
}

const live = ({ calls }: FakeCalls) => calls.filter(({ status }) => status === 'live');
const isWatched = ({ sideChannels }: FakeCall) => sideChannels.length > 0;

async function deadlinesPassed(database: TestDatabase): Promise<void> {
  const [row] = await database.query<{ ms: number }>(
    `SELECT coalesce(extract(epoch FROM max(deadline_at) - clock_timestamp()), 0)::float8 * 1000 AS ms
     FROM realtime_call WHERE deadline_at < connected_at + interval '10 minutes'`,
  );
  await delay(Math.max(0, row?.ms ?? 0) + 500);
}

async function countLive(database: TestDatabase): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM realtime_call WHERE ended_at IS NULL',
  );
  return row?.count ?? 0;
}

async function readMetered(database: TestDatabase): Promise<Survival['metered']> {
  const [row] = await database.query<Survival['metered']>(
    `SELECT count(*)::integer AS responses, coalesce(sum(total_tokens), 0)::float8 AS tokens
     FROM usage_record WHERE source = 'PROVIDER'`,
  );
  return row ?? { responses: 0, tokens: 0 };
}

async function readLedger(database: TestDatabase, fake: FakeCalls, gateways: readonly GatewayProcess[]) {
  const ends = await database.query<{ count: number }>(
    `SELECT count(e.id)::integer AS count FROM realtime_call AS c
     LEFT JOIN audit_event AS e ON e.session_id = c.session_id AND e.action = 'call.ended' GROUP BY c.session_id`,
  );
  const due = await database.query<{ id: string; upstream: string; deadline: Date }>(
    `SELECT session_id AS id, upstream_call_id AS upstream, deadline_at AS deadline
     FROM realtime_call WHERE end_reason = 'DEADLINE'`,
  );
  const lateness = due.map(({ id, upstream, deadline }) => {
    const ended = fake.calls.find((call) => call.id === upstream)?.endedAt;
    return { id, ms: (ended?.getTime() ?? Number.POSITIVE_INFINITY) - deadline.getTime() };
  });
  const [latest] = lateness.toSorted((a, b) => b.ms - a.ms);
  const { responses, total_tokens: tokens } = fake.usage();
  return {
    adopted: fake.calls.filter(({ attaches }) => attaches > 1).length,
    atDeadline: due.length,
    latestMs: Math.max(0, latest?.ms ?? 0),
    logOfLatest: gateways.flatMap(({ lines }, index) =>
      lines.flatMap((line) => (line.includes(latest?.id ?? '-') ? [`gateway ${index}: ${line}`] : [])),
    ),
    ends: ends.map(({ count }) => count),
    used: { responses, tokens },
    metered: await readMetered(database),
  };
}
