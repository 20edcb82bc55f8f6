import { z } from 'zod';
import type { ApplicationModel, UserModel } from '../../prisma/generated/models.ts';
import { byColumn, columns } from '../platform/database/columns.ts';
import type { PolicyChanges, PolicyOverrides } from './policy.ts';

const FIELDS = [
  'allowedModels',
  'allowedProviders',
  'maxTtlSeconds',
  'maxActiveSessions',
  'maxMintsPerMinute',
  'maxMintsPerDay',
  'maxCallSeconds',
  'brokeredOnly',
] as const satisfies readonly (keyof PolicyOverrides & keyof ApplicationModel & keyof UserModel)[];

/** The limits that are set in a row of application or end_user. */
export type PolicyRow = Pick<UserModel, (typeof FIELDS)[number]> & {
  /** An exact decimal without zeros at its end. */
  readonly monthlyBudgetUsd: string | null;
};

// The columns are jsonb, and a CHECK holds them to be arrays; parsing is how the types learn of it.
const names = z.array(z.string()).nullable();

/** Columns of end_user, under the alias that it has in the statement. */
export function policyColumns(table: string): string {
  return `${columns<UserModel>(table, FIELDS)}, trim_scale(${table}.monthly_budget_usd)::text AS "monthlyBudgetUsd"`;
}

export function toOverrides(row: PolicyRow): PolicyOverrides {
  const { maxTtlSeconds, maxActiveSessions, maxMintsPerMinute, maxMintsPerDay, monthlyBudgetUsd } = row;
  const { maxCallSeconds, brokeredOnly } = row;
  return {
    allowedModels: names.parse(row.allowedModels),
    allowedProviders: names.parse(row.allowedProviders),
    maxTtlSeconds,
    maxActiveSessions,
    maxMintsPerMinute,
    maxMintsPerDay,
    monthlyBudgetUsd,
    maxCallSeconds,
    brokeredOnly,
  };
}

/** Columns that a change sets. Absent fields stay absent: what is not named does not change. */
export function policyChangeColumns(changes: PolicyChanges) {
  return byColumn<UserModel>(changes);
}
