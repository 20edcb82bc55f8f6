import { useCallback } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useSecretMutation } from '../../api/use-secret-mutation.ts';
import type { CreateApiKeyInput } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { createSecretBox, type SecretBox } from '../../ui/secret-box.ts';

const CREATE = graphql(/* GraphQL */ `
  mutation CreateKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      __typename
      ... on Error {
        message
      }
      ... on InvalidInputError {
        issues {
          path
          message
        }
      }
      ... on CreateApiKeySuccess {
        value
        apiKey {
          id
        }
      }
    }
  }
`);

export type CreateKeyOutcome =
  | { readonly kind: 'created'; readonly value: SecretBox }
  /** By field of the input. */
  | { readonly kind: 'invalid'; readonly problems: Readonly<Record<string, string>> }
  | { readonly kind: 'error'; readonly error: ApiError };

/** @returns a function that makes a key, whose value is then in a box and nowhere else */
export function useCreateKey(): (input: CreateApiKeyInput) => Promise<CreateKeyOutcome> {
  const mutate = useSecretMutation();
  return useCallback(
    async (input: CreateApiKeyInput): Promise<CreateKeyOutcome> => {
      const { data, error, requestId } = await mutate(CREATE, { input });
      if (error !== undefined) return { kind: 'error', error };
      const result = data?.createApiKey;
      switch (result?.__typename) {
        case 'CreateApiKeySuccess':
          return { kind: 'created', value: createSecretBox(result.value) };
        case 'InvalidInputError':
          return {
            kind: 'invalid',
            problems: Object.fromEntries(
              result.issues.map(({ path: [field = 'name'], message }) => [field, `This ${message}.`]),
            ),
          };
        default:
          return {
            kind: 'error',
            error: {
              message: result?.message ?? 'The gateway sent no answer. Look whether there is a new key.',
              code: 'NOT_CREATED',
              requestId,
            },
          };
      }
    },
    [mutate],
  );
}
