import type { Application } from '../applications/application.ts';
import type { Caller } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import { MAX_ALLOWED_MODELS, MAX_ALLOWED_PROVIDERS, parsePolicyChanges } from '../limits/parse-policy.ts';
import type { PolicyChanges } from '../limits/policy.ts';
import type { User } from '../users/user.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { ForbiddenError } from './errors.ts';
import { decodeIdOf } from './ids.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';
import { atMost } from './list-limit.ts';
import { inputArgument, logged, resultType } from './mutation.ts';
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
  description: 'The limits were set. Either application or user is set, like the input.',
  fields: (t) => ({
    overrides: t.expose('policyOverrides', {
      type: PolicyOverridesType,
      description: 'All limits that are set for it, by this change and by earlier ones.',
    }),
    application: t.expose('application', {
      type: ApplicationType,
      nullable: true,
      description: 'The application, if the limits of an application were set.',
    }),
    user: t.expose('user', {
      type: UserType,
      nullable: true,
      description: 'The user, if the limits of a user were set.',
    }),
  }),
});

const ResultType = resultType('SetPolicyResult', 'The limits after the change, or why nothing was changed.', [
  SuccessType,
  NotFoundErrorType,
  InvalidInputErrorType,
]);

const SetPolicyInput = builder.inputType('SetPolicyInput', {
  description:
    'The limits to set. Give exactly one of applicationId, userId and externalUserId. A limit that is left out stays as it is; null returns to the inherited value.',
  fields: (t) => ({
    applicationId: t.id({
      description: 'The application. The limits apply to each user that it requests sessions for.',
    }),
    userId: t.id({ description: 'The id of the user. The limits apply to it through every application.' }),
    externalUserId: t.string({
      description: 'The identifier that the applications use for the user. It need not have a session yet.',
    }),
    allowedModels: t.stringList(
      atMost(MAX_ALLOWED_MODELS, 'The models that are allowed. An empty list allows none.'),
    ),
    allowedProviders: t.stringList(
      atMost(
        MAX_ALLOWED_PROVIDERS,
        'The names of the providers that are allowed, e.g. ["openai"]. An empty list allows none.',
      ),
    ),
    maxTtlSeconds: t.int({ description: 'The longest lifetime of a client secret, 10 to 7200 seconds.' }),
    maxActiveSessions: t.int({
      description:
        'How many sessions a user may have at a time that are pending or whose secret has not expired, 0 to 1,000,000.',
    }),
    maxMintsPerMinute: t.int({
      description: 'How many sessions may be reserved for a user in any 60 seconds, 0 to 1,000,000.',
    }),
    maxMintsPerDay: t.int({
      description: 'How many sessions may be reserved for a user in any 24 hours, 0 to 1,000,000.',
    }),
    monthlyBudgetUsd: t.field({
      type: 'Decimal',
      description:
        'How much one user may cost in a calendar month (UTC), over all applications, in US dollars, e.g. "25.50". At most 1,000,000,000, with at most 12 decimal places. 0 allows nothing. When the reported costs reach the budget, no new session is issued; sessions that are running are not stopped, except for the calls of BROKERED sessions.',
    }),
    maxCallSeconds: t.int({ description: 'The longest call of a BROKERED session, 10 to 3600 seconds.' }),
    brokeredOnly: t.boolean({ description: 'Whether sessions must be BROKERED: a DIRECT one is refused.' }),
  }),
});

builder.mutationField('setPolicy', (t) =>
  t.field({
    type: ResultType,
    description:
      'Sets the limits of an application or of a user. The limit of the user applies first, then the limit of the application, then the configured default. Secrets that were handed out keep their lifetime. Needs POLICIES_WRITE; with reach OWN_APPLICATION a caller can set the limits of its own application only.',
    args: inputArgument(
      t.arg,
      SetPolicyInput,
      'The user or application, and its limits, e.g. `{ externalUserId: "alice", maxActiveSessions: 3 }`.',
    ),
    authScopes: { scope: 'POLICIES_WRITE' },
    resolve: logged(async ({ input }, context): Promise<Result> => {
      const { actor, origin } = context;
      const { applicationId, userId, externalUserId, ...limits } = input;
      const named = [applicationId, userId, externalUserId].filter((target) => target != null);
      if (named.length !== 1) {
        return invalidInput([
          { path: ['userId'], message: 'or applicationId or externalUserId is needed, exactly one of them' },
        ]);
      }
      const changes = parsePolicyChanges(limits);
      if (!changes.ok) return invalidInput(changes.issues);
      const by = { actor, origin };
      return applicationId == null
        ? setForUser(context, { userId, externalUserId }, changes.value, by)
        : setForApplication(context, applicationId, changes.value, by);
    }),
  }),
);

async function setForUser(
  { users, actor }: Context,
  target: { userId?: string | null | undefined; externalUserId?: string | null | undefined },
  changes: PolicyChanges,
  by: Caller,
): Promise<Result> {
  // The limits of a user apply through all applications, so no single application may set them.
  if (visibilityOf(actor).reach !== 'EVERYTHING')
    throw new ForbiddenError('Mutation.setPolicy', ['EVERYTHING']);
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
  const visible = uuid === null ? null : await reader.application(uuid);
  const application = visible === null ? null : await applications.setPolicy(visible.id, changes, by);
  if (application === null) return notFound;
  return {
    __typename: 'SetPolicySuccess',
    application,
    user: null,
    policyOverrides: application.policyOverrides,
  };
}
