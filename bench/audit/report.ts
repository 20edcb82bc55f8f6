import { mediansOver } from '../rounds.ts';
import type { Backlog } from './backlog.ts';
import type { KeptUp } from './keep-up.ts';
import type { Options } from './options.ts';
import type { Comparison, Rounds } from './sides.ts';

/** An event is sealed within a second of its commit. */
const AIM_AGE_MS = 1000;
const AIM_SHARE = 0.9;
// Of the events that were asked for: a database that is slower than that says nothing about sealing.
const LEAST_WRITTEN = 0.99;

/** Mints a second of the first side and of the second, and the second's share of the first's; `aimed`: that has an aim. */
export function reportComparison(
  title: string,
  comparisons: readonly Comparison[],
  { aimed }: { readonly aimed: boolean },
): string {
  const parts = comparisons.map(({ connections, sides }) => {
    const [base, other] = sides.map(perSecond);
    const ratio = (other ?? Number.NaN) / (base ?? Number.NaN);
    const names = sides.map(({ name }) => name).toReversed();
    const verdict = aimed ? ` (aim >= ${AIM_SHARE}: ${met(ratio >= AIM_SHARE)})` : '';
    return [
      `${title}, ${connections} connections, mints/s`,
      ...sides.map(describeRounds),
      `  ${names.join(' / ')}: ${ratio.toFixed(3)}${verdict}; round by round ${roundByRound(sides)}`,
      ...sides.flatMap(describeBacklogs),
    ].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

function describeRounds(side: Rounds): string {
  const each = side.measured.map(({ mintsPerSecond }) => mintsPerSecond.toFixed(0).padStart(5)).join(' ');
  const median = mediansOver(side.measured);
  const others = median.known(({ othersShare }) => othersShare);
  return (
    `  ${side.name.padEnd(12)} ${each}   median ${perSecond(side).toFixed(0)}, ` +
    `p50 ${median.of(({ p50 }) => p50).toFixed(2)} ms, p99 ${median.of(({ p99 }) => p99).toFixed(2)} ms` +
    (others === null ? '' : `, others used ${(others * 100).toFixed(0)} % of the machine`)
  );
}

/** The two of a round were measured next to each other: what drifted meanwhile says less here. */
function roundByRound([base, other]: readonly Rounds[]): string {
  const ratios = (base?.measured ?? []).map(({ mintsPerSecond }, round) => {
    return (other?.measured[round]?.mintsPerSecond ?? Number.NaN) / mintsPerSecond;
  });
  const median = mediansOver(ratios).of((ratio) => ratio);
  return `${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}, median ${median.toFixed(3)}`;
}

function perSecond({ measured }: Rounds): number {
  return mediansOver(measured).of(({ mintsPerSecond }) => mintsPerSecond);
}

function describeBacklogs({ backlogs }: Rounds): string[] {
  if (backlogs.length === 0) return [];
  const each = backlogs.map(({ events, oldestMs }) => `${events} (${oldestMs.toFixed(0)} ms)`).join(', ');
  const oldest = Math.max(...backlogs.map(({ oldestMs }) => oldestMs));
  return [
    `  not sealed at the end of each round (age of the oldest): ${each}`,
    `  the oldest of them under ${AIM_AGE_MS} ms: ${met(oldest < AIM_AGE_MS)}`,
  ];
}

/** How far behind the seals were, and whether that was near enough. */
export function reportKeptUp(result: KeptUp, { rate, seconds }: Options): string {
  const { written, samples, atEnd, drainedMs, missed } = result;
  const ages = samples.map(({ oldestMs }: Backlog) => oldestMs).toSorted((a, b) => a - b);
  const at = (share: number) =>
    ages[Math.min(ages.length - 1, Math.floor(ages.length * share))] ?? Number.NaN;
  const wasWritten = written >= rate * LEAST_WRITTEN;
  const keptUp = at(0.99) < AIM_AGE_MS && missed === 0;
  const drained =
    drainedMs === null ? 'not all were a minute later' : `all were ${drainedMs.toFixed(0)} ms later`;
  return [
    `${rate} events a second for ${seconds} s: ${written.toFixed(0)} a second were written`,
    `  age of the oldest event without a seal, of ${ages.length} samples, in ms: ` +
      `median ${at(0.5).toFixed(0)}, p99 ${at(0.99).toFixed(0)}, at most ${at(1).toFixed(0)}`,
    `  at the end ${atEnd.events} events were not sealed, ${drained}; without a seal after that: ${missed}`,
    keptUp && !wasWritten
      ? `  sealing kept up with these; NOT SAID of ${rate} a second, which the database did not write`
      : `  sealing kept up (p99 under ${AIM_AGE_MS} ms): ${met(keptUp)}`,
    '',
  ].join('\n');
}

function met(aim: boolean): string {
  return aim ? 'met' : 'MISSED';
}
