import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import type { SqlParameters } from '../platform/database/statement.ts';
import type { UsageDimension, UsageFilter } from './usage-report.ts';
import { recordAmounts, rollupAmounts, sessionAmounts } from './usage-sums.db.ts';

/** Rollups hold so much. Offsets of time zones are multiples of it: hours, days and months begin where one does. */
const BUCKET_MS = 900_000;

type Column = { readonly name: string; readonly type: string };

/** What a row has of each dimension. */
export const COLUMNS: Readonly<Record<UsageDimension, Column>> = {
  HOUR: { name: 'start', type: 'timestamptz' },
  DAY: { name: 'start', type: 'timestamptz' },
  MONTH: { name: 'start', type: 'timestamptz' },
  USER: { name: 'user_id', type: 'uuid' },
  APPLICATION: { name: 'application_id', type: 'uuid' },
  MODEL: { name: 'model', type: 'text COLLATE "C"' },
  PROVIDER: { name: 'provider', type: 'text COLLATE "C"' },
};

/** What a part is read for: what it is grouped by, and whose usage it is of. */
export type Reading = {
  readonly by: readonly UsageDimension[];
  readonly visibility: Visibility;
  readonly filter: UsageFilter;
  readonly given: SqlParameters;
  /** A further condition on rows `r`, by the column of their time. */
  readonly among?: (at: string) => string;
};

/** What is selected of rows `r` of a rollup, and of records `r`. */
type Amounts = { readonly ofRollups: string; readonly ofRecords: string };

/** For `summed`. */
const ALL: Amounts = {
  ofRollups: `r.model AS of_model, ${rollupAmounts}`,
  ofRecords: `r.model AS of_model, ${recordAmounts}`,
};

/** For knowing whether anything was used. */
export const RESPONSES: Amounts = { ofRollups: 'r.responses', ofRecords: '1::bigint AS responses' };

/** Whole buckets from the rollups, and what lies at the edges from the records. */
export function usageParts(reading: Reading, amounts = ALL): string[] {
  const { by, visibility, filter, given } = reading;
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
    .map(([begin, end]) => recordPart(reading, amounts, begin, end));
  if (first >= last) return records.length > 0 ? records : [nothing(reading, amounts)];
  const whole = `r.bucket >= ${time(first, given)} AND r.bucket < ${time(last, given)}`;
  // Sums over all users are kept apart: fewer by as much as there are users.
  const apart = filter.userIds === null && visibility.reach !== 'SELF' && !by.includes('USER');
  const rollups = (apart ? ['usage_sum', 'usage_part'] : ['usage_rollup']).map(
    (table) => `SELECT ${grouping('r', 'bucket', reading)}${amounts.ofRollups}
      FROM ${table} AS r WHERE ${whole} AND ${conditions('bucket', reading)}`,
  );
  return [...rollups, ...records];
}

function recordPart(reading: Reading, { ofRecords }: Amounts, begin: number, end: number): string {
  const { given } = reading;
  // A session is reported on after it began and, at the latest, some hours later: other months need not be looked at.
  return `SELECT ${grouping('r', 'at', reading)}${ofRecords}
    FROM usage_record AS r
    WHERE r.counted AND r.at >= ${time(begin, given)} AND r.at < ${time(end, given)}
      AND r.session_id >= uuidv7_floor(${time(begin, given)} - interval '2 days')
      AND r.session_id < uuidv7_floor(${time(end, given)} + interval '1 second') AND ${conditions('at', reading)}`;
}

/** The sessions that were issued, a row each, with their model. */
export function issuedSessions(reading: Reading): string {
  const { visibility, filter, given } = reading;
  const from = time(filter.from, given);
  const to = time(filter.to, given);
  // A session is settled within minutes after it was reserved, which is the time in its id.
  return `SELECT ${grouping('s', 'settled_at', reading)}s.model AS of_model
    FROM realtime_session AS s
    WHERE s.outcome = 'ISSUED' AND s.settled_at >= ${from} AND s.settled_at < ${to}
      AND s.id >= uuidv7_floor(${from} - interval '1 hour')
      AND s.id < uuidv7_floor(${to} + interval '1 second')
      AND ${visible('sessions', visibility, given)} AND ${chosen('s', reading)}`;
}

/** How many sessions were issued. Counted before they are added to the rest: each would be carried through all of its sums. */
export function sessionPart(reading: Reading): string {
  const columns = reading.by.map((dimension) => `${COLUMNS[dimension].name}, `).join('');
  return `SELECT ${columns}of_model, ${sessionAmounts} FROM (${issuedSessions(reading)}) AS issued GROUP BY ${columns}of_model`;
}

/** An empty interval has nothing in it. */
function nothing(reading: Reading, { ofRecords }: Amounts): string {
  return `SELECT ${grouping('r', 'at', reading)}${ofRecords} FROM usage_record AS r WHERE false`;
}

function grouping(table: string, at: string, { by, filter: { timeZone }, given }: Reading): string {
  return by
    .map((dimension) => {
      const { name, type } = COLUMNS[dimension];
      if (type !== 'timestamptz') return `${table}.${name}, `;
      return `date_trunc('${dimension.toLowerCase()}', ${table}.${at}, ${given.bind(timeZone)}::text) AS ${name}, `;
    })
    .join('');
}

function conditions(at: string, reading: Reading): string {
  const { visibility, given, among = () => 'true' } = reading;
  return `${visible('usage', visibility, given)} AND ${chosen('r', reading)} AND ${among(at)}`;
}

function chosen(
  table: string,
  { filter: { userIds, applicationIds, models }, given: { bind: use } }: Reading,
): string {
  return [
    ...(userIds === null ? [] : [`${table}.user_id = ANY(${use(userIds)}::uuid[])`]),
    ...(applicationIds === null ? [] : [`${table}.application_id = ANY(${use(applicationIds)}::uuid[])`]),
    ...(models === null ? [] : [`${table}.model = ANY(${use(models)}::text[])`]),
    'true',
  ].join(' AND ');
}

/** To the microsecond. */
function time(milliseconds: number, { bind: use }: SqlParameters): string {
  const whole = Math.floor(milliseconds);
  const beyond = String(Math.round((milliseconds - whole) * 1000)).padStart(3, '0');
  return `${use(new Date(whole).toISOString().replace('Z', `${beyond}Z`))}::timestamptz`;
}
