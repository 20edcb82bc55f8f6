import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { bindTime as time } from '../platform/database/bind-time.ts';
import type { SqlParameters } from '../platform/database/statement.ts';
import { splitBuckets } from './split-buckets.ts';
import { dimensionColumns, isTime, type UsageDimension, type UsageFilter } from './usage-query.ts';
import { recordAmounts, rollupAmounts, type Sign, sessionAmounts } from './usage-sums.db.ts';

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
export type Amounts = { readonly ofRollups: string; readonly ofRecords: (sign: Sign) => string };

/** What `sumQuery` takes. */
const ALL: Amounts = {
  ofRollups: `r.model AS of_model, ${rollupAmounts}`,
  ofRecords: (sign) => `r.model AS of_model, ${recordAmounts(sign)}`,
};

/** Enough to find out whether anything was used. */
export const RESPONSES: Amounts = {
  ofRollups: 'r.responses',
  ofRecords: (sign) => `${sign}1::bigint AS responses`,
};

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
  const tables = useSmallTables ? ['usage_sum', 'usage_part'] : ['usage_rollup'];
  const rollups = tables.map(
    (table) => `SELECT ${groupColumns('r', 'bucket', query, labelOfSums(query))}${amounts.ofRollups}
      FROM ${table} AS r WHERE ${inTime} AND ${conditions('bucket', query)}`,
  );
  const relabelled = by.includes('LABEL') ? relabelledParts(query, amounts, tables, full.from, full.to) : [];
  return [...rollups, ...relabelled, ...records];
}

function recordPart(query: UsageQuery, { ofRecords }: Amounts, begin: number, end: number): string {
  const { params } = query;
  // A session's id holds the time of its reservation, and it is reported on from then until some hours later. The
  // conditions on the id keep PostgreSQL from reading other months' partitions.
  return `SELECT ${groupColumns('r', 'at', query, labelOfRecord(query))}${ofRecords('')}
    FROM usage_record AS r
    WHERE r.counted AND r.at >= ${time(begin, params)} AND r.at < ${time(end, params)}
      AND r.session_id >= uuidv7_floor(${time(begin, params)} - interval '2 days')
      AND r.session_id < uuidv7_floor(${time(end, params)} + interval '1 second') AND ${conditions('at', query)}`;
}

/**
 * What was summed while another label key was set, or none: taken from the rows without a label, where `labelOfSums` puts
 * it, and added under the label of its session. Only records of the time that has such sums are read.
 */
function relabelledParts(
  query: UsageQuery,
  { ofRecords }: Amounts,
  tables: readonly string[],
  first: number,
  last: number,
): string[] {
  const { params } = query;
  const [from, to, key] = [time(first, params), time(last, params), labelKeyOf(query)];
  const otherSums = tables.map(
    (table) =>
      `SELECT bucket FROM ${table} AS r WHERE r.bucket >= ${from} AND r.bucket < ${to} AND r.label_key <> ${key} AND ${conditions('bucket', query)}`,
  );
  const bucket = (which: 'min' | 'max') =>
    `(SELECT ${which}(bucket) FROM (${otherSums.join(' UNION ALL ')}) AS other)`;
  const records = `FROM usage_record AS r JOIN realtime_session AS s ON s.id = r.session_id,
      jsonb_array_elements(s.labels) AS l
    WHERE l->>'key' = ${key} AND r.counted AND r.label_key <> ${key} AND r.at >= ${from} AND r.at < ${to}
      AND r.at >= ${bucket('min')} AND r.at < ${bucket('max')} + interval '15 minutes'
      AND r.session_id >= uuidv7_floor(${from} - interval '2 days') AND r.session_id < uuidv7_floor(${to} + interval '1 second')
      AND s.id >= uuidv7_floor(${from} - interval '2 days') AND s.id < uuidv7_floor(${to} + interval '1 second')
      AND ${conditions('at', query)}`;
  return [
    `SELECT ${groupColumns('r', 'at', query, "l->>'value'")}${ofRecords('')} ${records}`,
    `SELECT ${groupColumns('r', 'at', query, "''")}${ofRecords('-')} ${records}`,
  ];
}

function labelKeyOf({ filter: { labelKey }, params }: UsageQuery): string {
  if (labelKey === undefined) throw new Error('Usage is grouped by LABEL without the key of a label');
  return `${params.bind(labelKey)}::text`;
}

/** The label of sums `r` that were made with this key; of others it is empty. */
function labelOfSums(query: UsageQuery): string {
  return query.by.includes('LABEL')
    ? `CASE WHEN r.label_key = ${labelKeyOf(query)} THEN r.label ELSE '' END`
    : '';
}

function labelOfRecord(query: UsageQuery): string {
  if (!query.by.includes('LABEL')) return '';
  const key = labelKeyOf(query);
  const ofSession = `SELECT l->>'value' FROM realtime_session AS s, jsonb_array_elements(s.labels) AS l
    WHERE s.id = r.session_id AND l->>'key' = ${key}`;
  return `CASE WHEN r.label_key = ${key} THEN r.label ELSE coalesce((${ofSession}), '') END`;
}

function labelOfSession(query: UsageQuery): string {
  if (!query.by.includes('LABEL')) return '';
  const value = `SELECT l->>'value' FROM jsonb_array_elements(s.labels) AS l WHERE l->>'key' = ${labelKeyOf(query)}`;
  return `coalesce((${value}), '')`;
}

/** A SELECT without rows, for an empty interval. */
function emptyPart(query: UsageQuery, { ofRecords }: Amounts): string {
  return `SELECT ${groupColumns('r', 'at', query, "''")}${ofRecords('')} FROM usage_record AS r WHERE false`;
}

/** A SELECT of the issued sessions of a query: one row each, with the session's model. */
export function issuedSessions(query: UsageQuery): string {
  const { visibility, filter, params } = query;
  const from = time(filter.from, params);
  const to = time(filter.to, params);
  // A session is settled within minutes of its reservation, whose time is in its id.
  return `SELECT ${groupColumns('s', 'settled_at', query, labelOfSession(query))}s.model AS of_model
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
function groupColumns(
  table: string,
  time: string,
  { by, filter: { timeZone }, params }: UsageQuery,
  label: string,
): string {
  return by
    .map((dimension) => {
      const { column } = dimensionColumns[dimension];
      if (dimension === 'LABEL') return `${label} AS label, `;
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
