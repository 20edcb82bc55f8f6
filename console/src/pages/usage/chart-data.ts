import type { Colour, Column, Series } from '../../ui/chart/chart-types.ts';
import { startFormat } from './format-start.ts';
import { measureOf } from './measure.ts';
import { columnsOf, type Period } from './period.ts';
import { keyOf, nameOf, type Row, unpricedModels } from './row.ts';
import type { Group, Measure, UnitName } from './search.ts';

const COLOURS: readonly Colour[] = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
const OTHER = 'other';
/** More bars than these are no chart: without time, each group is a bar. */
const MAX_BARS = 40;

export type ChartData =
  | { readonly kind: 'chart'; readonly series: readonly Series[]; readonly columns: readonly Column[] }
  | { readonly kind: 'too_many' };

type Report = {
  readonly unit: UnitName;
  readonly groups: readonly Group[];
  readonly period: Period;
  readonly rows: readonly Row[];
};

/** The chart of the rows: a column for each time, or for each group when the report has no times. */
export function chartOf(report: Report, measure: Measure): ChartData {
  return report.unit === 'none' ? groupChart(report, measure) : timeChart(report, report.unit, measure);
}

function timeChart(
  { groups, period, rows }: Report,
  unit: Exclude<UnitName, 'none'>,
  measure: Measure,
): ChartData {
  const starts = columnsOf(unit, period);
  if (starts === null) return { kind: 'too_many' };
  const byStart = Map.groupBy(rows, ({ start }) => Date.parse(start ?? ''));
  const known = new Set([...starts, ...byStart.keys()]);
  const { series, seriesOf } = seriesFor(rows, groups, measure);
  const format = startFormat(unit, period.zone);
  const columns = [...known]
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b)
    .map((start) => ({
      key: String(start),
      ...format(start),
      ...sumsOf(byStart.get(start) ?? [], series, seriesOf, measure),
    }));
  return { kind: 'chart', series, columns };
}

function groupChart({ groups, rows }: Report, measure: Measure): ChartData {
  if (rows.length > MAX_BARS) return { kind: 'too_many' };
  const series = [{ key: OTHER, name: measureOf[measure].name, colour: 'one' }] as const;
  const columns = rows.map((row) => ({
    key: keyOf(groups, row),
    tick: shortened(nameOf(groups, row)),
    name: nameOf(groups, row) || 'All usage',
    ...sumsOf([row], series, () => OTHER, measure),
  }));
  return { kind: 'chart', series, columns };
}

/** The groups with the most of the measure, each in a colour, and all others together. */
function seriesFor(rows: readonly Row[], groups: readonly Group[], measure: Measure) {
  const { of, name } = measureOf[measure];
  const totals = new Map<string, { name: string; sum: bigint }>();
  for (const row of rows) {
    const key = keyOf(groups, row);
    const sum = (totals.get(key)?.sum ?? 0n) + of(row);
    totals.set(key, { name: nameOf(groups, row) || name, sum });
  }
  const sorted = [...totals].toSorted(([, a], [, b]) => (a.sum < b.sum ? 1 : a.sum > b.sum ? -1 : 0));
  const most = sorted.slice(0, COLOURS.length);
  const rest = sorted.length - most.length;
  const named = new Set(most.map(([key]) => key));
  const series: Series[] = most.map(([key, total], index) => ({
    key,
    name: total.name,
    colour: COLOURS[index] ?? 'other',
  }));
  if (rest > 0) series.push({ key: OTHER, name: `${rest} others`, colour: 'other' });
  return { series, seriesOf: (row: Row) => (named.has(keyOf(groups, row)) ? keyOf(groups, row) : OTHER) };
}

function sumsOf(
  rows: readonly Row[],
  series: readonly Series[],
  seriesOf: (row: Row) => string,
  measure: Measure,
): Pick<Column, 'parts' | 'total' | 'note'> {
  const { of, text, height } = measureOf[measure];
  const sums = new Map<string, bigint>();
  for (const row of rows) sums.set(seriesOf(row), (sums.get(seriesOf(row)) ?? 0n) + of(row));
  const unpriced = [...new Set(rows.map(({ totals }) => unpricedModels(totals)))].filter(Boolean);
  return {
    parts: series.map(({ key }) => ({
      height: height(sums.get(key) ?? 0n),
      text: text(sums.get(key) ?? 0n),
    })),
    total: text([...sums.values()].reduce((sum, one) => sum + one, 0n)),
    note:
      measure === 'cost' && unpriced.length > 0
        ? `Not all of the cost is known: no price for ${unpriced.join(', ')}.`
        : undefined,
  };
}

function shortened(name: string): string {
  return name.length > 12 ? `${name.slice(0, 11)}…` : name;
}
