import type { Child } from '../child.ts';
import { measure } from '../mint/measure.ts';
import type { Server } from '../mint/servers.ts';
import type { Measurement } from '../mint/task.ts';
import { disturbance, rotate } from '../rounds.ts';
import { progress } from '../run-bench.ts';
import type { Backlog } from './backlog.ts';
import type { Options } from './options.ts';

/** One of two that are compared, and what is done when a round of it has ended, before the next begins. */
export type Side = { readonly server: Server; readonly afterRound?: () => Promise<Backlog> };

export type Rounds = {
  readonly name: string;
  readonly measured: readonly Measurement[];
  /** Empty where nothing is sealed, or nobody asks. */
  readonly backlogs: readonly Backlog[];
};

/** What came of all sides with so many connections, in their order. */
export type Comparison = { readonly connections: number; readonly sides: readonly Rounds[] };

const SETTLE_IN_SECONDS = 0.3;

/** Each side in turn in each round, so that drift meets all alike. */
export async function compareSides(
  load: Child,
  sides: readonly Side[],
  { connections: each, rounds, mintSeconds }: Options,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const connections of each) {
    const all = sides.map(begin);
    for (let round = 0; round < rounds; round += 1) {
      for (const { side, measured, backlogs } of rotate(all, round)) {
        const { server, afterRound } = side;
        const how = { connections, warmUpSeconds: SETTLE_IN_SECONDS, seconds: mintSeconds };
        const result = await measure(load, server, how);
        measured.push(result);
        const backlog = await afterRound?.();
        if (backlog !== undefined) backlogs.push(backlog);
        progress(
          `${connections} connections, round ${round + 1}, ${server.name}: ${Math.round(result.mintsPerSecond)} mints/s, ` +
            `p50 ${result.p50.toFixed(2)} ms${describe(backlog)}${disturbance(result)}`,
        );
      }
    }
    comparisons.push({
      connections,
      sides: all.map(({ side, measured, backlogs }) => ({ name: side.server.name, measured, backlogs })),
    });
  }
  return comparisons;
}

function begin(side: Side): { side: Side; measured: Measurement[]; backlogs: Backlog[] } {
  return { side, measured: [], backlogs: [] };
}

function describe(backlog: Backlog | undefined): string {
  return backlog === undefined
    ? ''
    : `, ${backlog.events} events not sealed, the oldest ${Math.round(backlog.oldestMs)} ms old`;
}
