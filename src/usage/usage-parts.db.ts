import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { bindTime as time } from '../platform/database/bind-time.ts';
import type { SqlParameters } from '../platform/database/statement.ts';
import { splitBuckets } from './split-buckets.ts';
import { dimensionColumns, isTime, type UsageDimension, type UsageFilter } from './usage-query.ts';
import { recordAmounts, rollupAmounts, sessionAmounts } from './usage-sums.db.ts';

/** What is summed, for whom, and by which dimensions. */
export type UsageQuery = {
  readonly by: readonly UsageDimension[];
  readonly visibility: Visibility;
  readonly filter: UsageFilter;
  readonly params: SqlParameters;
  /** A further condition on rows `r`; `time` is the column of their time. */
  readonly extraCondition?: (time: string) => string;
};

/** What is selected of rows `r` of a rollup, and of records `r`. */
export type Amounts = { readonly ofRollups: string; readonly ofRecords: string };

/** What `sumQuery` takes. */
const ALL: Amounts = {
  ofRollups: `r.model AS of_model, ${rollupAmounts}`,
  ofRecords: `r.model AS of_model, ${recordAmounts}`,
};

/** Enough to find out whether anything was used. */
export const RESPONSES: Amounts = { ofRollups: 'r.responses', ofRecords: '1::bigint AS responses' };

/**
 * The SELECTs whose rows together are the usage of a query. Full 15-minute buckets come from the rollup tables, partial
 * ones at both ends from the records.
 */
export function usageParts(query: UsageQuery, amounts = ALL): string[] {
  const { by, visibility, filter, params } = query;
  const { full, rest } = splitBuckets(filter);
  const records = rest.map(({ from, to }) => recordPart(query, amounts, from, to));
  if (full === null) return records.length > 0 ? records : [emptyPart(query, amounts)];
  const inTime = `r.bucket >= ${time(full.from, params)} AND r.bucket < ${time(full.to, params)}`;
  // If no user is selected, read the tables without a user column: they have far fewer rows.
  const useSmallTables = filter.userIds === null && visibility.reach !== 'SELF' && !by.includes('USER');
  const rollups = (useSmallTables ? ['usage_sum', 'usage_part'] : ['usage_rollup']).map(
    (table) => `SELECT ${groupColumns('r', 'bucket', query)}${amounts.ofRollups}
      FROM ${table} AS r WHERE ${inTime} AND ${conditions('bucket', query)}`,
  );
  return [...rollups, ...records];
}

function recordPart(query: UsageQuery, { ofRecords }: Amounts, begin: number, end: number): string {
  const { params } = query;
  // A session's id holds the time of its reservation, and it is reported on from then until some hours later. The
  // conditions on the id keep PostgreSQL from reading other months' partitions.
  return `SELECT ${groupColumns('r', 'at', query)}${ofRecords}
    FROM usage_record AS r
    WHERE r.counted AND r.at >= ${time(begin, params)} AND r.at < ${time(end, params)}
      AND r.session_id >= uuidv7_floor(${time(begin, params)} - interval '2 days')
      AND r.session_id < uuidv7_floor(${time(end, params)} + interval '1 second') AND ${conditions('at', query)}`;
}

/** A SELECT without rows, for an empty interval. */
function emptyPart(query: UsageQuery, { ofRecords }: Amounts): string {
  return `SELECT ${groupColumns('r', 'at', query)}${ofRecords} FROM usage_record AS r WHERE false`;
}

/** A SELECT of the issued sessions of a query: one row each, with the session's model. */
export function issuedSessions(query: UsageQuery): string {
  const { visibility, filter, params } = query;
  const from = time(filter.from, params);
  const to = time(filter.to, params);
  // A session is settled within minutes of its reservation, whose time is in its id.
  return `SELECT ${groupColumns('s', 'settled_at', query)}s.model AS of_model
    FROM realtime_session AS s
    WHERE s.outcome = 'ISSUED' AND s.settled_at >= ${from} AND s.settled_at < ${to}
      AND s.id >= uuidv7_floor(${from} - interval '1 hour')
      AND s.id < uuidv7_floor(${to} + interval '1 second')
      AND ${visible('sessions', visibility, params)} AND ${filterSql('s', query)}`;
}

/** A SELECT of how many sessions were issued. They are counted here so that single sessions are not carried through all sums. */
export function sessionPart(query: UsageQuery): string {
  const columns = query.by.map((dimension) => `${dimensionColumns[dimension].column}, `).join('');
  return `SELECT ${columns}of_model, ${sessionAmounts} FROM (${issuedSessions(query)}) AS issued GROUP BY ${columns}of_model`;
}

/** The columns of the dimensions, each with a comma behind it. */
function groupColumns(table: string, time: string, { by, filter: { timeZone }, params }: UsageQuery): string {
  return by
    .map((dimension) => {
      const { column } = dimensionColumns[dimension];
      if (!isTime(dimension)) return `${table}.${column}, `;
      return `date_trunc('${dimension.toLowerCase()}', ${table}.${time}, ${params.bind(timeZone)}::text) AS ${column}, `;
    })
    .join('');
}

function conditions(time: string, query: UsageQuery): string {
  const { visibility, params, extraCondition = () => 'true' } = query;
  return `${visible('usage', visibility, params)} AND ${filterSql('r', query)} AND ${extraCondition(time)}`;
}

function filterSql(
  table: string,
  { filter: { userIds, applicationIds, models }, params: { bind } }: UsageQuery,
): string {
  return [
    ...(userIds === null ? [] : [`${table}.user_id = ANY(${bind(userIds)}::uuid[])`]),
    ...(applicationIds === null ? [] : [`${table}.application_id = ANY(${bind(applicationIds)}::uuid[])`]),
    ...(models === null ? [] : [`${table}.model = ANY(${bind(models)}::text[])`]),
    'true',
  ].join(' AND ');
}
