import type { RequestOptions } from './gatehouse.ts';
import { usage as document } from './generated/documents.ts';
import type { UsageDimension, UsageFilter } from './generated/types.ts';
import { query } from './operations.ts';
import { pagesOf } from './pages.ts';
import type { Client } from './request.ts';
import type { UsageReport, UsageRow } from './results.ts';

const PAGE_SIZE = 1000;

/** Reads a report with all of its rows. */
export async function readUsage(
  client: Client,
  report: { readonly filter: UsageFilter; readonly groupBy?: readonly UsageDimension[] | undefined },
  options: RequestOptions = {},
): Promise<UsageReport> {
  const read = async (after: string | undefined) =>
    (await query(client, document, { ...report, first: PAGE_SIZE, after }, options)).usage;
  const first = await read(undefined);
  const rows: UsageRow[] = [];
  for await (const row of pagesOf(async (after) => (after === undefined ? first : await read(after)).rows)) {
    rows.push(row);
  }
  return { ...first, rows };
}
