import type { ApiKey } from '../applications/api-key.ts';
import { ApiKeyType } from './api-key.ts';
import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';

type Success = { readonly __typename: 'RevokeApiKeySuccess'; readonly apiKey: ApiKey };

const SuccessType = builder.objectRef<Success>('RevokeApiKeySuccess').implement({
  description: 'The key is revoked, now or before.',
  fields: (t) => ({ apiKey: t.expose('apiKey', { type: ApiKeyType, description: 'As it is now.' }) }),
});

const ResultType = builder.unionType('RevokeApiKeyResult', {
  description: 'What revokeApiKey comes to.',
  types: [SuccessType, NotFoundErrorType],
  resolveType: (result) => result.__typename,
});

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  description: 'The key to revoke.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Its id, not the key itself.' }) }),
});

builder.mutationField('revokeApiKey', (t) =>
  t.field({
    type: ResultType,
    description:
      'Ends a key: every gateway refuses it within one second. Idempotent. Needs APPLICATIONS_WRITE and reach EVERYTHING.',
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: 'Which key.' }) },
    authScopes: { everywhere: 'APPLICATIONS_WRITE' },
    resolve: async (_root, { input }, { applications, actor, origin, log }): Promise<Success | NotFound> => {
      const id = decodeIdOf('ApiKey', input.id);
      const apiKey = id === null ? null : await applications.revokeApiKey(id, { actor, origin });
      const result = apiKey === null ? notFound : ({ __typename: 'RevokeApiKeySuccess', apiKey } as const);
      log.outcome = result.__typename;
      return result;
    },
  }),
);
