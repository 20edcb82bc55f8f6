import type { MintTimes } from './mint-times.ts';

/** What statistics can be broken down by, in the order that rows are sorted by. */
export const statisticsDimensions = [
  'MINUTE',
  'HOUR',
  'DAY',
  'MONTH',
  'USER',
  'APPLICATION',
  'PROVIDER',
  'MODEL',
  'FAILURE_CODE',
  'DENIAL_REASON',
] as const;
export type StatisticsDimension = (typeof statisticsDimensions)[number];

export const statisticsOrders = ['START', 'REQUESTED_DESC', 'DENIED_DESC', 'FAILED_DESC'] as const;
export type StatisticsOrder = (typeof statisticsOrders)[number];

/** What is counted. Of a list, one value has to match, and an empty one matches nothing; null: all that is visible. */
export type StatisticsFilter = {
  /** Inclusive. Milliseconds since 1970, exact to the microsecond. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** The time zone in which minutes, hours, days and months begin. */
  readonly timeZone: string;
  readonly userIds: readonly string[] | null;
  readonly applicationIds: readonly string[] | null;
  readonly providers: readonly string[] | null;
  readonly models: readonly string[] | null;
};

/** Minutes are counted one by one in the ledger: no more of it than this, in milliseconds. */
export const MAX_MINUTES_MS = 86_400_000;

export type SessionCounts = {
  readonly issued: number;
  readonly failed: number;
  readonly unconfirmed: number;
  readonly pending: number;
  /** Of those issued. */
  readonly revoked: number;
  readonly denied: number;
  /** All null when they were not asked for. */
  readonly mintTimes: MintTimes;
};

/** One group: its values of the dimensions, null where it has none, and what is counted of it. */
export type StatisticsRow = {
  readonly start: Date | null;
  readonly userId: string | null;
  readonly applicationId: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly failureCode: string | null;
  readonly denialReason: string | null;
  readonly counts: SessionCounts;
};

type DimensionColumn = {
  /** The field of a row that holds the value. */
  readonly field: keyof Omit<StatisticsRow, 'counts'>;
  /** The column in SQL. */
  readonly column: string;
  readonly kind: 'time' | 'id' | 'text';
};

const START: DimensionColumn = { field: 'start', column: 'start', kind: 'time' };

/** Where the value of each dimension is found. */
export const statisticsColumns: Readonly<Record<StatisticsDimension, DimensionColumn>> = {
  MINUTE: START,
  HOUR: START,
  DAY: START,
  MONTH: START,
  USER: { field: 'userId', column: 'user_id', kind: 'id' },
  APPLICATION: { field: 'applicationId', column: 'application_id', kind: 'id' },
  PROVIDER: { field: 'provider', column: 'provider', kind: 'text' },
  MODEL: { field: 'model', column: 'model', kind: 'text' },
  FAILURE_CODE: { field: 'failureCode', column: 'failure_code', kind: 'text' },
  DENIAL_REASON: { field: 'denialReason', column: 'denial_reason', kind: 'text' },
};

/** In place of the id that a group does not have. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';

export function isTimeDimension(dimension: StatisticsDimension): boolean {
  return statisticsColumns[dimension].kind === 'time';
}

/** How many sessions were asked for. */
export function requestedOf({ issued, failed, unconfirmed, pending }: SessionCounts): number {
  return issued + failed + unconfirmed + pending;
}

/** A row's position in its report: what it is sorted by first, if that is a number, and its values of the dimensions. */
export type StatisticsPosition = readonly string[];

/** Which page of a report's rows, and how they are sorted. */
export type StatisticsPage = {
  readonly limit: number;
  readonly after: StatisticsPosition | null;
  readonly order: StatisticsOrder;
};

export function statisticsPosition(
  { counts, ...values }: StatisticsRow,
  dimensions: readonly StatisticsDimension[],
  order: StatisticsOrder,
): StatisticsPosition {
  return [
    ...rankOf(counts, order),
    ...dimensions.map((dimension) => {
      const { field, kind } = statisticsColumns[dimension];
      const value = values[field];
      return value instanceof Date ? value.toISOString() : (value ?? (kind === 'id' ? NO_ID : ''));
    }),
  ];
}

function rankOf(counts: SessionCounts, order: StatisticsOrder): readonly string[] {
  switch (order) {
    case 'START':
      return [];
    case 'REQUESTED_DESC':
      return [String(requestedOf(counts))];
    case 'DENIED_DESC':
      return [String(counts.denied)];
    case 'FAILED_DESC':
      return [String(counts.failed)];
    default:
      return order satisfies never;
  }
}
