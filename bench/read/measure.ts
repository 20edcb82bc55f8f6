import type { Child } from '../child.ts';
import { disturbance, mediansOver, rotate } from '../rounds.ts';
import type { Options } from './options.ts';
import type { QueryName } from './queries.ts';
import type { Target } from './targets.ts';
import { type Measurement, measurement, type Task } from './task.ts';

export type Cell = {
  readonly query: QueryName;
  readonly connections: number;
  readonly target: Target;
  /** One for each round. */
  readonly rounds: readonly Measurement[];
  /** Medians over the rounds, each value by itself. */
  readonly median: Measurement;
};

type Setup = {
  readonly targets: readonly Target[];
  readonly load: Child;
  readonly users: number;
  readonly databasePid: number;
  readonly progress: (text: string) => void;
};

const SETTLE_IN_SECONDS = 0.3;

/** Every query and number of connections, each target in turn in each round, so that drift meets all alike. */
export async function measureAll(
  options: Options,
  { targets, load, users, databasePid, progress }: Setup,
): Promise<Cell[]> {
  const ask = async (
    target: Target,
    how: Pick<Task, 'query' | 'connections' | 'warmUpSeconds' | 'seconds'>,
  ) => {
    const { name, url, headers, dialect, pid } = target;
    const task: Task = { name, url, headers: { ...headers }, dialect, pid, databasePid, users, ...how };
    return measurement.parse(await load.ask(task));
  };
  const cells: Cell[] = [];
  for (const query of options.queries) {
    for (const target of targets) {
      progress(`warming ${target.name} up for query ${query}`);
      await ask(target, { query, connections: 16, warmUpSeconds: 0, seconds: options.warmUpSeconds });
    }
    for (const connections of options.connections) {
      const measured = new Map<Target, Measurement[]>(targets.map((target) => [target, []]));
      for (let round = 0; round < options.rounds; round += 1) {
        for (const target of rotate(targets, round)) {
          const how = { query, connections, warmUpSeconds: SETTLE_IN_SECONDS, seconds: options.seconds };
          const result = await ask(target, how);
          measured.get(target)?.push(result);
          progress(
            `query ${query}, ${connections} connections, round ${round + 1}, ${target.name}: ` +
              `${Math.round(result.requestsPerSecond)} requests/s, p50 ${result.p50.toFixed(1)} ms, p99 ${result.p99.toFixed(1)} ms${disturbance(result)}`,
          );
        }
      }
      for (const [target, results] of measured)
        cells.push({ query, connections, target, rounds: results, median: medians(results) });
    }
  }
  return cells;
}

function medians(results: readonly Measurement[]): Measurement {
  const { of, known } = mediansOver(results);
  return {
    requestsPerSecond: of(({ requestsPerSecond }) => requestsPerSecond),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    generatorShare: of(({ generatorShare }) => generatorShare),
    databaseMicroseconds: known(({ databaseMicroseconds }) => databaseMicroseconds),
    serverMicroseconds: known(({ serverMicroseconds }) => serverMicroseconds),
    othersShare: known(({ othersShare }) => othersShare),
  };
}
