import type { UsageTotals } from './usage.ts';

/** What a report can be broken down by, in the order that its rows are sorted by. */
export const usageDimensions = [
  'HOUR',
  'DAY',
  'MONTH',
  'USER',
  'APPLICATION',
  'MODEL',
  'PROVIDER',
  'LABEL',
] as const;
export type UsageDimension = (typeof usageDimensions)[number];

/** Which usage is summed. Of a list, one value has to match, and an empty one matches nothing; null: all that is visible. */
export type UsageFilter = {
  /** Inclusive. Milliseconds since 1970, exact to the microsecond. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** The time zone in which hours, days and months begin. */
  readonly timeZone: string;
  readonly userIds: readonly string[] | null;
  readonly applicationIds: readonly string[] | null;
  readonly models: readonly string[] | null;
  /** Needed where usage is grouped by LABEL: the key of the label. */
  readonly labelKey?: string | undefined;
};

/** One group of a report: its values of the dimensions, null where the report is not broken down by one, and its totals. */
export type UsageRow = {
  readonly start: Date | null;
  readonly userId: string | null;
  readonly applicationId: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  /** Null also for usage of sessions without that label. */
  readonly label: string | null;
  readonly sessionsIssued: number;
  readonly totals: UsageTotals;
};

type DimensionColumn = {
  /** The field of a row that holds the value. */
  readonly field: keyof Omit<UsageRow, 'sessionsIssued' | 'totals'>;
  /** The column in SQL. */
  readonly column: string;
  /** The column's name in a CSV file. */
  readonly heading: string;
  readonly kind: 'time' | 'id' | 'text';
};

const START: DimensionColumn = { field: 'start', column: 'start', heading: 'start', kind: 'time' };

/** Where the value of each dimension is found. */
export const dimensionColumns: Readonly<Record<UsageDimension, DimensionColumn>> = {
  HOUR: START,
  DAY: START,
  MONTH: START,
  USER: { field: 'userId', column: 'user_id', heading: 'user', kind: 'id' },
  APPLICATION: { field: 'applicationId', column: 'application_id', heading: 'application', kind: 'id' },
  MODEL: { field: 'model', column: 'model', heading: 'model', kind: 'text' },
  PROVIDER: { field: 'provider', column: 'provider', heading: 'provider', kind: 'text' },
  // Empty where a session has no such label; a label's value never is.
  LABEL: { field: 'label', column: 'label', heading: 'label', kind: 'text' },
};

export function isTime(dimension: UsageDimension): boolean {
  return dimensionColumns[dimension].kind === 'time';
}

/** Whether at most one of them is a time: a report has hours, or days, or months. */
export function haveOneTime(dimensions: readonly UsageDimension[]): boolean {
  return dimensions.filter(isTime).length <= 1;
}

/** What the rows of a report can be sorted by. Rows that are equal in it are sorted by the dimensions, as by START. */
export const usageOrders = ['START', 'COST_DESC', 'TOKENS_DESC'] as const;
export type UsageOrder = (typeof usageOrders)[number];

/** A value that rows are sorted by before their dimensions, ascending, and its type in SQL. */
type SortKey = {
  /** Over the columns `unpriced`, `known_cost` and `total_tokens`. */
  readonly sql: string;
  readonly type: 'boolean' | 'numeric';
  /** The same of a row, as PostgreSQL reads it. */
  readonly of: (totals: UsageTotals) => string;
};

/** Unknown costs come last, those with the most known costs first. */
export const sortKeys: Readonly<Record<UsageOrder, readonly SortKey[]>> = {
  START: [],
  COST_DESC: [
    { sql: '(unpriced > 0)', type: 'boolean', of: ({ costUsd }) => String(costUsd === null) },
    { sql: '-known_cost', type: 'numeric', of: ({ costKnownUsd }) => `-${costKnownUsd}` },
  ],
  TOKENS_DESC: [{ sql: '-total_tokens', type: 'numeric', of: ({ totalTokens }) => `-${totalTokens}` }],
};

/** A row's position in its report: its value of each sort key, and then of each dimension, in their order. */
export type UsagePosition = readonly string[];

export function positionOf(
  row: UsageRow,
  dimensions: readonly UsageDimension[],
  order: UsageOrder = 'START',
): UsagePosition {
  const keys = sortKeys[order].map(({ of }) => of(row.totals));
  const values = dimensions.map((dimension) => {
    const value = row[dimensionColumns[dimension].field];
    return value instanceof Date ? value.toISOString() : (value ?? '');
  });
  return [...keys, ...values];
}
