import { addUnits, parseWall, startOf, unitsBetween } from '../../ui/zoned-time.ts';
import { defaults, type Preset, type UsageSearch } from './search.ts';

/** Instants in milliseconds since 1970, the second exclusive, and the zone in which hours, days and months begin. */
export type Period = { readonly from: number; readonly to: number; readonly zone: string };

export const presetNames: Readonly<Record<Preset, string>> = {
  '24h': 'Last 24 hours',
  today: 'Today',
  yesterday: 'Yesterday',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  month: 'This month',
  'last-month': 'Last month',
  '12m': 'Last 12 months',
};

/** More columns than these cannot be told apart. A month of hours has 744. */
export const MAX_COLUMNS = 750;

/** The period that an address names, at a time of the server. */
export function periodOf({ range, from, to }: UsageSearch, zone: string, now: number): Period {
  const start = from === undefined ? null : parseWall(from, zone);
  const end = to === undefined ? null : parseWall(to, zone);
  if (start !== null && end !== null) return { from: start, to: end, zone };
  return { ...presetPeriod(range ?? defaults.range, zone, now), zone };
}

/** Whole hours, days or months, so that the same address asks for the same until the next begins. */
function presetPeriod(preset: Preset, zone: string, now: number): { from: number; to: number } {
  const last = (unit: 'hour' | 'day' | 'month', count: number, until = 1) => {
    const start = startOf(unit, now, zone);
    return { from: addUnits(unit, start, until - count, zone), to: addUnits(unit, start, until, zone) };
  };
  switch (preset) {
    case '24h':
      return last('hour', 24);
    case 'today':
      return last('day', 1);
    case 'yesterday':
      return last('day', 1, 0);
    case '7d':
      return last('day', 7);
    case '30d':
      return last('day', 30);
    case 'month':
      return last('month', 1);
    case 'last-month':
      return last('month', 1, 0);
    case '12m':
      return last('month', 12);
    default:
      return preset satisfies never;
  }
}

/** The starts of the columns of a chart: of every unit in the period, also where nothing was used. Null: too many. */
export function columnsOf(unit: 'hour' | 'day' | 'month', period: Period): readonly number[] | null {
  return unitsBetween(unit, period, MAX_COLUMNS);
}
