import type { ApiKey } from '../applications/api-key.ts';
import { type CreateApiKeyResult, createApiKey } from '../applications/create-api-key.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import { ApiKeyType } from './api-key.ts';
import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { ReachEnum, ScopeEnum } from './scope.ts';

type Success = {
  readonly __typename: 'CreateApiKeySuccess';
  readonly apiKey: ApiKey;
  readonly value: Secret;
};
type Result = Success | NotFound | InvalidInput;

const SuccessType = builder.objectRef<Success>('CreateApiKeySuccess').implement({
  description: 'The key is made. Its value is in this answer and nowhere else.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKeyType, description: 'What is kept of it.' }),
    value: t.string({
      description:
        'Returned once, never retrievable: only its hash is stored. Send it as Authorization: Bearer.',
      resolve: ({ value }) => value.reveal(),
    }),
  }),
});

const ResultType = builder.unionType('CreateApiKeyResult', {
  description: 'What createApiKey comes to.',
  types: [SuccessType, NotFoundErrorType, InvalidInputErrorType],
  resolveType: (result) => result.__typename,
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'The key to make. Nobody can grant a scope or a reach that it does not have itself.',
  fields: (t) => ({
    applicationId: t.id({ required: true, description: 'Whose key it shall be.' }),
    name: t.string({ required: true, description: 'What to call it: 1 to 200 characters.' }),
    scopes: t.field({
      type: [ScopeEnum],
      required: true,
      description: 'What it shall be able to do. None: it can ask who it is.',
    }),
    reach: t.field({
      type: ReachEnum,
      defaultValue: 'OWN_APPLICATION',
      description: 'Whose records its scopes apply to: OWN_APPLICATION or EVERYTHING.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'From when on it shall be refused. Left out: it does not expire.',
    }),
  }),
});

builder.mutationField('createApiKey', (t) =>
  t.field({
    type: ResultType,
    description:
      'Makes a key for an application and shows it, once. Needs APPLICATIONS_WRITE and reach EVERYTHING.',
    args: {
      input: t.arg({ type: CreateApiKeyInput, required: true, description: 'Whose key, and what for.' }),
    },
    authScopes: { everywhere: 'APPLICATIONS_WRITE' },
    resolve: async (_root, { input }, { applications, actor, origin, log }): Promise<Result> => {
      const applicationId = decodeIdOf('Application', input.applicationId);
      const { name, scopes, reach, expiresAt } = input;
      const outcome = await createApiKey(
        applications,
        { applicationId, name, scopes, reach: reach ?? 'OWN_APPLICATION', expiresAt: expiresAt ?? null },
        { actor, origin },
      );
      const result = present(outcome);
      log.outcome = result.__typename;
      return result;
    },
  }),
);

function present(outcome: CreateApiKeyResult): Result {
  switch (outcome.kind) {
    case 'created':
      return { __typename: 'CreateApiKeySuccess', apiKey: outcome.apiKey, value: outcome.value };
    case 'not_found':
      return notFound;
    case 'invalid':
      return invalidInput(outcome.issues);
    default:
      return outcome satisfies never;
  }
}
