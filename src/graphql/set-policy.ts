import { parsePolicyChanges } from '../domain/limit-inputs.ts';
import type { By, PolicyChanges } from '../domain/limits-ledger.ts';
import type { Application, User } from '../domain/records.ts';
import { visibilityOf } from '../domain/visibility.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { ForbiddenError } from './errors.ts';
import { decodeIdOf } from './ids.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { PolicyOverridesType } from './policy.ts';
import { UserType } from './user.ts';
import { referenceTo } from './user-reference.ts';

type Success = {
  readonly __typename: 'SetPolicySuccess';
  readonly application: Application | null;
  readonly user: User | null;
  readonly policyOverrides: Application['policyOverrides'];
};
type Result = Success | NotFound | InvalidInput;

const SuccessType = builder.objectRef<Success>('SetPolicySuccess').implement({
  description: 'application or user is set, as in the input.',
  fields: (t) => ({
    overrides: t.expose('policyOverrides', { type: PolicyOverridesType }),
    application: t.expose('application', { type: ApplicationType, nullable: true }),
    user: t.expose('user', { type: UserType, nullable: true }),
  }),
});

const ResultType = builder.unionType('SetPolicyResult', {
  types: [SuccessType, NotFoundErrorType, InvalidInputErrorType],
  resolveType: (result) => result.__typename,
});

const SetPolicyInput = builder.inputType('SetPolicyInput', {
  description:
    'Names exactly one of applicationId, userId and externalUserId. A field left out stays as it is; null returns to the inherited value.',
  fields: (t) => ({
    applicationId: t.id(),
    userId: t.id(),
    externalUserId: t.string(),
    allowedModels: t.stringList({ description: 'An empty list allows none.' }),
    maxTtlSeconds: t.int({ description: '10 to 7200.' }),
    maxActiveSessions: t.int(),
    maxMintsPerMinute: t.int(),
    maxMintsPerDay: t.int(),
  }),
});

builder.mutationField('setPolicy', (t) =>
  t.field({
    type: ResultType,
    description:
      'Sets limits of an application or of a user; the nearest that is set applies. Needs POLICIES_WRITE; with reach OWN_APPLICATION it sets those of its own application only.',
    args: { input: t.arg({ type: SetPolicyInput, required: true }) },
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
  { limits, actor }: Context,
  target: { userId?: string | null | undefined; externalUserId?: string | null | undefined },
  changes: PolicyChanges,
  by: By,
): Promise<Result> {
  // What is set for a user applies through all applications: it is not one application's to set.
  if (visibilityOf(actor).reach !== 'EVERYTHING') throw new ForbiddenError('Mutation.setPolicy');
  const reference = referenceTo(target.userId, target.externalUserId);
  if ('__typename' in reference) return reference;
  const user = await limits.setUserPolicy(reference, changes, by);
  if (user === null) return notFound;
  return { __typename: 'SetPolicySuccess', application: null, user, policyOverrides: user.policyOverrides };
}

async function setForApplication(
  { limits, ledger }: Context,
  id: string,
  changes: PolicyChanges,
  by: By,
): Promise<Result> {
  const uuid = decodeIdOf('Application', id);
  const seen = uuid === null ? null : await ledger.application(uuid);
  const application = seen === null ? null : await limits.setApplicationPolicy(seen.id, changes, by);
  if (application === null) return notFound;
  return {
    __typename: 'SetPolicySuccess',
    application,
    user: null,
    policyOverrides: application.policyOverrides,
  };
}
