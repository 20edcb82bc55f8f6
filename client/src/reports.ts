import type { RequestOptions } from './gatehouse.ts';
import { statistics as statisticsDocument, usage as usageDocument } from './generated/documents.ts';
import type { StatisticsQueryVariables, UsageQueryVariables } from './generated/types.ts';
import { query } from './operations.ts';
import { type Page, pagesOf } from './pages.ts';
import type { Client } from './request.ts';
import type { Statistics, UsageReport } from './results.ts';

const PAGE_SIZE = 1000;

type Report<Variables> = Omit<Variables, 'first' | 'after'>;

/** Reads a usage report with all of its rows. */
export function readUsage(
  client: Client,
  report: Report<UsageQueryVariables>,
  options?: RequestOptions,
): Promise<UsageReport> {
  return readWhole(async (after) => {
    const variables = { ...report, first: PAGE_SIZE, after };
    return (await query(client, usageDocument, variables, options)).usage;
  });
}

/** Reads statistics with all of their rows. */
export function readStatistics(
  client: Client,
  report: Report<StatisticsQueryVariables>,
  options?: RequestOptions,
): Promise<Statistics> {
  return readWhole(async (after) => {
    const variables = { ...report, first: PAGE_SIZE, after };
    return (await query(client, statisticsDocument, variables, options)).sessionStatistics;
  });
}

/** Reads the first page, which has the totals too, and the rows of the others. */
async function readWhole<Row, Rest extends { readonly rows: Page<Row> }>(
  read: (after: string | undefined) => Promise<Rest>,
): Promise<Omit<Rest, 'rows'> & { readonly rows: readonly Row[] }> {
  const first = await read(undefined);
  const all: Row[] = [];
  const pages = pagesOf(async (after) => (after === undefined ? first : await read(after)).rows);
  for await (const row of pages) all.push(row);
  return { ...first, rows: all };
}
