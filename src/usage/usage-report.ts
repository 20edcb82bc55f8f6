import type { UsageTotals } from './usage.ts';

/** By what a report is broken down, in the order that its rows are sorted by. */
export const usageDimensions = ['HOUR', 'DAY', 'MONTH', 'USER', 'APPLICATION', 'MODEL', 'PROVIDER'] as const;
export type UsageDimension = (typeof usageDimensions)[number];

export function isTime(dimension: UsageDimension): boolean {
  return dimension === 'HOUR' || dimension === 'DAY' || dimension === 'MONTH';
}

/** Whether only one of them is a time: a report has hours, or days, or months. */
export function haveOneTime(dimensions: readonly UsageDimension[]): boolean {
  return dimensions.filter(isTime).length <= 1;
}

/** Which usage is meant. An empty list means none; null means all that is visible. */
export type UsageFilter = {
  /** Milliseconds since 1970, to the microsecond. In. */
  readonly from: number;
  /** Out. */
  readonly to: number;
  /** Where hours, days and months begin. */
  readonly timeZone: string;
  readonly userIds: readonly string[] | null;
  readonly applicationIds: readonly string[] | null;
  readonly models: readonly string[] | null;
};

/** What the records and sessions of one row have in common; null is what the report is not broken down by. */
export type UsageRow = {
  readonly start: Date | null;
  readonly userId: string | null;
  readonly applicationId: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly sessionsIssued: number;
  readonly totals: UsageTotals;
};

/** A row's place in its report: its value of each dimension, in their order. */
export type UsagePlace = readonly string[];

export function placeOf(row: UsageRow, dimensions: readonly UsageDimension[]): UsagePlace {
  return dimensions.map((dimension) => valueIn(row, dimension) ?? '');
}

function valueIn(row: UsageRow, dimension: UsageDimension): string | null {
  switch (dimension) {
    case 'HOUR':
    case 'DAY':
    case 'MONTH':
      return row.start?.toISOString() ?? null;
    case 'USER':
      return row.userId;
    case 'APPLICATION':
      return row.applicationId;
    case 'MODEL':
      return row.model;
    case 'PROVIDER':
      return row.provider;
    default:
      return dimension satisfies never;
  }
}

/** Page sizes of a report: its rows are short, and nobody reads a year of days by twenty. */
export const USAGE_PAGE = { size: 100, most: 1000 };
