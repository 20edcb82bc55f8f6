import { z } from 'zod';
import type { Application, User } from '../audit/audit-event.ts';
import type { PolicyOverrides } from './policy.ts';

type PolicyColumns = {
  readonly maxTtlSeconds: number | null;
  readonly maxActiveSessions: number | null;
  readonly maxMintsPerMinute: number | null;
  readonly maxMintsPerDay: number | null;
  readonly monthlyBudgetUsd: string | null;
  readonly allowedModels: unknown;
};
export type UserRow = PolicyColumns & {
  readonly id: string;
  readonly externalId: string | null;
  readonly createdAt: Date;
  readonly suspendedAt: Date | null;
  readonly erasedAt: Date | null;
  readonly lastSessionAt: Date | null;
};
export type ApplicationRow = PolicyColumns & {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
};

// The column is jsonb, and a CHECK holds it to be an array; parsing is how the types learn of it.
const models = z.array(z.string()).nullable();

const policyColumns = `
  allowed_models AS "allowedModels", max_ttl_seconds AS "maxTtlSeconds",
  max_active_sessions AS "maxActiveSessions", max_mints_per_minute AS "maxMintsPerMinute",
  max_mints_per_day AS "maxMintsPerDay", trim_scale(monthly_budget_usd)::text AS "monthlyBudgetUsd"`;

/** Columns of end_user `u` and of application under the names that Prisma gives them too. */
export const userColumns = userColumnsWith('u.last_session_at');

/** Columns of end_user `u`, with what the reader may know of the last session. */
export function userColumnsWith(lastSessionAt: string): string {
  return `u.id, u.external_id AS "externalId", u.created_at AS "createdAt", u.suspended_at AS "suspendedAt", u.erased_at AS "erasedAt",
    ${lastSessionAt} AS "lastSessionAt", ${policyColumns}`;
}

export const applicationColumns = `id, name, created_at AS "createdAt", ${policyColumns}`;

/** A user as the domain knows it, out of a row of ours or of Prisma's. */
export function toUser(row: UserRow): User {
  const { id, externalId, createdAt, suspendedAt, erasedAt, lastSessionAt } = row;
  return {
    id,
    externalId,
    createdAt,
    suspendedAt,
    erasedAt,
    lastSessionAt,
    policyOverrides: toOverrides(row),
  };
}

/** An application as the domain knows it, out of a row of ours or of Prisma's. */
export function toApplication(row: ApplicationRow): Application {
  const { id, name, createdAt } = row;
  return { id, name, createdAt, policyOverrides: toOverrides(row) };
}

function toOverrides(row: PolicyColumns): PolicyOverrides {
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
