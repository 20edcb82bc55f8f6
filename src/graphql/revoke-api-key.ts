import type { ApiKey } from '../applications/api-key.ts';
import { ApiKeyType } from './api-key.ts';
import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { inputArgument, logged, resultType } from './mutation.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';

type Success = { readonly __typename: 'RevokeApiKeySuccess'; readonly apiKey: ApiKey };

const SuccessType = builder.objectRef<Success>('RevokeApiKeySuccess').implement({
  description: 'The key is revoked, by this request or an earlier one.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKeyType, description: 'The key after the change.' }),
  }),
});

const ResultType = resultType(
  'RevokeApiKeyResult',
  'The key after the change, or that there is no such key.',
  [SuccessType, NotFoundErrorType],
);

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  description: 'The key to revoke.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of the key, not the key itself.' }) }),
});

builder.mutationField('revokeApiKey', (t) =>
  t.field({
    type: ResultType,
    description:
      'Revokes a key: every gateway refuses it within one second. Idempotent. Needs APPLICATIONS_WRITE and reach EVERYTHING.',
    args: inputArgument(t.arg, RevokeApiKeyInput, 'The key to revoke.'),
    authScopes: { everywhere: 'APPLICATIONS_WRITE' },
    resolve: logged(async ({ input }, { applications, actor, origin }): Promise<Success | NotFound> => {
      const id = decodeIdOf('ApiKey', input.id);
      const apiKey = id === null ? null : await applications.revokeApiKey(id, { actor, origin });
      return apiKey === null ? notFound : { __typename: 'RevokeApiKeySuccess', apiKey };
    }),
  }),
);
