import autocannon from 'autocannon';
import { serveParent } from '../channel.ts';
import { type Counters, readCounters } from '../mint/counters.ts';
import { requestBodies } from './queries.ts';
import { type Measurement, type Task, task } from './task.ts';

// The load generator: autocannon, with N connections each of which sends its next request when the last was answered.

async function run(task: Task): Promise<Measurement> {
  if (task.warmUpSeconds > 0) await fire(task, task.warmUpSeconds);
  const counters = { serverPid: task.pid, databasePid: task.databasePid, rootPid: process.ppid };
  const before = readCounters(counters);
  const result = await fire(task, task.seconds);
  const after = readCounters(counters);
  if (result.requests.total === 0) throw new Error(`${task.name} answered nothing in ${task.seconds} s`);
  return {
    requestsPerSecond: result.requests.total / ((after.time - before.time) / 1000),
    p50: result.latency.p50,
    p99: result.latency.p99,
    ...shares(before, after, result.requests.total),
  };
}

async function fire(task: Task, seconds: number): Promise<autocannon.Result> {
  const result = await autocannon({
    url: task.url,
    connections: task.connections,
    duration: seconds,
    requests: requestBodies(task.query, task.dialect, task.users).map((body) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...task.headers },
      body,
    })),
    verifyBody: (body) => !String(body).includes('"errors":'),
  });
  const { errors, non2xx, mismatches } = result;
  if (errors + non2xx + mismatches > 0)
    throw new Error(`${task.name}: ${errors} failures, ${non2xx} answers not 2xx, ${mismatches} with errors`);
  return result;
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

serveParent({}, (question) => run(task.parse(question)));
