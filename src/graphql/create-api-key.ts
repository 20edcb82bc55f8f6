import type { ApiKey } from '../applications/api-key.ts';
import { type CreateApiKeyResult, createApiKey } from '../applications/create-api-key.ts';
import { scopes } from '../authorization/actor.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import { ApiKeyType } from './api-key.ts';
import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';
import { atMost } from './list-limit.ts';
import { inputArgument, logged, resultType } from './mutation.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { ReachEnum, ScopeEnum } from './scope.ts';

type Success = {
  readonly __typename: 'CreateApiKeySuccess';
  readonly apiKey: ApiKey;
  readonly value: Secret;
};
type Result = Success | NotFound | InvalidInput;

const SuccessType = builder.objectRef<Success>('CreateApiKeySuccess').implement({
  description: 'The key was created. Its value is in this answer and nowhere else.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKeyType, description: 'The key, without its value.' }),
    value: t.string({
      description:
        'The key itself. It is returned once and can never be read again: only its hash is stored. Send it as Authorization: Bearer.',
      resolve: ({ value }) => value.reveal(),
    }),
  }),
});

const ResultType = resultType('CreateApiKeyResult', 'The new key, or why none was created.', [
  SuccessType,
  NotFoundErrorType,
  InvalidInputErrorType,
]);

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'The key to create. A caller cannot grant a scope or a reach that it does not have itself.',
  fields: (t) => ({
    applicationId: t.id({ required: true, description: 'The application that the key is for.' }),
    name: t.string({ required: true, description: 'The name of the key, 1 to 200 characters.' }),
    scopes: t.field({
      type: [ScopeEnum],
      required: true,
      ...atMost(scopes.length, 'What the key allows. With an empty list it can only ask who it is.'),
    }),
    reach: t.field({
      type: ReachEnum,
      defaultValue: 'OWN_APPLICATION',
      description: 'The records that its scopes apply to: OWN_APPLICATION or EVERYTHING.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'The time from which the key is refused. Default: it does not expire.',
    }),
  }),
});

builder.mutationField('createApiKey', (t) =>
  t.field({
    type: ResultType,
    description:
      'Creates an API key for an application and returns it, once. Needs APPLICATIONS_WRITE and reach EVERYTHING.',
    args: inputArgument(t.arg, CreateApiKeyInput, 'The key to create.'),
    authScopes: { everywhere: 'APPLICATIONS_WRITE' },
    resolve: logged(async ({ input }, { applications, actor, origin }): Promise<Result> => {
      const applicationId = decodeIdOf('Application', input.applicationId);
      const { name, reach, expiresAt } = input;
      const outcome = await createApiKey(
        applications,
        {
          applicationId,
          name,
          scopes: input.scopes,
          reach: reach ?? 'OWN_APPLICATION',
          expiresAt: expiresAt?.date ?? null,
        },
        { actor, origin },
      );
      return present(outcome);
    }),
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
