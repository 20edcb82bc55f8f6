import { disturbance } from '../rounds.ts';
import type { Options } from './options.ts';

export type Measured = {
  readonly mints: number;
  /** Mints of the honest caller that issued nothing. */
  readonly refused: number;
  /** In milliseconds, from sending to the end of the answer. */
  readonly p50: number;
  readonly p95: number;
  /** The longest that /health/live took, in milliseconds. */
  readonly liveMs: number;
  /** Cores that the gateway used; null where the system does not tell, like othersShare. */
  readonly gatewayShare: number | null;
  /** The share of the machine that was used by what is not of this benchmark. */
  readonly othersShare: number | null;
};

export type Phase = {
  readonly attacks: readonly string[];
  readonly measured: Measured;
  /** Of the attackers, by attack and status. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

const AIM_RATIO = 4;
const AIM_LIVE_MS = 250;

/** What an honest caller's mints took quiet and under attack, and whether that is what we aim at. */
export function report(options: Options, quiet: Measured, phases: readonly Phase[]): string {
  const { attackers, callers, honest, latencyMs, sessions } = options;
  const lines = [
    `${attackers} attackers (${callers} ${callers === 1 ? 'application' : 'applications'} an attack), an honest application on ${honest} connections,`,
    `a provider that takes ${latencyMs} ms, ${sessions} sessions`,
    '',
    `quiet: ${describe(quiet)}`,
    ...phases.flatMap(({ attacks, measured, answers }) => [
      `${attacks.join(' + ')}: ${describe(measured)}`,
      `  ratio p50 ${(measured.p50 / quiet.p50).toFixed(1)}, p95 ${(measured.p95 / quiet.p95).toFixed(1)}; attackers were answered ${describeAnswers(answers)}`,
    ]),
  ];
  const last = phases.at(-1)?.measured;
  if (last !== undefined) {
    const ratio = last.p95 / quiet.p95;
    lines.push(
      '',
      `aim: p95 under ${AIM_RATIO} times the quiet one: ${ratio < AIM_RATIO ? 'met' : 'MISSED'}`,
      `aim: /health/live within ${AIM_LIVE_MS} ms: ${last.liveMs < AIM_LIVE_MS ? 'met' : 'MISSED'}`,
    );
  }
  return `\n${lines.join('\n')}\n`;
}

function describe(measured: Measured): string {
  const { mints, refused, p50, p95, liveMs, gatewayShare } = measured;
  const cores = gatewayShare === null ? '' : `, gateway ${Math.round(gatewayShare * 100)} % of a core`;
  return (
    `${mints} mints, ${refused} refused, p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, ` +
    `/health/live at most ${liveMs.toFixed(0)} ms${cores}${disturbance(measured)}`
  );
}

function describeAnswers(answers: Phase['answers']): string {
  return Object.entries(answers)
    .map(([attack, counts]) => {
      const statuses = Object.entries(counts).map(([status, count]) => `${status} × ${count}`);
      return `${attack} ${statuses.join(', ')}`;
    })
    .join('; ');
}
