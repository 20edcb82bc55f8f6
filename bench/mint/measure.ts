import type { Child } from '../child.ts';
import { disturbance, mediansOver, rotate } from '../rounds.ts';
import type { Options } from './options.ts';
import type { Server } from './servers.ts';
import { type Measurement, measurement, type Task } from './task.ts';

export type Cell = {
  readonly latencyMs: number;
  readonly connections: number;
  readonly server: Server;
  readonly rounds: readonly Measurement[];
  /** Medians over the rounds, each value by itself. */
  readonly median: Measurement;
};

type Setup = {
  readonly servers: readonly Server[];
  readonly load: Child;
  readonly setLatency: (latencyMs: number) => Promise<void>;
  readonly progress: (text: string) => void;
};

const SETTLE_IN_SECONDS = 0.3;

/** Every latency and number of connections, each server in turn in each round, so that drift meets all alike. */
export async function measureAll(options: Options, setup: Setup): Promise<Cell[]> {
  const { servers, load, setLatency, progress } = setup;
  const cells: Cell[] = [];
  for (const server of servers) {
    progress(`warming ${server.name} up`);
    await measure(load, server, { connections: 16, warmUpSeconds: 0, seconds: options.warmUpSeconds });
  }
  for (const latencyMs of options.latencies) {
    await setLatency(latencyMs);
    for (const connections of options.connections) {
      const measured = new Map<Server, Measurement[]>(servers.map((server) => [server, []]));
      for (let round = 0; round < options.rounds; round += 1) {
        for (const server of rotate(servers, round)) {
          const result = await measure(load, server, {
            connections,
            warmUpSeconds: SETTLE_IN_SECONDS,
            seconds: options.seconds,
          });
          measured.get(server)?.push(result);
          progress(
            `upstream ${latencyMs} ms, ${connections} connections, round ${round + 1}, ${server.name}: ` +
              `${Math.round(result.mintsPerSecond)} mints/s, p50 ${result.p50.toFixed(2)} ms${disturbance(result)}`,
          );
        }
      }
      for (const [server, results] of measured)
        cells.push({ latencyMs, connections, server, rounds: results, median: medians(results) });
    }
  }
  return cells;
}

export async function measure(
  load: Child,
  { kind, url, headers, authorizations, pid, observed }: Server,
  how: Pick<Task, 'connections' | 'seconds' | 'warmUpSeconds'> & { readonly mints?: number },
): Promise<Measurement> {
  const task: Task = {
    ...{ kind, url, headers: { ...headers }, authorizations: authorizations?.slice() ?? null, pid },
    ...{ observed: observed ?? null, mints: null, ...how },
  };
  return measurement.parse(await load.ask(task));
}

function medians(results: readonly Measurement[]): Measurement {
  const { of, known } = mediansOver(results);
  return {
    mintsPerSecond: of(({ mintsPerSecond }) => mintsPerSecond),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    generatorShare: of(({ generatorShare }) => generatorShare),
    serverMicroseconds: known(({ serverMicroseconds }) => serverMicroseconds),
    databaseMicroseconds: known(({ databaseMicroseconds }) => databaseMicroseconds),
    planningMs: known(({ planningMs }) => planningMs),
    executionMs: known(({ executionMs }) => executionMs),
    machineShare: of(({ machineShare }) => machineShare),
    othersShare: known(({ othersShare }) => othersShare),
  };
}
