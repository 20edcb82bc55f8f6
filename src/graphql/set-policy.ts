import type { Application } from '../applications/application.ts';
import type { Caller } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import { parsePolicyChanges } from '../limits/parse-policy.ts';
import type { PolicyChanges } from '../limits/policy.ts';
import type { User } from '../users/user.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { ForbiddenError } from './errors.ts';
import { decodeIdOf } from './ids.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { PolicyOverridesType } from './policy.ts';
import { UserType } from './user-ref.ts';
import { referenceTo } from './user-reference.ts';

type Success = {
  readonly __typename: 'SetPolicySuccess';
  readonly application: Application | null;
  readonly user: User | null;
  readonly policyOverrides: Application['policyOverrides'];
};
type Result = Success | NotFound | InvalidInput;

const SuccessType = builder.objectRef<Success>('SetPolicySuccess').implement({
  description: 'The limits were set. Either application or user is there, as in the input.',
  fields: (t) => ({
    overrides: t.expose('policyOverrides', {
      type: PolicyOverridesType,
      description: 'All that is set for it now, by this change and earlier ones.',
    }),
    application: t.expose('application', {
      type: ApplicationType,
      nullable: true,
      description: 'Whose limits were set, if it is an application.',
    }),
    user: t.expose('user', {
      type: UserType,
      nullable: true,
      description: 'Whose limits were set, if it is a user.',
    }),
  }),
});

const ResultType = builder.unionType('SetPolicyResult', {
  description: 'What is set now, or why nothing was changed.',
  types: [SuccessType, NotFoundErrorType, InvalidInputErrorType],
  resolveType: (result) => result.__typename,
});

const SetPolicyInput = builder.inputType('SetPolicyInput', {
  description:
    'Names exactly one of applicationId, userId and externalUserId. A field left out stays as it is; null returns to the inherited value.',
  fields: (t) => ({
    applicationId: t.id({ description: 'An application: the limits hold for each user that it asks for.' }),
    userId: t.id({ description: 'A user, by id: the limits hold for it through every application.' }),
    externalUserId: t.string({
      description: 'A user, by the identifier that the applications use; it need not have a session yet.',
    }),
    allowedModels: t.stringList({
      description: 'The models that may be asked for, at most 256; an empty list allows none.',
    }),
    maxTtlSeconds: t.int({ description: 'Longest lifetime of a client secret, 10 to 7200 seconds.' }),
    maxActiveSessions: t.int({
      description: 'Sessions a user may have pending or with a living secret at a time, 0 to 1,000,000.',
    }),
    maxMintsPerMinute: t.int({
      description: 'Sessions that may be reserved for a user in any 60 seconds, 0 to 1,000,000.',
    }),
    maxMintsPerDay: t.int({
      description: 'Sessions that may be reserved for a user in any 24 hours, 0 to 1,000,000.',
    }),
    monthlyBudgetUsd: t.field({
      type: 'Decimal',
      description:
        'What one user may cost in a calendar month (UTC), over all applications, in US dollars, e.g. "25.50"; 0 allows nothing. At most 1,000,000,000, with at most 12 digits behind the point. It bounds new sessions by what was reported, not what live ones still use.',
    }),
  }),
});

builder.mutationField('setPolicy', (t) =>
  t.field({
    type: ResultType,
    description:
      "Sets limits of an application or of a user. The nearest that is set applies: the user's, then the application's, then the configuration's. Secrets that were handed out live on. Needs POLICIES_WRITE; with reach OWN_APPLICATION it sets those of its own application only.",
    args: {
      input: t.arg({
        type: SetPolicyInput,
        required: true,
        description: 'Whose limits and which, e.g. `{ externalUserId: "alice", maxActiveSessions: 3 }`.',
      }),
    },
    authScopes: { scope: 'POLICIES_WRITE' },
    resolve: async (_root, { input }, context): Promise<Result> => {
      const { actor, origin, log } = context;
      const { applicationId, userId, externalUserId, ...limitsGiven } = input;
      const named = [applicationId, userId, externalUserId].filter((target) => target != null);
      if (named.length !== 1) {
        return invalidInput([
          { path: ['userId'], message: 'or applicationId or externalUserId is needed, exactly one of them' },
        ]);
      }
      const changes = parsePolicyChanges(limitsGiven);
      if (!changes.ok) return invalidInput(changes.issues);
      const by = { actor, origin };
      const result =
        applicationId == null
          ? await setForUser(context, { userId, externalUserId }, changes.value, by)
          : await setForApplication(context, applicationId, changes.value, by);
      log.outcome = result.__typename;
      return result;
    },
  }),
);

async function setForUser(
  { users, actor }: Context,
  target: { userId?: string | null | undefined; externalUserId?: string | null | undefined },
  changes: PolicyChanges,
  by: Caller,
): Promise<Result> {
  // What is set for a user applies through all applications: it is not one application's to set.
  if (visibilityOf(actor).reach !== 'EVERYTHING') throw new ForbiddenError('Mutation.setPolicy');
  const reference = referenceTo(target.userId, target.externalUserId);
  if ('__typename' in reference) return reference;
  const user = await users.setPolicy(reference, changes, by);
  if (user === null) return notFound;
  return { __typename: 'SetPolicySuccess', application: null, user, policyOverrides: user.policyOverrides };
}

async function setForApplication(
  { applications, reader }: Context,
  id: string,
  changes: PolicyChanges,
  by: Caller,
): Promise<Result> {
  const uuid = decodeIdOf('Application', id);
  const seen = uuid === null ? null : await reader.application(uuid);
  const application = seen === null ? null : await applications.setPolicy(seen.id, changes, by);
  if (application === null) return notFound;
  return {
    __typename: 'SetPolicySuccess',
    application,
    user: null,
    policyOverrides: application.policyOverrides,
  };
}
