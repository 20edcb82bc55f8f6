import type { Reader } from '../../src/reader.ts';
import {
  requestedOf,
  type SessionCounts,
  type StatisticsDimension,
  type StatisticsFilter,
  type StatisticsOrder,
} from '../../src/statistics/statistics-query.ts';

type Period = Pick<StatisticsFilter, 'from' | 'to'>;
/** What is asked about: the month, the day in which it ends, and one of the users. */
export type Subject = { readonly month: Period; readonly day: Period; readonly users: readonly string[] };

export type Case = {
  readonly name: string;
  readonly period: 'month' | 'day';
  /** @returns how many sessions the rows that it gave are of, and how many rows there are */
  readonly ask: (reader: Reader, subject: Subject, round: number) => Promise<Answered>;
  /** What the ledger's rows are grouped by, to count the same. */
  readonly baseline: string;
};
type Answered = { readonly rows: number; readonly requested: number };

const ZONE = 'Europe/Amsterdam';
const ALL = { timeZone: ZONE, userIds: null, applicationIds: null, providers: null, models: null };

async function total(reader: Reader, filter: StatisticsFilter, mintTimes: boolean): Promise<Answered> {
  return answered([{ counts: await reader.statisticsTotals(filter, mintTimes) }]);
}

type Page = { readonly order?: StatisticsOrder; readonly limit?: number; readonly mintTimes?: boolean };

async function rows(
  reader: Reader,
  filter: StatisticsFilter,
  by: readonly StatisticsDimension[],
  { order = 'START', limit = 1000, mintTimes = true }: Page = {},
): Promise<Answered> {
  const found = await reader.statisticsRows(filter, by, { limit, after: null, order }, mintTimes);
  return answered(found.slice(0, limit));
}

function answered(found: readonly { readonly counts: SessionCounts }[]): Answered {
  return { rows: found.length, requested: found.reduce((sum, { counts }) => sum + requestedOf(counts), 0) };
}

const start = (unit: string) => `date_trunc('${unit}', created_at, '${ZONE}')`;

export const CASES: readonly Case[] = [
  {
    name: 'month, total',
    period: 'month',
    ask: (reader, { month }) => total(reader, { ...ALL, ...month }, false),
    baseline: 'true',
  },
  {
    name: 'month, total, with mint times',
    period: 'month',
    ask: (reader, { month }) => total(reader, { ...ALL, ...month }, true),
    baseline: 'true',
  },
  {
    name: 'month, by day',
    period: 'month',
    ask: (reader, { month }) => rows(reader, { ...ALL, ...month }, ['DAY'], { mintTimes: false }),
    baseline: start('day'),
  },
  {
    name: 'month, by day, with mint times',
    period: 'month',
    ask: (reader, { month }) => rows(reader, { ...ALL, ...month }, ['DAY']),
    baseline: start('day'),
  },
  {
    name: 'month, by failure code',
    period: 'month',
    ask: (reader, { month }) => rows(reader, { ...ALL, ...month }, ['FAILURE_CODE'], { mintTimes: false }),
    baseline: 'failure_code',
  },
  {
    name: 'day, by hour, with mint times',
    period: 'day',
    ask: (reader, { day }) => rows(reader, { ...ALL, ...day }, ['HOUR']),
    baseline: start('hour'),
  },
  {
    name: 'month, top ten users',
    period: 'month',
    ask: (reader, { month }) =>
      rows(reader, { ...ALL, ...month }, ['USER'], { order: 'REQUESTED_DESC', limit: 10, mintTimes: false }),
    baseline: 'user_id',
  },
  {
    name: 'month, top ten users, with mint times',
    period: 'month',
    ask: (reader, { month }) =>
      rows(reader, { ...ALL, ...month }, ['USER'], { order: 'REQUESTED_DESC', limit: 10 }),
    baseline: 'user_id',
  },
  {
    name: 'month, one user, by day, with mint times',
    period: 'month',
    ask: (reader, { month, users }, round) =>
      rows(
        reader,
        { ...ALL, ...month, userIds: users.slice(round % users.length, (round % users.length) + 1) },
        ['DAY'],
      ),
    baseline: start('day'),
  },
];
