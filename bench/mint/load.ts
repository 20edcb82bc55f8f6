import { Client } from 'undici';
import { serveParent } from '../channel.ts';
import { type Counters, readCounters } from './counters.ts';
import { readSecret, writeRequest } from './requests.ts';
import { readStatementTimes, type StatementTimes, timesAMint } from './statement-times.ts';
import { type Measurement, type Task, task } from './task.ts';

// The load generator: N connections, each of which sends its next request when the last one was answered.

// Goes on through the whole run, so that bodies differ and users come round evenly.
let number = 0;

type Moment = Counters & { readonly statements: StatementTimes | null };

async function run({ kind, url, headers, authorizations, connections, ...task }: Task): Promise<Measurement> {
  const { origin, pathname } = new URL(url);
  const latencies: number[] = [];
  const secrets = new Set<string>();
  const start = performance.now() + task.warmUpSeconds * 1000;
  const end = start + task.seconds * 1000;
  let left = task.mints ?? Number.POSITIVE_INFINITY;

  // Users come round as they do in the bodies, so that each asks for itself.
  function headersOf(mint: number) {
    const authorization = authorizations?.[mint % authorizations.length];
    return authorization === undefined ? headers : { ...headers, authorization };
  }

  async function keepMinting(): Promise<void> {
    const client = new Client(origin, { pipelining: 1 });
    for (let sentAt = performance.now(); sentAt < end && left > 0; sentAt = performance.now()) {
      number += 1;
      left -= 1;
      const { status, text } = await post(client, pathname, headersOf(number), writeRequest(kind, number));
      const answeredAt = performance.now();
      const secret = readSecret(kind, status, text);
      if (secrets.has(secret)) throw new Error(`The ${kind} answered the same secret twice`);
      secrets.add(secret);
      if (answeredAt >= start && answeredAt <= end) latencies.push(answeredAt - sentAt);
    }
    await client.close();
  }

  const workers = Promise.all(Array.from({ length: connections }, keepMinting));
  const before = await at(start, workers, task);
  const after = await at(end, workers, task);
  await workers;
  if (latencies.length === 0) throw new Error(`The ${kind} answered nothing in ${task.seconds} s`);
  latencies.sort((a, b) => a - b);
  const seconds = (after.time - before.time) / 1000;
  return {
    mintsPerSecond: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    ...shares(before, after, latencies.length),
  };
}

function shares(before: Moment, after: Moment, mints: number) {
  const perMint = (seconds: number | null) => (seconds === null ? null : (seconds / mints) * 1e6);
  const seconds = (after.time - before.time) / 1000;
  const benchmark = difference(before.benchmark, after.benchmark);
  const machine = after.machine - before.machine;
  const busy = after.machineBusy - before.machineBusy;
  return {
    generatorShare: (after.own - before.own) / seconds,
    serverMicroseconds: perMint(difference(before.server, after.server)),
    databaseMicroseconds: perMint(difference(before.database, after.database)),
    ...(before.statements && after.statements
      ? timesAMint(before.statements, after.statements, mints)
      : { planningMs: null, executionMs: null }),
    machineShare: busy / machine,
    othersShare: benchmark === null ? null : Math.max(0, busy - benchmark) / machine,
  };
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

function post(
  client: Client,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  let status = 0;
  let text = '';
  client.dispatch(
    { path, method: 'POST', headers, body },
    {
      // Asked for by undici.
      onRequestStart: () => {},
      onResponseStart(_, code) {
        status = code;
      },
      onResponseData(_, chunk) {
        text += chunk.toString();
      },
      onResponseEnd: () => resolve({ status, text }),
      onResponseError: (_, error) => reject(error),
    },
  );
  return promise;
}

/** Counters at a time, or earlier when the work ends. */
async function at(
  time: number,
  work: Promise<unknown>,
  { pid, observed }: Pick<Task, 'pid' | 'observed'>,
): Promise<Moment> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, Math.max(0, time - performance.now()));
  await Promise.race([timer.promise, work]);
  clearTimeout(timeout);
  const databasePid = observed === null ? {} : { databasePid: observed.pid };
  const counters = readCounters({ serverPid: pid, rootPid: process.ppid, ...databasePid });
  const statements =
    observed?.statisticsUrl == null ? null : await readStatementTimes(observed.statisticsUrl, observed.name);
  return { ...counters, statements };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

serveParent({}, (question) => run(task.parse(question)));
