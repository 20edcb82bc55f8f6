import { z } from 'zod';
import type { PolicyChanges, PolicyOverrides } from './policy.ts';

export type PolicyColumns = {
  readonly maxTtlSeconds: number | null;
  readonly maxActiveSessions: number | null;
  readonly maxMintsPerMinute: number | null;
  readonly maxMintsPerDay: number | null;
  readonly monthlyBudgetUsd: string | null;
  readonly allowedModels: unknown;
};
// The column is jsonb, and a CHECK holds it to be an array; parsing is how the types learn of it.
const models = z.array(z.string()).nullable();

export const policyColumns = `
  allowed_models AS "allowedModels", max_ttl_seconds AS "maxTtlSeconds",
  max_active_sessions AS "maxActiveSessions", max_mints_per_minute AS "maxMintsPerMinute",
  max_mints_per_day AS "maxMintsPerDay", trim_scale(monthly_budget_usd)::text AS "monthlyBudgetUsd"`;

export function toOverrides(row: PolicyColumns): PolicyOverrides {
  const { maxTtlSeconds, maxActiveSessions, maxMintsPerMinute, maxMintsPerDay, monthlyBudgetUsd } = row;
  return {
    allowedModels: models.parse(row.allowedModels),
    maxTtlSeconds,
    maxActiveSessions,
    maxMintsPerMinute,
    maxMintsPerDay,
    monthlyBudgetUsd,
  };
}

/** Columns that a change sets, by name. Absent fields stay absent: what is not named does not change. */
export function policyChangeColumns(changes: PolicyChanges) {
  return {
    allowed_models: changes.allowedModels,
    max_ttl_seconds: changes.maxTtlSeconds,
    max_active_sessions: changes.maxActiveSessions,
    max_mints_per_minute: changes.maxMintsPerMinute,
    max_mints_per_day: changes.maxMintsPerDay,
    monthly_budget_usd: changes.monthlyBudgetUsd,
  };
}
