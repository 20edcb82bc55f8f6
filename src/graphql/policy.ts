import type { Policy, PolicyOverrides, QuotaKind, QuotaState } from '../domain/policy.ts';
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
    quota: t.expose('quota', { type: QuotaKindEnum }),
    limit: t.exposeInt('limit'),
    used: t.exposeInt('used'),
  }),
});

export const PolicyType = builder.objectRef<Policy>('Policy').implement({
  description: "The limits in force, after defaults, the application's and the user's own have been merged.",
  fields: (t) => ({
    allowedModels: t.exposeStringList('allowedModels', {
      nullable: true,
      description: 'Null means any, an empty list none.',
    }),
    maxTtlSeconds: t.exposeInt('maxTtlSeconds'),
    maxActiveSessions: t.exposeInt('maxActiveSessions'),
    maxMintsPerMinute: t.exposeInt('maxMintsPerMinute'),
    maxMintsPerDay: t.exposeInt('maxMintsPerDay'),
  }),
});

export const PolicyOverridesType = builder.objectRef<PolicyOverrides>('PolicyOverrides').implement({
  description: 'What was set for a user or an application itself; null fields are inherited.',
  fields: (t) => ({
    allowedModels: t.exposeStringList('allowedModels', { nullable: true }),
    maxTtlSeconds: t.exposeInt('maxTtlSeconds', { nullable: true }),
    maxActiveSessions: t.exposeInt('maxActiveSessions', { nullable: true }),
    maxMintsPerMinute: t.exposeInt('maxMintsPerMinute', { nullable: true }),
    maxMintsPerDay: t.exposeInt('maxMintsPerDay', { nullable: true }),
  }),
});
