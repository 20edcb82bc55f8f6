import type { Policy, PolicyOverrides, QuotaKind, QuotaState } from '../limits/policy.ts';
import { builder } from './builder.ts';

export const QuotaKindEnum = builder.enumType('QuotaKind', {
  description: 'What is counted per user, over all applications.',
  values: {
    ACTIVE_SESSIONS: {
      description:
        'Sessions that are pending, or whose secret still lives; revoked ones too, for a secret cannot be withdrawn.',
    },
    MINTS_PER_MINUTE: { description: 'Sessions reserved in the last 60 seconds.' },
    MINTS_PER_DAY: { description: 'Sessions reserved in the last 24 hours.' },
  } satisfies Record<QuotaKind, object>,
});

export const QuotaStateType = builder.objectRef<QuotaState>('QuotaState').implement({
  description: 'A limit, and what is used of it now.',
  fields: (t) => ({
    quota: t.expose('quota', { type: QuotaKindEnum, description: 'What is counted.' }),
    limit: t.exposeInt('limit', { description: 'How many the policy allows.' }),
    used: t.exposeInt('used', { description: 'How many count now; more than limit after it was lowered.' }),
  }),
});

export const PolicyType = builder.objectRef<Policy>('Policy').implement({
  description: "The limits in force, after defaults, the application's and the user's own have been merged.",
  fields: (t) => ({
    allowedModels: t.exposeStringList('allowedModels', {
      nullable: true,
      description: 'The models that may be asked for. Null means any, an empty list none.',
    }),
    maxTtlSeconds: t.exposeInt('maxTtlSeconds', {
      description: 'Longest lifetime of a client secret, in seconds.',
    }),
    maxActiveSessions: t.exposeInt('maxActiveSessions', {
      description: 'Sessions a user may have pending or with a living secret at a time.',
    }),
    maxMintsPerMinute: t.exposeInt('maxMintsPerMinute', {
      description: 'Sessions that may be reserved for a user in any 60 seconds.',
    }),
    maxMintsPerDay: t.exposeInt('maxMintsPerDay', {
      description: 'Sessions that may be reserved for a user in any 24 hours.',
    }),
    monthlyBudgetUsd: t.expose('monthlyBudgetUsd', {
      type: 'Decimal',
      nullable: true,
      description:
        'What one user may cost in a calendar month (UTC), over all applications, in US dollars. Counted are the known costs of what was reported: once they reach it no session is issued until the next month; what live ones still use is not stopped. 0 allows nothing, null means no budget.',
    }),
  }),
});

export const PolicyOverridesType = builder.objectRef<PolicyOverrides>('PolicyOverrides').implement({
  description: 'What was set for a user or an application itself; null fields are inherited.',
  fields: (t) => ({
    allowedModels: t.exposeStringList('allowedModels', {
      nullable: true,
      description: 'The models that may be asked for; an empty list allows none. Null: inherited.',
    }),
    maxTtlSeconds: t.exposeInt('maxTtlSeconds', {
      nullable: true,
      description: 'Longest lifetime of a client secret, in seconds. Null: inherited.',
    }),
    maxActiveSessions: t.exposeInt('maxActiveSessions', {
      nullable: true,
      description: 'Sessions a user may have pending or with a living secret at a time. Null: inherited.',
    }),
    maxMintsPerMinute: t.exposeInt('maxMintsPerMinute', {
      nullable: true,
      description: 'Sessions that may be reserved for a user in any 60 seconds. Null: inherited.',
    }),
    maxMintsPerDay: t.exposeInt('maxMintsPerDay', {
      nullable: true,
      description: 'Sessions that may be reserved for a user in any 24 hours. Null: inherited.',
    }),
    monthlyBudgetUsd: t.expose('monthlyBudgetUsd', {
      type: 'Decimal',
      nullable: true,
      description: 'What one user may cost in a calendar month (UTC), in US dollars. Null: inherited.',
    }),
  }),
});
