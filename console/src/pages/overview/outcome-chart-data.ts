import type { Column, Series } from '../../ui/chart/chart-types.ts';
import { unitsBetween } from '../../ui/zoned-time.ts';

/** What can become of a request, from the bottom of a bar up. */
const outcomes = [
  { key: 'issued', name: 'Issued', colour: 'good' },
  { key: 'pending', name: 'Pending', colour: 'waiting' },
  { key: 'unconfirmed', name: 'Unconfirmed', colour: 'doubtful' },
  { key: 'failed', name: 'Failed', colour: 'bad' },
  { key: 'denied', name: 'Refused', colour: 'refused' },
] as const satisfies readonly Series[];

export type OutcomeCounts = Readonly<Record<(typeof outcomes)[number]['key'], number>>;
export const outcomeSeries: readonly Series[] = outcomes;

type Row = { readonly start?: string | null; readonly counts: OutcomeCounts };

const NONE: OutcomeCounts = { issued: 0, pending: 0, unconfirmed: 0, failed: 0, denied: 0 };
const MAX_HOURS = 60;
const number = new Intl.NumberFormat('en');

/** A column for each hour, also where nothing was asked for. */
export function outcomeColumns(
  rows: readonly Row[],
  { from, to, timeZone }: { readonly from: string; readonly to: string; readonly timeZone: string },
): readonly Column[] {
  const period = { from: Date.parse(from), to: Date.parse(to), zone: timeZone };
  const counts = new Map(rows.map((row) => [Date.parse(row.start ?? ''), row.counts]));
  const time = format(timeZone, { hour: '2-digit', minute: '2-digit' });
  const day = format(timeZone, { weekday: 'short', day: 'numeric', month: 'short' });
  return (unitsBetween('hour', period, MAX_HOURS) ?? []).map((start) => {
    const of = counts.get(start) ?? NONE;
    const clock = time.format(start);
    return {
      key: String(start),
      tick: clock,
      name: `${day.format(start)}, ${clock}–${time.format(start + 3_600_000)}`,
      parts: countsOf(of).map((count) => ({ height: count, text: number.format(count) })),
      total: requests(requestsIn(of)),
    };
  });
}

/** The counts in the order of the series. */
export function countsOf(counts: OutcomeCounts): readonly number[] {
  return outcomes.map(({ key }) => counts[key]);
}

export function requestsIn(counts: OutcomeCounts): number {
  return countsOf(counts).reduce((sum, count) => sum + count, 0);
}

/** "1 request" */
export function requests(count: number): string {
  return `${number.format(count)} ${count === 1 ? 'request' : 'requests'}`;
}

function format(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...options });
}
