import { serveParent } from '../channel.ts';
import { type Counters, readCounters } from '../mint/counters.ts';
import { type Connection, openConnection, requestBytes } from './connection.ts';
import { requestBodies } from './queries.ts';
import { type Measurement, type Task, task } from './task.ts';

// The load generator: N connections, each of which sends its next request when the last one was answered.

async function run(task: Task): Promise<Measurement> {
  const { name, url, headers, query, dialect, users } = task;
  const requests = requestBodies(query, dialect, users).map((body) => requestBytes(url, headers, body));
  const connections = await Promise.all(Array.from({ length: task.connections }, () => openConnection(url)));
  const latencies: number[] = [];
  const start = performance.now() + task.warmUpSeconds * 1000;
  const end = start + task.seconds * 1000;
  let next = 0;

  async function keepAsking(connection: Connection): Promise<void> {
    for (let sentAt = performance.now(); sentAt < end; ) {
      const request = requests[next % requests.length];
      if (request === undefined) throw new Error('There is nothing to ask');
      next += 1;
      await connection.ask(request);
      const answeredAt = performance.now();
      if (answeredAt >= start && answeredAt <= end) latencies.push(answeredAt - sentAt);
      sentAt = answeredAt;
    }
    connection.close();
  }

  const work = Promise.all(connections.map(keepAsking));
  const before = await at(start, work, task);
  const after = await at(end, work, task);
  await work;
  if (latencies.length === 0) throw new Error(`${name} answered nothing in ${task.seconds} s`);
  latencies.sort((a, b) => a - b);
  return {
    requestsPerSecond: latencies.length / ((after.time - before.time) / 1000),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    ...shares(before, after, latencies.length),
  };
}

/** Counters at a time, or earlier when the work ends. */
async function at(
  time: number,
  work: Promise<unknown>,
  { pid: serverPid, databasePid }: Task,
): Promise<Counters> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, Math.max(0, time - performance.now()));
  await Promise.race([timer.promise, work]);
  clearTimeout(timeout);
  return readCounters({ serverPid, databasePid, rootPid: process.ppid });
}

function shares(before: Counters, after: Counters, requests: number) {
  const perRequest = (seconds: number | null) => (seconds === null ? null : (seconds / requests) * 1e6);
  const benchmark = difference(before.benchmark, after.benchmark);
  const machine = after.machine - before.machine;
  const busy = after.machineBusy - before.machineBusy;
  return {
    generatorShare: (after.own - before.own) / ((after.time - before.time) / 1000),
    serverMicroseconds: perRequest(difference(before.server, after.server)),
    databaseMicroseconds: perRequest(difference(before.database, after.database)),
    othersShare: benchmark === null ? null : Math.max(0, busy - benchmark) / machine,
  };
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

serveParent({}, (question) => run(task.parse(question)));
