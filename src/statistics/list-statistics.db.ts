import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { readPlanned, query as run, sqlParameters, statement } from '../platform/database/statement.ts';
import type { Interval } from '../usage/split-buckets.ts';
import { mintTimesOf } from './mint-times.ts';
import { ALL, COUNTS, MINT_TIMES, type StatisticsQuery, statisticsParts } from './statistics-parts.db.ts';
import {
  NO_ID,
  type SessionCounts,
  type StatisticsDimension,
  type StatisticsFilter,
  type StatisticsOrder,
  type StatisticsPage,
  type StatisticsRow,
  statisticsColumns,
  statisticsDimensions,
} from './statistics-query.ts';

const COUNTED = ['issued', 'failed', 'unconfirmed', 'pending', 'revoked', 'denied'] as const;
const counted = COUNTED.map((column) => `sum(${column}) AS ${column}`).join(', ');

/** Numbers come as text; null is the sum of nothing. */
type CountsRow = { readonly [K in (typeof COUNTED)[number]]: string | null } & {
  readonly mint_times?: string | null;
};
type GroupedRow = CountsRow & {
  readonly start?: Date;
  readonly user_id?: string;
  readonly application_id?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly failure_code?: string;
  readonly denial_reason?: string;
};

/**
 * What is counted of the visible sessions and denials that a filter selects.
 * @param withMintTimes whether the histogram of mint times is read
 */
export async function countStatistics(
  pool: pg.Pool,
  visibility: Visibility,
  filter: StatisticsFilter,
  withMintTimes: boolean,
): Promise<SessionCounts> {
  const params = sqlParameters();
  const query = { by: [], visibility, filter, summed: await findSummed(pool), params };
  const parts = statisticsParts(query, withMintTimes ? ALL : COUNTS);
  const text = `SELECT ${counted}${withMintTimes ? ', sum(mint_times) AS mint_times' : ''} FROM (${parts.join(' UNION ALL ')}) AS parts`;
  const [row] = await readPlanned<CountsRow>(pool, text, params);
  return toCounts(row);
}

/**
 * One page of a report's rows: the groups that have a session or a denial.
 * @returns at most `limit + 1` rows beyond `after`, in their order; the extra one says that there is more
 */
export async function listStatistics(
  pool: pg.Pool,
  visibility: Visibility,
  filter: StatisticsFilter,
  dimensions: readonly StatisticsDimension[],
  page: StatisticsPage,
  withMintTimes: boolean,
): Promise<StatisticsRow[]> {
  const by = statisticsDimensions.filter((dimension) => dimensions.includes(dimension));
  // A report without dimensions has one row, and nothing beyond it.
  if (by.length === 0 && page.after !== null) return [];
  const params = sqlParameters();
  const query = { by, visibility, filter, summed: await findSummed(pool), params };
  const text = pageStatement(query, page, withMintTimes);
  const rows = await readPlanned<GroupedRow>(pool, text, params);
  return rows.map((row) => ({
    start: row.start ?? null,
    userId: idOf(row.user_id),
    applicationId: idOf(row.application_id),
    provider: row.provider || null,
    model: row.model || null,
    failureCode: row.failure_code || null,
    denialReason: row.denial_reason || null,
    counts: toCounts(row),
  }));
}

// A page by DAY is in short this statement:
//
//   WITH page AS MATERIALIZED (
//     SELECT * FROM (
//       SELECT start, sum(issued) AS issued, … FROM (
//         SELECT starts.start, r.issued, … FROM session_sum AS r
//           JOIN (SELECT bucket, date_trunc('day', bucket, $1) AS start FROM generate_series(…) AS bucket) AS starts
//           USING (bucket) WHERE …
//         UNION ALL SELECT date_trunc('day', r.at, $1) AS start, r.issued, … FROM session_counts($2, $3) AS r WHERE …
//       ) AS parts GROUP BY start
//     ) AS rows WHERE (start) > ($n) ORDER BY start LIMIT $m
//   )
//   SELECT page.*, times.mint_times FROM page LEFT JOIN (
//     SELECT start, sum(mint_times) AS mint_times FROM (the same parts) AS parts JOIN page USING (start) GROUP BY start
//   ) AS times USING (start) ORDER BY start
//
// Histograms are large: those of the page alone fit in work_mem. If all rows are of the page, one pass reads both.

function pageStatement(query: StatisticsQuery, page: StatisticsPage, withMintTimes: boolean): string {
  const { by, params } = query;
  const columns = by.map((dimension) => statisticsColumns[dimension].column).join(', ');
  const grouped = (sums: string, from: string) =>
    `SELECT ${[...(by.length > 0 ? [columns] : []), sums].join(', ')} FROM ${from}
      ${by.length > 0 ? `GROUP BY ${columns}` : 'HAVING count(*) > 0'}`;
  const union = (parts: readonly string[]) => `(${parts.join(' UNION ALL ')}) AS parts`;
  const histogram = 'sum(mint_times) AS mint_times';
  const inOnePass = withMintTimes && hasOnePage(query, page);
  const sums = inOnePass ? `${counted}, ${histogram}` : counted;
  const amounts = inOnePass ? ALL : COUNTS;
  const { beyond, order } = keysetOf(query, page);
  const counts = `SELECT * FROM (${grouped(sums, union(statisticsParts(query, amounts)))}) AS rows
    WHERE ${beyond} ${order} LIMIT ${params.bind(page.limit + 1)}`;
  if (inOnePass || !withMintTimes) return counts;
  const times = grouped(
    histogram,
    `${union(statisticsParts(query, MINT_TIMES))} JOIN page USING (${columns})`,
  );
  return `WITH page AS MATERIALIZED (${counts})
    SELECT page.*, times.mint_times FROM page LEFT JOIN (${times}) AS times USING (${columns}) ${order}`;
}

/** How long the time of one row is at least. */
const SHORTEST_MS: { readonly [K in StatisticsDimension]?: number } = {
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 82_800_000,
  MONTH: 28 * 86_400_000,
};

/** Whether a report has no more rows than a page can have: one, or one for each hour, day or month of its time. */
function hasOnePage({ by, filter: { from, to } }: StatisticsQuery, { limit }: StatisticsPage): boolean {
  const [dimension, ...others] = by;
  if (dimension === undefined) return true;
  const shortest = SHORTEST_MS[dimension];
  return others.length === 0 && shortest !== undefined && (to - from) / shortest + 1 < limit;
}

const RANKS: Readonly<Record<StatisticsOrder, string | null>> = {
  START: null,
  REQUESTED_DESC: '-(issued + failed + unconfirmed + pending)',
  DENIED_DESC: '-denied',
  FAILED_DESC: '-failed',
};

/** The condition of being beyond the cursor, and ORDER BY. */
function keysetOf({ by, params }: StatisticsQuery, { order, after }: StatisticsPage) {
  const types = { time: 'timestamptz', id: 'uuid', text: 'text COLLATE "C"' };
  const rank = RANKS[order];
  const columns = by.map((dimension) => statisticsColumns[dimension]);
  const sorted = [
    ...(rank === null ? [] : [rank]),
    ...columns.map(({ column, kind }) => (kind === 'text' ? `${column} COLLATE "C"` : column)),
  ];
  if (columns.length === 0) return { beyond: 'true', order: '' };
  const orderBy = `ORDER BY ${sorted.join(', ')}`;
  if (after === null) return { beyond: 'true', order: orderBy };
  const values = [
    ...(rank === null ? [] : [`-${params.bind(after[0])}::numeric`]),
    ...columns.map(({ kind }, n) => `${params.bind(after[n + (rank === null ? 0 : 1)])}::${types[kind]}`),
  ];
  return { beyond: `(${sorted.join(', ')}) > (${values.join(', ')})`, order: orderBy };
}

const SUMMED = statement<{ from: Date | null; to: Date }>()({
  name: 'find-summed',
  text: 'SELECT (SELECT min(bucket) FROM session_sum) AS "from", summed_to AS "to" FROM session_sum_progress',
  columns: ['from', 'to'],
});

/**
 * Which sums there are; null: none. In a statement of its own, so that the report's is planned for the times that it
 * reads. Sums are not changed once they are there, so the two need not be of one moment.
 */
async function findSummed(pool: pg.Pool): Promise<Interval | null> {
  const [row] = await run(pool, SUMMED, []);
  if (row === undefined || row.from === null) return null;
  return { from: row.from.getTime(), to: row.to.getTime() };
}

function idOf(id: string | undefined): string | null {
  return id === undefined || id === NO_ID ? null : id;
}

function toCounts(row: CountsRow | undefined): SessionCounts {
  return {
    issued: Number(row?.issued ?? 0),
    failed: Number(row?.failed ?? 0),
    unconfirmed: Number(row?.unconfirmed ?? 0),
    pending: Number(row?.pending ?? 0),
    revoked: Number(row?.revoked ?? 0),
    denied: Number(row?.denied ?? 0),
    mintTimes: mintTimesOf(row?.mint_times ?? null),
  };
}
