import type pg from 'pg';
import { NO_USAGE, type UsageTotals } from '../domain/usage.ts';
import {
  type UsageDimension,
  type UsageFilter,
  type UsagePlace,
  type UsageRow,
  usageDimensions,
} from '../domain/usage-report.ts';
import type { Visibility } from '../domain/visibility.ts';
import { type Parameters, parameters, readPlanned } from './statement.ts';
import {
  recordAmounts,
  rollupAmounts,
  type SumsRow,
  sessionAmounts,
  summed,
  toTotals,
} from './usage-sums.ts';
import { visible } from './visible.ts';

/** Rollups hold so much. Offsets of time zones are multiples of it: hours, days and months begin where one does. */
const BUCKET_MS = 900_000;

type Column = { readonly name: string; readonly type: string };

const COLUMNS: Readonly<Record<UsageDimension, Column>> = {
  HOUR: { name: 'start', type: 'timestamptz' },
  DAY: { name: 'start', type: 'timestamptz' },
  MONTH: { name: 'start', type: 'timestamptz' },
  USER: { name: 'user_id', type: 'uuid' },
  APPLICATION: { name: 'application_id', type: 'uuid' },
  MODEL: { name: 'model', type: 'text COLLATE "C"' },
  PROVIDER: { name: 'provider', type: 'text COLLATE "C"' },
};

/** What a filter's visible usage adds up to. */
export async function sumUsage(
  pool: pg.Pool,
  visibility: Visibility,
  filter: UsageFilter,
): Promise<UsageTotals> {
  const given = parameters();
  const text = summed(usageParts([], visibility, filter, given), []);
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
  const given = parameters();
  const columns = by.map((dimension) => COLUMNS[dimension]);
  const parts = [...usageParts(by, visibility, filter, given), sessionPart(by, visibility, filter, given)];
  const names = columns.map(({ name }) => name);
  const places = columns.map(({ name, type }) => (type.startsWith('text') ? `${name} COLLATE "C"` : name));
  const beyond =
    after === null
      ? 'true'
      : `(${places.join(', ')}) > (${columns.map(({ type }, at) => `${given.use(after[at])}::${type}`).join(', ')})`;
  const order = places.length === 0 ? '' : `ORDER BY ${places.join(', ')}`;
  const text = `SELECT * FROM (${summed(parts, names)}) AS rows WHERE ${beyond} ${order} LIMIT ${given.use(limit + 1)}`;
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

/** Whole buckets from the rollups, and what lies at the edges from the records. */
function usageParts(
  by: readonly UsageDimension[],
  visibility: Visibility,
  filter: UsageFilter,
  given: Parameters,
): string[] {
  const { from, to } = filter;
  const first = Math.ceil(from / BUCKET_MS) * BUCKET_MS;
  const last = Math.floor(to / BUCKET_MS) * BUCKET_MS;
  const edges =
    first >= last
      ? [[from, to] as const]
      : ([
          [from, first],
          [last, to],
        ] as const);
  const records = edges
    .filter(([begin, end]) => begin < end)
    .map(([begin, end]) => recordPart(by, visibility, filter, begin, end, given));
  if (first >= last) return records.length > 0 ? records : [nothing(by)];
  const whole = `r.bucket >= ${time(first, given)} AND r.bucket < ${time(last, given)}`;
  // Sums over all users are kept apart: fewer by as much as there are users.
  const apart = filter.userIds === null && visibility.reach !== 'SELF' && !by.includes('USER');
  const rollups = (apart ? ['usage_sum', 'usage_part'] : ['usage_rollup']).map(
    (table) => `SELECT ${grouping(by, 'r', 'bucket', filter, given)}r.model AS of_model, ${rollupAmounts}
      FROM ${table} AS r WHERE ${whole} AND ${conditions(visibility, filter, given)}`,
  );
  return [...rollups, ...records];
}

function recordPart(
  by: readonly UsageDimension[],
  visibility: Visibility,
  filter: UsageFilter,
  begin: number,
  end: number,
  given: Parameters,
): string {
  // A session is reported on after it began and, at the latest, some hours later: other months need not be looked at.
  return `SELECT ${grouping(by, 'r', 'at', filter, given)}r.model AS of_model, ${recordAmounts}
    FROM usage_record AS r
    WHERE r.counted AND r.at >= ${time(begin, given)} AND r.at < ${time(end, given)}
      AND r.session_id >= uuidv7_floor(${time(begin, given)} - interval '2 days')
      AND r.session_id < uuidv7_floor(${time(end, given)} + interval '1 second') AND ${conditions(visibility, filter, given)}`;
}

function sessionPart(
  by: readonly UsageDimension[],
  visibility: Visibility,
  filter: UsageFilter,
  given: Parameters,
): string {
  const from = time(filter.from, given);
  const to = time(filter.to, given);
  const columns = by.map((dimension) => `${COLUMNS[dimension].name}, `).join('');
  // A session is settled within minutes after it was reserved, which is the time in its id. Counted before they are
  // added to the rest: there are many, and each would be carried through all of its sums.
  return `SELECT ${columns}of_model, ${sessionAmounts} FROM (
      SELECT ${grouping(by, 's', 'settled_at', filter, given)}s.model AS of_model
      FROM realtime_session AS s
      WHERE s.outcome = 'ISSUED' AND s.settled_at >= ${from} AND s.settled_at < ${to}
        AND s.id >= uuidv7_floor(${from} - interval '1 hour')
        AND s.id < uuidv7_floor(${to} + interval '1 second')
        AND ${visible('sessions', visibility, given)} AND ${chosen('s', filter, given)}
    ) AS issued GROUP BY ${columns}of_model`;
}

/** An empty interval has nothing in it. */
function nothing(by: readonly UsageDimension[]): string {
  const columns = by.map((dimension) => `NULL::${COLUMNS[dimension].type} AS ${COLUMNS[dimension].name}, `);
  return `SELECT ${columns.join('')}''::text AS of_model, ${sessionAmounts} HAVING false`;
}

function grouping(
  by: readonly UsageDimension[],
  table: string,
  at: string,
  { timeZone }: UsageFilter,
  { use }: Parameters,
): string {
  return by
    .map((dimension) => {
      const { name, type } = COLUMNS[dimension];
      if (type !== 'timestamptz') return `${table}.${name}, `;
      return `date_trunc('${dimension.toLowerCase()}', ${table}.${at}, ${use(timeZone)}::text) AS ${name}, `;
    })
    .join('');
}

function conditions(visibility: Visibility, filter: UsageFilter, given: Parameters): string {
  return `${visible('usage', visibility, given)} AND ${chosen('r', filter, given)}`;
}

function chosen(
  table: string,
  { userIds, applicationIds, models }: UsageFilter,
  { use }: Parameters,
): string {
  return [
    ...(userIds === null ? [] : [`${table}.user_id = ANY(${use(userIds)}::uuid[])`]),
    ...(applicationIds === null ? [] : [`${table}.application_id = ANY(${use(applicationIds)}::uuid[])`]),
    ...(models === null ? [] : [`${table}.model = ANY(${use(models)}::text[])`]),
    'true',
  ].join(' AND ');
}

/** To the microsecond. */
function time(milliseconds: number, { use }: Parameters): string {
  const whole = Math.floor(milliseconds);
  const beyond = String(Math.round((milliseconds - whole) * 1000)).padStart(3, '0');
  return `${use(new Date(whole).toISOString().replace('Z', `${beyond}Z`))}::timestamptz`;
}
