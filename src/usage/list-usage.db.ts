import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { readPlanned, sqlParameters } from '../platform/database/statement.ts';
import { reportStatement } from './report-statement.db.ts';
import { NO_USAGE, type UsageTotals } from './usage.ts';
import { usageParts } from './usage-parts.db.ts';
import {
  isTime,
  type UsageDimension,
  type UsageFilter,
  type UsageOrder,
  type UsagePosition,
  type UsageRow,
  usageDimensions,
} from './usage-query.ts';
import { type SumsRow, sumQuery, toTotals } from './usage-sums.db.ts';

const DAY_MS = 86_400_000;

/** The totals of the visible usage that a filter selects. */
export async function sumUsage(
  pool: pg.Pool,
  visibility: Visibility,
  filter: UsageFilter,
): Promise<UsageTotals> {
  const params = sqlParameters();
  const text = sumQuery(usageParts({ by: [], visibility, filter, params }), []);
  const [row] = await readPlanned<SumsRow>(pool, text, params);
  return row === undefined ? NO_USAGE : toTotals(row);
}

type GroupedRow = SumsRow & {
  readonly start?: Date;
  readonly user_id?: string;
  readonly application_id?: string;
  readonly model?: string;
  readonly provider?: string;
  readonly label?: string;
};

/**
 * One page of a report's rows: the groups in which something was used or a session was issued.
 * @param order the same as when `after` was read
 * @returns at most `limit + 1` rows beyond `after`, in their order; the extra one says that there is more
 */
export async function listUsage(
  pool: pg.Pool,
  visibility: Visibility,
  filter: UsageFilter,
  dimensions: readonly UsageDimension[],
  { limit, after }: { readonly limit: number; readonly after: UsagePosition | null },
  order: UsageOrder = 'START',
): Promise<UsageRow[]> {
  const by = usageDimensions.filter((dimension) => dimensions.includes(dimension));
  // A report without dimensions has one row, and nothing beyond it.
  if (by.length === 0 && after !== null) return [];
  const params = sqlParameters();
  const query = {
    by,
    visibility,
    filter: order === 'START' ? skipEarlierDays(after, by, filter) : filter,
    params,
  };
  const rows = await readPlanned<GroupedRow>(pool, reportStatement(query, order, after, limit + 1), params);
  return rows.map((row) => ({
    start: row.start ?? null,
    userId: row.user_id ?? null,
    applicationId: row.application_id ?? null,
    model: row.model ?? null,
    provider: row.provider ?? null,
    label: row.label || null,
    sessionsIssued: Number(row.sessions),
    totals: toTotals(row),
  }));
}

/**
 * Begins where the cursor's row does: what lies before it need not be read. A day earlier, because where a clock is set
 * back the start of a day can be an hour after its first moment.
 */
function skipEarlierDays(
  after: UsagePosition | null,
  [first]: readonly UsageDimension[],
  filter: UsageFilter,
): UsageFilter {
  const [start] = after ?? [];
  if (start === undefined || first === undefined || !isTime(first)) return filter;
  return { ...filter, from: Math.max(filter.from, Date.parse(start) - DAY_MS) };
}
