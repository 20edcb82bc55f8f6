import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { bindTime } from '../platform/database/bind-time.ts';
import type { SqlParameters } from '../platform/database/statement.ts';
import { type Interval, splitBuckets } from '../usage/split-buckets.ts';
import {
  isTimeDimension,
  NO_ID,
  type StatisticsDimension,
  type StatisticsFilter,
} from './statistics-query.ts';

/** What is counted, for whom, and by which dimensions. */
export type StatisticsQuery = {
  readonly by: readonly StatisticsDimension[];
  readonly visibility: Visibility;
  readonly filter: StatisticsFilter;
  /** The sums that there are; null: none. */
  readonly summed: Interval | null;
  readonly params: SqlParameters;
};

/** Of rows `r`: session_counts, or sums, which have nothing pending. */
type Amounts = { readonly ofLedger: string; readonly ofSums: string; readonly condition: string };

export const COUNTS: Amounts = {
  ofLedger: 'r.issued, r.failed, r.unconfirmed, r.pending, r.revoked, r.denied',
  ofSums: 'r.issued, r.failed, r.unconfirmed, 0 AS pending, r.revoked, r.denied',
  condition: 'true',
};
export const MINT_TIMES: Amounts = {
  ofLedger: 'r.mint_times',
  ofSums: 'r.mint_times',
  condition: 'r.issued > 0',
};

export const ALL: Amounts = {
  ofLedger: `${COUNTS.ofLedger}, ${MINT_TIMES.ofLedger}`,
  ofSums: `${COUNTS.ofSums}, ${MINT_TIMES.ofSums}`,
  condition: 'true',
};

/** The SELECTs whose rows together are what a query counts: the sums of full quarters of an hour, and the ledger for the rest. */
export function statisticsParts(query: StatisticsQuery, amounts: Amounts): string[] {
  const { by, filter, summed } = query;
  // Sums are not by minute.
  const summedTo = summed === null || by.includes('MINUTE') ? Number.NEGATIVE_INFINITY : summed.to;
  const { full, rest } = splitBuckets(filter, summedTo);
  const ledger = rest.map((part) => ledgerPart(query, amounts, part));
  if (full === null || summed === null)
    return ledger.length > 0 ? ledger : [ledgerPart(query, amounts, filter)];
  // There is nothing before the first sum. Without this, the starts of a table's years would be those of the calendar's.
  return [sumPart(query, amounts, { from: Math.max(full.from, summed.from), to: full.to }), ...ledger];
}

function ledgerPart(
  query: StatisticsQuery,
  { ofLedger, condition }: Amounts,
  { from, to }: Interval,
): string {
  const { params, filter } = query;
  const start = (unit: string) => `date_trunc('${unit}', r.at, ${params.bind(filter.timeZone)}::text)`;
  return `SELECT ${groupColumns(query, start)}${ofLedger}
    FROM session_counts(${bindTime(from, params)}, ${bindTime(to, params)}) AS r
    WHERE ${condition} AND ${conditions(query)}`;
}

function sumPart(query: StatisticsQuery, { ofSums, condition }: Amounts, { from, to }: Interval): string {
  const { by, params, filter } = query;
  const unit = by.find(isTimeDimension)?.toLowerCase();
  // date_trunc is slow, so it is called once for each bucket. Without DISTINCT it would be called for each row, and the
  // planner would not know that buckets are unique, and put the sums into the hash table instead of them.
  const starts =
    unit === undefined
      ? ''
      : `JOIN (
        SELECT DISTINCT ON (bucket) bucket, date_trunc('${unit}', bucket, ${params.bind(filter.timeZone)}::text) AS start
        FROM generate_series(${bindTime(from, params)}, ${bindTime(to, params)}, interval '15 minutes') AS bucket
      ) AS starts USING (bucket)`;
  return `SELECT ${groupColumns(query, () => 'starts.start')}${ofSums}
    FROM ${isByUser(query) ? 'session_rollup' : 'session_sum'} AS r ${starts}
    WHERE r.bucket >= ${bindTime(from, params)} AND r.bucket < ${bindTime(to, params)}
      AND ${condition} AND ${conditions(query)}`;
}

/** If no user is selected, the table without a user column is read: it has far fewer rows. */
function isByUser({ by, filter, visibility }: StatisticsQuery): boolean {
  return filter.userIds !== null || visibility.reach === 'SELF' || by.includes('USER');
}

/** The columns of the dimensions, each with a comma behind it. */
function groupColumns(query: StatisticsQuery, start: (unit: string) => string): string {
  return query.by
    .map((dimension) => {
      switch (dimension) {
        case 'MINUTE':
        case 'HOUR':
        case 'DAY':
        case 'MONTH':
          return `${start(dimension.toLowerCase())} AS start, `;
        case 'USER':
          return `${shownUser(query)} AS user_id, `;
        case 'APPLICATION':
          return `${shownApplication(query)} AS application_id, `;
        case 'PROVIDER':
          return 'r.provider, ';
        case 'MODEL':
          return 'r.model, ';
        case 'FAILURE_CODE':
          return 'r.failure_code, ';
        case 'DENIAL_REASON':
          return 'r.denial_reason, ';
        default:
          return dimension satisfies never;
      }
    })
    .join('');
}

// An application may be denied a session for a person that it has no session of, and a person one by an application that
// has no session of it. Neither sees the other, so such a denial is counted without it.
const PAIR_IS_VISIBLE = `(r.denied = 0 OR EXISTS (
  SELECT FROM application_user AS pair WHERE pair.application_id = r.application_id AND pair.user_id = r.user_id))`;
const isDefault = `r.application_id = (SELECT id FROM application WHERE name = 'default')`;

function shownUser({ visibility }: StatisticsQuery): string {
  if (visibility.reach !== 'OWN_APPLICATION') return 'r.user_id';
  return `CASE WHEN ${PAIR_IS_VISIBLE} THEN r.user_id ELSE '${NO_ID}' END`;
}

function shownApplication({ visibility }: StatisticsQuery): string {
  if (visibility.reach !== 'SELF') return 'r.application_id';
  return `CASE WHEN ${PAIR_IS_VISIBLE} OR ${isDefault} THEN r.application_id ELSE '${NO_ID}' END`;
}

function conditions(query: StatisticsQuery): string {
  const { visibility, params, filter } = query;
  const { userIds, applicationIds, providers, models } = filter;
  const ids = (column: string, shown: string, values: readonly string[] | null) => {
    if (values === null) return [];
    const value = `ANY(${params.bind(values)}::uuid[])`;
    // The first condition leads to an index.
    return shown === column ? [`${column} = ${value}`] : [`${column} = ${value}`, `${shown} = ${value}`];
  };
  const texts = (column: string, values: readonly string[] | null) =>
    values === null ? [] : [`${column} = ANY(${params.bind(values)}::text[])`];
  return [
    visible('usage', visibility, params),
    ...ids('r.user_id', shownUser(query), userIds),
    ...ids('r.application_id', shownApplication(query), applicationIds),
    ...texts('r.provider', providers),
    ...texts('r.model', models),
  ].join(' AND ');
}
