import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { type Child, startChild } from '../child.ts';
import { readCounters } from '../mint/counters.ts';
import { startGateway } from '../mint/gateway.ts';
import { type Running, type Server, startUpstream } from '../mint/servers.ts';
import { progress, runBench } from '../run-bench.ts';
import { type Attack, LOCKED_USER } from './attacks.ts';
import { createCaller } from './callers.ts';
import { openDataset } from './dataset.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { type Measured, type Phase, report } from './report.ts';

const WARM_UP_SECONDS = 5;
// Until every attacker has sent its first requests, and the gateway has compiled what they run into.
const RAMP_MS = 3000;
const CALM_MS = 3000;

const measurement = z.object({
  mints: z.number(),
  refused: z.number(),
  p50: z.number(),
  p95: z.number(),
  liveMs: z.number(),
});
const counts = z.record(z.string(), z.record(z.string(), z.number()));

type Setup = {
  readonly options: Options;
  readonly gateway: Server;
  readonly honest: Child;
  readonly honestAuthorization: string;
  readonly attackers: Child;
  /** The Authorization headers of each attack's applications. */
  readonly callers: ReadonlyMap<Attack, readonly string[]>;
  readonly databaseUrl: string;
  readonly signal: AbortSignal;
};

await runBench(HELP, readOptions, bench);

async function bench(options: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const setup = await start(options, { signal, stack });
  progress('warming up');
  await measure(setup, WARM_UP_SECONDS);
  progress('quiet');
  const quiet = await measure(setup, options.seconds);
  const phases: Phase[] = [];
  const alone = options.each && options.attacks.length > 1 ? options.attacks.map((attack) => [attack]) : [];
  for (const attacks of [...alone, options.attacks]) {
    progress(`under attack: ${attacks.join(', ')}`);
    phases.push(await underAttack(setup, attacks));
    await delay(CALM_MS, undefined, { signal });
  }
  return report(options, quiet, phases);
}

async function start(options: Options, running: Running): Promise<Setup> {
  const { signal, stack } = running;
  const workFolder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  stack.defer(() => rm(workFolder, { recursive: true, force: true }));
  const database = await openDataset(options.sessions, running, progress);
  const upstream = await startUpstream(running);
  await upstream.setLatency(options.latencyMs, { asciiOnly: true });
  const gateway = await startGateway(
    {
      name: 'gateway',
      folder: resolve(import.meta.dirname, '../..'),
      database,
      upstreamUrl: upstream.baseUrl,
      workFolder,
      profileFolder: options.profileFolder,
    },
    running,
  );
  return {
    options,
    gateway,
    honest: await startChild(join(import.meta.dirname, 'honest.ts'), [], running),
    honestAuthorization: await createCaller(gateway, 'honest'),
    attackers: await startChild(join(import.meta.dirname, 'attackers.ts'), [], running),
    callers: await createCallers(gateway, options),
    databaseUrl: database.ownerUrl,
    signal,
  };
}

async function createCallers(gateway: Server, { attacks, callers }: Options) {
  const created = new Map<Attack, readonly string[]>();
  for (const attack of attacks) {
    const names = Array.from({ length: callers }, () => attack);
    created.set(attack, await Promise.all(names.map((name) => createCaller(gateway, name))));
  }
  return created;
}

async function underAttack(setup: Setup, attacks: readonly Attack[]): Promise<Phase> {
  const { gateway, attackers, callers, databaseUrl, options } = setup;
  await using _lock = attacks.includes('locks') ? await lockUser(databaseUrl) : null;
  await attackers.ask({
    kind: 'start',
    url: gateway.url,
    attackers: Array.from({ length: options.attackers }, (_, index) => {
      const attack = attacks[index % attacks.length] ?? 'flood';
      const keys = callers.get(attack) ?? [];
      return { attack, authorization: keys[Math.floor(index / attacks.length) % keys.length] ?? '' };
    }),
  });
  await delay(RAMP_MS, undefined, { signal: setup.signal });
  const measured = await measure(setup, options.seconds);
  return { attacks, measured, answers: counts.parse(await attackers.ask({ kind: 'stop' })) };
}

async function measure(setup: Setup, seconds: number): Promise<Measured> {
  const { gateway, honest, honestAuthorization, options } = setup;
  const read = () => readCounters({ serverPid: gateway.pid, rootPid: process.pid });
  const before = read();
  const measured = measurement.parse(
    await honest.ask({
      url: gateway.url,
      healthUrl: gateway.healthUrl ?? '',
      authorization: honestAuthorization,
      connections: options.honest,
      seconds,
    }),
  );
  const after = read();
  const between = (a: number | null, b: number | null) => (a === null || b === null ? null : b - a);
  const benchmark = between(before.benchmark, after.benchmark);
  const machine = after.machine - before.machine;
  const busy = after.machineBusy - before.machineBusy;
  const server = between(before.server, after.server);
  return {
    ...measured,
    gatewayShare: server === null ? null : server / ((after.time - before.time) / 1000),
    othersShare: benchmark === null ? null : Math.max(0, busy - benchmark) / machine,
  };
}

/** Locks a user's row until it is disposed of, as a transaction that hangs would. */
async function lockUser(url: string): Promise<AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('INSERT INTO end_user (external_id) VALUES ($1) ON CONFLICT DO NOTHING', [LOCKED_USER]);
  await client.query('BEGIN');
  await client.query('SELECT FROM end_user WHERE external_id = $1 FOR UPDATE', [LOCKED_USER]);
  return { [Symbol.asyncDispose]: () => client.end() };
}
