import { mergePolicies, type Policy, quotaStates } from '../limits/policy.ts';
import { parseExternalUserId } from '../users/parse-external-user-id.ts';
import type { User } from '../users/user.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { BadInputError } from './errors.ts';
import { decodeIdOf, encodeId, NODE_ID } from './ids.ts';
import { PolicyOverridesType, PolicyType, QuotaStateType } from './policy.ts';
import { reportOf, UsageDimensionEnum, UsageReportType } from './usage-report.ts';
import { type UserName, UserType } from './user-ref.ts';

// Whoever comes by a user (through a session, an event, a change) may know who that is, and no more.
const readers = { scope: 'USERS_READ', person: true } as const;

builder.objectType(UserType, {
  interfaces: [builder.nodeInterfaceRef()],
  description: 'A person for whom sessions were asked.',
  fields: (t) => ({
    id: t.id({ description: NODE_ID, resolve: ({ id }) => encodeId('User', id) }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'The identifier the applications use for this person. Null once erased.',
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When the user was first named.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ createdAt }) => createdAt),
    }),
    suspendedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when no session is issued for this user. Null while not suspended.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ suspendedAt }) => suspendedAt),
    }),
    erasedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when nothing that identifies this person is left. Null while it is not erased.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ erasedAt }) => erasedAt),
    }),
    activeSessionCount: t.int({
      description:
        "How many of the sessions that you may see are ACTIVE now. (The quota's used also counts pending ones, and revoked ones whose secret still lives.)",
      authScopes: readers,
      resolve: async ({ id }, _args, { reader }) => (await reader.activeSessions(id)).count,
    }),
    nextExpiryAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        "The earliest moment at which one of the ACTIVE sessions' secrets expires. Null when none is ACTIVE.",
      authScopes: readers,
      resolve: async ({ id }, _args, { reader }) => (await reader.activeSessions(id)).nextExpiryAt,
    }),
    lastSessionAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the newest of the sessions that you may see was reserved. Null before the first.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ lastSessionAt }) => lastSessionAt),
    }),
    quotas: t.field({
      type: [QuotaStateType],
      description:
        'Each limit that applies to this user through that application (default: your own, else the built-in one), with what is used of it now, over all applications.',
      args: { applicationId: t.arg.id({ description: 'The application that would ask.' }) },
      authScopes: readers,
      resolve: async (user, { applicationId }, context) => {
        const [policy, usage] = await Promise.all([
          policyOf(user, applicationId, context),
          context.reader.quotaUsage(user.id),
        ]);
        return quotaStates(policy, usage);
      },
    }),
    policy: t.field({
      type: PolicyType,
      description:
        'The limits that apply to this user through that application (default: your own, else the built-in one).',
      args: { applicationId: t.arg.id({ description: 'The application that would ask.' }) },
      authScopes: readers,
      resolve: (user, { applicationId }, context) => policyOf(user, applicationId, context),
    }),
    policyOverrides: t.field({
      type: PolicyOverridesType,
      description: 'What was set for this user itself; null fields are inherited.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ policyOverrides }) => policyOverrides),
    }),
    usage: t.field({
      type: UsageReportType,
      description: 'What this user used, of the sessions that you may see, and what it cost.',
      authScopes: { scope: 'USAGE_READ', person: true },
      args: {
        from: t.arg({ type: 'DateTime', required: true, description: 'From then on, inclusive.' }),
        to: t.arg({ type: 'DateTime', required: true, description: 'Until then, exclusive.' }),
        timeZone: t.arg.string({
          description:
            'Where hours, days and months begin: an IANA name, e.g. "Europe/Amsterdam". Default UTC.',
        }),
        groupBy: t.arg({
          type: [UsageDimensionEnum],
          description:
            'What its rows are broken down by; at most one of HOUR, DAY and MONTH. Default: one row.',
        }),
      },
      resolve: ({ id }, args, context) =>
        reportOf(
          `User.usage/${id}`,
          '',
          args,
          { userIds: [id], applicationIds: null, models: null },
          context,
        ),
    }),
  }),
});

/** @throws BadInputError when there is no such application, or none that the viewer sees */
async function policyOf(
  user: User | UserName,
  applicationId: string | null | undefined,
  context: Context,
): Promise<Policy> {
  const own =
    context.actor.kind === 'application' ? context.actor.applicationId : context.applications.defaultId;
  const id = applicationId == null ? own : decodeIdOf('Application', applicationId);
  const application = id === null ? null : await context.reader.application(id);
  if (application === null) throw new BadInputError('applicationId', 'names no application');
  const { policyOverrides } = await fromRecord(user, context, (record) => record);
  return mergePolicies(context.limits.defaultPolicy, application.policyOverrides, policyOverrides);
}

function fromRecord<T>(user: User | UserName, { reader }: Context, read: (user: User) => T): T | Promise<T> {
  if ('createdAt' in user) return read(user);
  return reader.user(user.id).then((record) => {
    if (record === null) throw new Error('A record refers to a missing user');
    return read(record);
  });
}

builder.queryField('user', (t) =>
  t.field({
    type: UserType,
    nullable: true,
    description: 'The user with that id or that external id (give exactly one); null when there is none.',
    args: {
      id: t.arg.id({ description: 'What User.id shows.' }),
      externalId: t.arg.string({ description: 'The identifier the applications use, e.g. "alice".' }),
    },
    authScopes: readers,
    resolve: async (_root, { id, externalId }, { reader }) => {
      if ((id == null) === (externalId == null))
        throw new BadInputError('id', 'or externalId is needed, not both');
      if (externalId != null) {
        // What cannot be anybody's identifier cannot be looked up either: PostgreSQL has no NUL in text.
        const parsed = parseExternalUserId(externalId);
        return parsed.ok ? reader.userByExternalId(parsed.value) : null;
      }
      const uuid = id == null ? null : decodeIdOf('User', id);
      return uuid === null ? null : reader.user(uuid);
    },
  }),
);
