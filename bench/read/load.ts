import { setTimeout as delay } from 'node:timers/promises';
import { serveParent } from '../channel.ts';
import { type Counters, readCounters } from '../mint/counters.ts';
import { openConnection, toRequest } from './connection.ts';
import { requestBodies } from './queries.ts';
import { type Measurement, type Task, task } from './task.ts';

// The load generator: N connections, each of which sends its next request when the last one was answered.

async function run({ connections, ...task }: Task): Promise<Measurement> {
  const url = new URL(task.url);
  const requests = requestBodies(task.query, task.dialect, task.users).map((body) =>
    toRequest(url, task.headers, body),
  );
  const latencies: number[] = [];
  let number = 0;
  const start = performance.now() + task.warmUpSeconds * 1000;
  const end = start + task.seconds * 1000;

  async function keepAsking(): Promise<void> {
    const connection = await openConnection(url);
    for (let sentAt = performance.now(); sentAt < end; sentAt = performance.now()) {
      const request = requests[number % requests.length] ?? Buffer.alloc(0);
      number += 1;
      const answer = await connection.ask(request);
      const answeredAt = performance.now();
      if (!isGood(answer)) throw new Error(`${task.name} answered ${answer.toString().slice(0, 1000)}`);
      if (answeredAt >= start && answeredAt <= end) latencies.push(answeredAt - sentAt);
    }
    connection.close();
  }

  const workers = Promise.all(Array.from({ length: connections }, keepAsking));
  const before = await at(start, workers, task.pid);
  const after = await at(end, workers, task.pid);
  await workers;
  if (latencies.length === 0) throw new Error(`${task.name} answered nothing in ${task.seconds} s`);
  latencies.sort((a, b) => a - b);
  const seconds = (after.time - before.time) / 1000;
  return {
    requestsPerSecond: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    ...shares(before, after, latencies.length),
  };
}

/** 200, and no errors beside the data: these stand first or last. */
function isGood(answer: Buffer): boolean {
  return answer.toString('latin1', 0, 12) === 'HTTP/1.1 200' && !answer.includes('"errors":');
}

function shares(before: Counters, after: Counters, requests: number) {
  const server = difference(before.server, after.server);
  const benchmark = difference(before.benchmark, after.benchmark);
  const machine = after.machine - before.machine;
  const busy = after.machineBusy - before.machineBusy;
  return {
    generatorShare: (after.own - before.own) / ((after.time - before.time) / 1000),
    serverMicroseconds: server === null ? null : (server / requests) * 1e6,
    othersShare: benchmark === null ? null : Math.max(0, busy - benchmark) / machine,
  };
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

/** Counters at a time, or a failure of the work before. */
async function at(time: number, work: Promise<unknown>, serverPid: number): Promise<Counters> {
  await Promise.race([delay(Math.max(0, time - performance.now())), work]);
  return readCounters({ serverPid, rootPid: process.ppid });
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

serveParent({}, (question) => run(task.parse(question)));
