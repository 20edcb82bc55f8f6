import type { BudgetState, Policy, PolicyOverrides, QuotaKind, QuotaState } from '../limits/policy.ts';
import { builder } from './builder.ts';

export const QuotaKindEnum = builder.enumType('QuotaKind', {
  description: 'A quota. It counts sessions per user, over all applications.',
  values: {
    ACTIVE_SESSIONS: {
      description:
        'Sessions that are pending or whose secret has not expired. Revoked sessions count, too, because a secret cannot be revoked at the provider. A BROKERED session counts until its secret expires, is used or revoked, and then its call until it has ended.',
    },
    MINTS_PER_MINUTE: { description: 'Sessions reserved in the last 60 seconds.' },
    MINTS_PER_DAY: { description: 'Sessions reserved in the last 24 hours.' },
  } satisfies Record<QuotaKind, object>,
});

export const QuotaStateType = builder.objectRef<QuotaState>('QuotaState').implement({
  description: 'The limit and the current use of a quota.',
  fields: (t) => ({
    quota: t.expose('quota', { type: QuotaKindEnum, description: 'The quota.' }),
    limit: t.exposeInt('limit', { description: 'The limit that the policy sets.' }),
    used: t.exposeInt('used', {
      description: 'The number that counts now. It can exceed the limit after the limit was lowered.',
    }),
  }),
});

export const BudgetStateType = builder.objectRef<BudgetState>('BudgetState').implement({
  description: 'A monthly budget, and the costs that count towards it.',
  fields: (t) => ({
    limitUsd: t.expose('limitUsd', {
      type: 'Decimal',
      description: 'The budget, in US dollars. No session is issued while usedUsd is not less.',
    }),
    usedUsd: t.expose('usedUsd', {
      type: 'Decimal',
      description:
        'The known costs of the usage that was reported for the current calendar month (UTC), over all applications. It can exceed the budget.',
    }),
    resetsAt: t.expose('resetsAt', {
      type: 'DateTime',
      description: 'When the next month begins, and with it the next budget.',
    }),
  }),
});

export const PolicyType = builder.objectRef<Policy>('Policy').implement({
  description:
    'The limits that apply: the defaults, the limits of the application and the limits of the user merged.',
  fields: (t) => ({
    allowedModels: t.exposeStringList('allowedModels', {
      nullable: true,
      description: 'The models that are allowed. Null allows all models, an empty list none.',
    }),
    allowedProviders: t.exposeStringList('allowedProviders', {
      nullable: true,
      description: 'The providers that are allowed. Null allows all providers, an empty list none.',
    }),
    maxTtlSeconds: t.exposeInt('maxTtlSeconds', {
      description: 'The longest lifetime of a client secret, in seconds.',
    }),
    maxActiveSessions: t.exposeInt('maxActiveSessions', {
      description:
        'How many sessions a user may have at a time that are pending or whose secret has not expired.',
    }),
    maxMintsPerMinute: t.exposeInt('maxMintsPerMinute', {
      description: 'How many sessions may be reserved for a user in any 60 seconds.',
    }),
    maxMintsPerDay: t.exposeInt('maxMintsPerDay', {
      description: 'How many sessions may be reserved for a user in any 24 hours.',
    }),
    monthlyBudgetUsd: t.expose('monthlyBudgetUsd', {
      type: 'Decimal',
      nullable: true,
      description:
        'How much one user may cost in a calendar month (UTC), over all applications, in US dollars. The known costs of the reported usage count. When they reach the budget, no session is issued until the next month; sessions that are running are not stopped, except for the calls of BROKERED sessions. 0 allows nothing, null means no budget.',
    }),
    maxCallSeconds: t.exposeInt('maxCallSeconds', {
      description: 'The longest call of a BROKERED session, in seconds.',
    }),
    brokeredOnly: t.exposeBoolean('brokeredOnly', {
      description: 'Whether sessions must be BROKERED: a DIRECT one is refused.',
    }),
  }),
});

export const PolicyOverridesType = builder.objectRef<PolicyOverrides>('PolicyOverrides').implement({
  description: 'The limits that are set for one user or one application. Null fields are inherited.',
  fields: (t) => ({
    allowedModels: t.exposeStringList('allowedModels', {
      nullable: true,
      description: 'The models that are allowed. An empty list allows none. Null: inherited.',
    }),
    allowedProviders: t.exposeStringList('allowedProviders', {
      nullable: true,
      description: 'The providers that are allowed. An empty list allows none. Null: inherited.',
    }),
    maxTtlSeconds: t.exposeInt('maxTtlSeconds', {
      nullable: true,
      description: 'The longest lifetime of a client secret, in seconds. Null: inherited.',
    }),
    maxActiveSessions: t.exposeInt('maxActiveSessions', {
      nullable: true,
      description:
        'How many sessions a user may have at a time that are pending or whose secret has not expired. Null: inherited.',
    }),
    maxMintsPerMinute: t.exposeInt('maxMintsPerMinute', {
      nullable: true,
      description: 'How many sessions may be reserved for a user in any 60 seconds. Null: inherited.',
    }),
    maxMintsPerDay: t.exposeInt('maxMintsPerDay', {
      nullable: true,
      description: 'How many sessions may be reserved for a user in any 24 hours. Null: inherited.',
    }),
    monthlyBudgetUsd: t.expose('monthlyBudgetUsd', {
      type: 'Decimal',
      nullable: true,
      description: 'How much one user may cost in a calendar month (UTC), in US dollars. Null: inherited.',
    }),
    maxCallSeconds: t.exposeInt('maxCallSeconds', {
      nullable: true,
      description: 'The longest call of a BROKERED session, in seconds. Null: inherited.',
    }),
    brokeredOnly: t.exposeBoolean('brokeredOnly', {
      nullable: true,
      description: 'Whether sessions must be BROKERED. Null: inherited.',
    }),
  }),
});
