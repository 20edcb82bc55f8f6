import { mergePolicies, type Policy, quotaStates } from '../limits/policy.ts';
import { parseExternalUserId } from '../users/parse-external-user-id.ts';
import type { User } from '../users/user.ts';
import type { UserText } from '../users/user-text.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { columnsOf } from './declared-text.ts';
import { BadInputError } from './errors.ts';
import { idWriter } from './id-writer.ts';
import { decodeIdOf, encodeId, NODE_ID } from './ids.ts';
import { BudgetStateType, PolicyOverridesType, PolicyType, QuotaStateType } from './policy.ts';
import { groupByOptions, reportOf, TIME_ZONE, UsageDimensionEnum, UsageReportType } from './usage-report.ts';
import { type UserName, UserType } from './user-ref.ts';

// The ids may be read wherever a user is shown, e.g. beside a session; the rest needs USERS_READ.
const readers = { scope: 'USERS_READ', person: true } as const;

// How the fields are read where a listing is written from rows of text.
const column = columnsOf<UserText>();

builder.objectType(UserType, {
  interfaces: [builder.nodeInterfaceRef()],
  description: 'A person for whom sessions were requested.',
  fields: (t) => ({
    id: t.id({
      description: NODE_ID,
      extensions: column('id', idWriter('User')),
      resolve: ({ id }) => encodeId('User', id),
    }),
    externalId: t.exposeString('externalId', {
      extensions: column('externalId'),
      nullable: true,
      description: 'The identifier that the applications use for this person. Null when the user is erased.',
    }),
    createdAt: t.field({
      extensions: column('createdAt'),
      type: 'DateTime',
      description:
        'When the user was named for the first time. With reach OWN_APPLICATION: when its first session for your application was reserved.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ createdAt }) => createdAt),
    }),
    suspendedAt: t.field({
      extensions: column('suspendedAt'),
      type: 'DateTime',
      nullable: true,
      description:
        'When the user was suspended. No session is issued for it since then. Null when the user is not suspended.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ suspendedAt }) => suspendedAt),
    }),
    erasedAt: t.field({
      extensions: column('erasedAt'),
      type: 'DateTime',
      nullable: true,
      description:
        'When the user was erased. Nothing that identifies the person is left since then. Null when the user is not erased.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ erasedAt }) => erasedAt),
    }),
    activeSessionCount: t.int({
      extensions: column('activeSessionCount'),
      description:
        'The number of ACTIVE sessions that you may see. The quota ACTIVE_SESSIONS also counts pending sessions, and revoked sessions whose secret has not expired.',
      authScopes: readers,
      resolve: async ({ id }, _args, { reader }) => (await reader.activeSessions(id)).count,
    }),
    nextExpiryAt: t.field({
      extensions: column('nextExpiryAt'),
      type: 'DateTime',
      nullable: true,
      description:
        'When the first of the ACTIVE sessions that you may see expires. Null when none is ACTIVE.',
      authScopes: readers,
      resolve: async ({ id }, _args, { reader }) => (await reader.activeSessions(id)).nextExpiryAt,
    }),
    lastSessionAt: t.field({
      extensions: column('lastSessionAt'),
      type: 'DateTime',
      nullable: true,
      description: 'When the newest session that you may see was reserved. Null when there is none.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ lastSessionAt }) => lastSessionAt),
    }),
    quotas: t.field({
      type: [QuotaStateType],
      description:
        'The quotas that apply to this user when it uses the given application, with their current use over all applications.',
      args: {
        applicationId: t.arg.id({
          description:
            'The application that would request a session. Default: your own application, or the built-in one if you have none.',
        }),
      },
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
      description: 'The limits that apply to this user when it uses the given application.',
      args: {
        applicationId: t.arg.id({
          description:
            'The application that would request a session. Default: your own application, or the built-in one if you have none.',
        }),
      },
      authScopes: readers,
      resolve: (user, { applicationId }, context) => policyOf(user, applicationId, context),
    }),
    budget: t.field({
      type: BudgetStateType,
      nullable: true,
      description:
        'The monthly budget that applies to this user when it uses the given application, and the costs of the month that count towards it. Null without a budget.',
      args: {
        applicationId: t.arg.id({
          description:
            'The application that would request a session. Default: your own application, or the built-in one if you have none.',
        }),
      },
      authScopes: { scope: 'USAGE_READ', person: true },
      resolve: async (user, { applicationId }, context) => {
        const { monthlyBudgetUsd: limitUsd } = await policyOf(user, applicationId, context);
        return limitUsd === null ? null : { limitUsd, ...(await context.reader.budgetUsage(user.id)) };
      },
    }),
    policyOverrides: t.field({
      type: PolicyOverridesType,
      description: 'The limits that are set for this user. Null fields are inherited.',
      authScopes: readers,
      resolve: (user, _args, context) => fromRecord(user, context, ({ policyOverrides }) => policyOverrides),
    }),
    usage: t.field({
      type: UsageReportType,
      description: 'The usage of the sessions of this user that you may see, and its cost.',
      authScopes: { scope: 'USAGE_READ', person: true },
      args: {
        from: t.arg({ type: 'DateTime', required: true, description: 'The start, inclusive.' }),
        to: t.arg({ type: 'DateTime', required: true, description: 'The end, exclusive.' }),
        timeZone: t.arg.string({ description: TIME_ZONE }),
        groupBy: t.arg({ type: [UsageDimensionEnum], ...groupByOptions }),
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

/** @throws BadInputError when there is no such application, or the caller may not see it */
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
    description:
      'The user with this id or this external id. Give exactly one of them. Null when there is no such user.',
    args: {
      id: t.arg.id({ description: 'The value of User.id.' }),
      externalId: t.arg.string({ description: 'The identifier that the applications use, e.g. "alice".' }),
    },
    authScopes: readers,
    resolve: async (_root, { id, externalId }, { reader }) => {
      if ((id == null) === (externalId == null))
        throw new BadInputError('id', 'or externalId is needed, not both');
      if (externalId != null) {
        // A text that is no valid identifier is not looked up: PostgreSQL would refuse a NUL.
        const parsed = parseExternalUserId(externalId);
        return parsed.ok ? reader.userByExternalId(parsed.value) : null;
      }
      const uuid = id == null ? null : decodeIdOf('User', id);
      return uuid === null ? null : reader.user(uuid);
    },
  }),
);
