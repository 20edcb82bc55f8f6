import type { Reader } from '../../src/reader.ts';
import {
  positionOf,
  type UsageDimension,
  type UsageFilter,
  type UsagePosition,
} from '../../src/usage/usage-query.ts';

/** What is asked about. */
export type Subject = {
  /** The last month of the data, and the year that ends with it. */
  readonly month: Pick<UsageFilter, 'from' | 'to'>;
  readonly year: Pick<UsageFilter, 'from' | 'to'>;
  readonly users: readonly string[];
};

export type Case = {
  readonly name: string;
  /** @returns how many rows it gave */
  readonly ask: (reader: Reader, subject: Subject, round: number) => Promise<number>;
};

const ALL = { timeZone: 'Europe/Amsterdam', userIds: null, applicationIds: null, models: null };
const PAGE = { usual: 100, most: 1000 };

/** Another user each round. */
const ofUser = ({ year, users }: Subject, round: number): UsageFilter => ({
  ...ALL,
  ...year,
  userIds: users.slice(round % users.length, (round % users.length) + 1),
});
const ofMonth = ({ month }: Subject): UsageFilter => ({ ...ALL, ...month });

export const CASES: readonly Case[] = [
  { name: 'one user over a year, total', ask: (reader, ...of) => total(reader, ofUser(...of)) },
  { name: 'one user over a year, by day', ask: (reader, ...of) => page(reader, ofUser(...of), ['DAY']) },
  { name: 'all users over a month, total', ask: (reader, of) => total(reader, ofMonth(of)) },
  {
    name: 'all users over a month, by day and model',
    ask: (reader, of) => page(reader, ofMonth(of), ['DAY', 'MODEL']),
  },
  { name: 'all users over a month, by hour', ask: (reader, of) => page(reader, ofMonth(of), ['HOUR']) },
  {
    name: 'all users over a month, by user, first page',
    ask: (reader, of) => page(reader, ofMonth(of), ['USER'], PAGE.usual),
  },
  {
    name: 'all users over a month, the ten users that cost most',
    ask: async (reader, of) => {
      const rows = await reader.usageRows(ofMonth(of), ['USER'], { limit: 10, after: null }, 'COST_DESC');
      return Math.min(rows.length, 10);
    },
  },
  {
    name: 'all users over a month, by user, all pages of 1000',
    ask: (reader, of) => pages(reader, ofMonth(of), ['USER']),
  },
];

async function total(reader: Reader, filter: UsageFilter): Promise<number> {
  await reader.usageTotals(filter);
  return 1;
}

async function page(
  reader: Reader,
  filter: UsageFilter,
  by: readonly UsageDimension[],
  limit = PAGE.most,
): Promise<number> {
  return Math.min((await reader.usageRows(filter, by, { limit, after: null })).length, limit);
}

async function pages(reader: Reader, filter: UsageFilter, by: readonly UsageDimension[]): Promise<number> {
  let count = 0;
  let after: UsagePosition | null = null;
  for (let more = true; more; ) {
    const found = await reader.usageRows(filter, by, { limit: PAGE.most, after });
    const rows: typeof found = found.slice(0, PAGE.most);
    count += rows.length;
    const last = rows.at(-1);
    after = last === undefined ? null : positionOf(last, by);
    more = found.length > PAGE.most;
  }
  return count;
}
