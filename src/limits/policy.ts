/** The limits in force. allowedModels, allowedProviders: null means any, an empty list none. */
export type Policy = {
  readonly allowedModels: readonly string[] | null;
  readonly allowedProviders: readonly string[] | null;
  readonly maxTtlSeconds: number;
  readonly maxActiveSessions: number;
  readonly maxMintsPerMinute: number;
  readonly maxMintsPerDay: number;
  /** US dollars, an exact decimal, per user and calendar month (UTC), over known costs. Null means no budget. */
  readonly monthlyBudgetUsd: string | null;
  /** Of the call of a BROKERED session. */
  readonly maxCallSeconds: number;
  /** Whether sessions must be BROKERED. */
  readonly brokeredOnly: boolean;
};

/** What is set for a user or an application itself; null is inherited. */
export type PolicyOverrides = { readonly [K in keyof Policy]: Policy[K] | null };

/** The policy that applies: each limit from the nearest that sets it. effective_policy (effective-policy.sql) merges alike. */
export function mergePolicies(defaults: Policy, ...overrides: readonly PolicyOverrides[]): Policy {
  return overrides.reduce<Policy>(
    (inherited, own) => ({
      allowedModels: own.allowedModels ?? inherited.allowedModels,
      allowedProviders: own.allowedProviders ?? inherited.allowedProviders,
      maxTtlSeconds: own.maxTtlSeconds ?? inherited.maxTtlSeconds,
      maxActiveSessions: own.maxActiveSessions ?? inherited.maxActiveSessions,
      maxMintsPerMinute: own.maxMintsPerMinute ?? inherited.maxMintsPerMinute,
      maxMintsPerDay: own.maxMintsPerDay ?? inherited.maxMintsPerDay,
      monthlyBudgetUsd: own.monthlyBudgetUsd ?? inherited.monthlyBudgetUsd,
      maxCallSeconds: own.maxCallSeconds ?? inherited.maxCallSeconds,
      brokeredOnly: own.brokeredOnly ?? inherited.brokeredOnly,
    }),
    defaults,
  );
}

export type PolicyRule = 'MODEL' | 'PROVIDER' | 'TTL' | 'BUDGET' | 'CALL_LENGTH' | 'CONNECTION';
export type QuotaKind = 'ACTIVE_SESSIONS' | 'MINTS_PER_MINUTE' | 'MINTS_PER_DAY';

/** How much of a user's quotas is used, over all applications. */
export type QuotaUsage = { readonly [K in QuotaKind]: number };
export type QuotaState = { readonly quota: QuotaKind; readonly limit: number; readonly used: number };

/** What the known costs of a user's calendar month (UTC) are, over all applications, and when the next month begins. */
export type BudgetUsage = { readonly usedUsd: string; readonly resetsAt: Date };
export type BudgetState = BudgetUsage & { readonly limitUsd: string };

/** Each limit with what is used of it. */
export function quotaStates(policy: Policy, usage: QuotaUsage): QuotaState[] {
  return [
    { quota: 'ACTIVE_SESSIONS', limit: policy.maxActiveSessions, used: usage.ACTIVE_SESSIONS },
    { quota: 'MINTS_PER_MINUTE', limit: policy.maxMintsPerMinute, used: usage.MINTS_PER_MINUTE },
    { quota: 'MINTS_PER_DAY', limit: policy.maxMintsPerDay, used: usage.MINTS_PER_DAY },
  ];
}
/** What is changed of the limits: an absent field stays as it is, null returns to the inherited value. */
export type PolicyChanges = { readonly [K in keyof PolicyOverrides]?: PolicyOverrides[K] };
