import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { readPlanned, sqlParameters } from '../platform/database/statement.ts';
import { NO_USAGE, type UsageTotals } from './usage.ts';
import {
  COLUMNS,
  issuedSessions,
  RESPONSES,
  type Reading,
  sessionPart,
  usageParts,
} from './usage-parts.db.ts';
import {
  isTime,
  type UsageDimension,
  type UsageFilter,
  type UsagePlace,
  type UsageRow,
  usageDimensions,
} from './usage-report.ts';
import { countedSessions, type SumsRow, summed, toTotals } from './usage-sums.db.ts';

const DAY_MS = 86_400_000;

/** What a filter's visible usage adds up to. */
export async function sumUsage(
  pool: pg.Pool,
  visibility: Visibility,
  filter: UsageFilter,
): Promise<UsageTotals> {
  const given = sqlParameters();
  const text = summed(usageParts({ by: [], visibility, filter, given }), []);
  const [row] = await readPlanned<SumsRow>(pool, text, given);
  return row === undefined ? NO_USAGE : toTotals(row);
}

type GroupedRow = SumsRow & {
  readonly start?: Date;
  readonly user_id?: string;
  readonly application_id?: string;
  readonly model?: string;
  readonly provider?: string;
};

/**
 * One page of a report's rows: groups in which something was used or a session was issued.
 * @returns at most `limit + 1` rows in their order, those beyond `after`; the extra one says that there is more
 */
export async function listUsage(
  pool: pg.Pool,
  visibility: Visibility,
  filter: UsageFilter,
  dimensions: readonly UsageDimension[],
  { limit, after }: { readonly limit: number; readonly after: UsagePlace | null },
): Promise<UsageRow[]> {
  const by = usageDimensions.filter((dimension) => dimensions.includes(dimension));
  // A report of one row has nothing beyond it.
  if (by.length === 0 && after !== null) return [];
  const given = sqlParameters();
  const reading = { by, visibility, filter: beginningAt(after, by, filter), given };
  const slice = { ...sliceOf(by, after, reading), limit: given.bind(limit + 1) };
  const text = by.includes('USER') ? pageFirst(reading, slice) : sumsFirst(reading, slice);
  return (await readPlanned<GroupedRow>(pool, text, given)).map((row) => ({
    start: row.start ?? null,
    userId: row.user_id ?? null,
    applicationId: row.application_id ?? null,
    model: row.model ?? null,
    provider: row.provider ?? null,
    sessionsIssued: Number(row.sessions),
    totals: toTotals(row),
  }));
}

/** What is before the page need not be read; a day's start on its clocks can be an hour after the first of it. */
function beginningAt(
  after: UsagePlace | null,
  [first]: readonly UsageDimension[],
  filter: UsageFilter,
): UsageFilter {
  const [start] = after ?? [];
  if (start === undefined || first === undefined || !isTime(first)) return filter;
  return { ...filter, from: Math.max(filter.from, Date.parse(start) - DAY_MS) };
}

/** Which groups: a condition, how they are sorted, and a parameter. */
type Slice = { readonly beyond: string; readonly order: string; readonly limit: string };

function sliceOf(
  by: readonly UsageDimension[],
  after: UsagePlace | null,
  { given }: Reading,
): Omit<Slice, 'limit'> {
  const columns = by.map((dimension) => COLUMNS[dimension]);
  const places = columns.map(({ name, type }) => (type.startsWith('text') ? `${name} COLLATE "C"` : name));
  const beyond =
    after === null
      ? 'true'
      : `(${places.join(', ')}) > (${columns.map(({ type }, at) => `${given.bind(after[at])}::${type}`).join(', ')})`;
  return { beyond, order: places.length === 0 ? '' : `ORDER BY ${places.join(', ')}` };
}

/** Few groups: everything is summed, and then the page taken. */
function sumsFirst(reading: Reading, { beyond, order, limit }: Slice): string {
  const names = reading.by.map((dimension) => COLUMNS[dimension].name);
  const sums = summed([...usageParts(reading), sessionPart(reading)], names);
  return `SELECT * FROM (${sums}) AS rows WHERE ${beyond} ${order} LIMIT ${limit}`;
}

/**
 * As many groups as users: which ones the page has is found by counting, and only what its users used is summed.
 * Summing has to sort all it is given, and that is more than memory is meant to hold.
 */
function pageFirst(reading: Reading, { beyond, order, limit }: Slice): string {
  const names = reading.by.map((dimension) => COLUMNS[dimension].name);
  const list = names.join(', ');
  const counted = (part: string, amounts: string) =>
    `SELECT ${list}, ${amounts} FROM (${part}) AS part GROUP BY ${list}`;
  const parts = [
    ...usageParts(reading, RESPONSES).map((part) =>
      counted(part, 'sum(responses) AS responses, 0::bigint AS sessions'),
    ),
    counted(issuedSessions(reading), '0::numeric AS responses, count(*) AS sessions'),
  ];
  // Groups of these users that are not of the page come after it, and are cut off like everything there. Not joined:
  // how many rows a page has cannot be foreseen by a plan.
  const sums = summed(
    [...usageParts({ ...reading, among: ofPage(reading) }), `SELECT ${list}, ${countedSessions} FROM page`],
    names,
  );
  return `WITH page AS MATERIALIZED (
      SELECT ${list}, sum(sessions) AS sessions FROM (${parts.join(' UNION ALL ')}) AS parts
      WHERE ${beyond} GROUP BY ${list} HAVING sum(responses) > 0 OR sum(sessions) > 0 ${order} LIMIT ${limit}
    )
    SELECT * FROM (${sums}) AS rows WHERE ${beyond} ${order} LIMIT ${limit}`;
}

/** What is of a page's users, and not from after its last hour, day or month has ended. */
function ofPage({ by: [first] }: Reading): (at: string) => string {
  const users = 'r.user_id = ANY(ARRAY(SELECT DISTINCT user_id FROM page))';
  if (first === undefined || !isTime(first)) return () => users;
  const longest = first === 'MONTH' ? '32 days' : '2 days';
  return (at) => `${users} AND r.${at} < (SELECT max(start) + interval '${longest}' FROM page)`;
}
