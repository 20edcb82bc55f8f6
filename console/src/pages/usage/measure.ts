import { formatUnits, toUnits } from './decimal.ts';
import type { Row } from './row.ts';
import type { Measure } from './search.ts';

/** What the bars of the chart are of. Sums are exact: whole numbers. */
type MeasureOf = {
  readonly name: string;
  readonly of: (row: Row) => bigint;
  readonly text: (sum: bigint) => string;
  /** For drawing only. */
  readonly height: (sum: bigint) => number;
  readonly tick: (value: number) => string;
};

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });

function counted(name: string, [one, many]: readonly [string, string], of: (row: Row) => number): MeasureOf {
  return {
    name,
    of: (row) => BigInt(of(row)),
    text: (sum) => `${whole.format(sum)} ${sum === 1n ? one : many}`,
    height: Number,
    tick: (value) => (Number.isInteger(value) ? compact.format(value) : ''),
  };
}

export const measureOf: Readonly<Record<Measure, MeasureOf>> = {
  cost: {
    name: 'Known cost',
    of: ({ totals }) => toUnits(totals.costKnownUsd),
    text: formatUnits,
    height: (sum) => Number(sum) / 1e12,
    tick: (value) => `$${compact.format(value)}`,
  },
  tokens: counted('Tokens', ['token', 'tokens'], ({ totals }) => totals.totalTokens),
  responses: counted('Responses', ['response', 'responses'], ({ totals }) => totals.responses),
  sessions: counted('Sessions issued', ['session', 'sessions'], ({ sessionsIssued }) => sessionsIssued),
};
