import { useCallback } from 'react';
import { type AnyVariables, stringifyVariables, useClient } from 'urql';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { toApiError } from './api-error.ts';
import type { ApiAnswer } from './use-api-mutation.ts';
import { useNotedRequests } from './use-noted-requests.ts';

/**
 * Changes something whose variables or answer have a secret. useApiMutation keeps both in React's state; this keeps
 * neither, so that they are gone when the caller drops them.
 */
export function useSecretMutation(): <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables & AnyVariables,
) => Promise<ApiAnswer<Data>> {
  const client = useClient();
  const noteRequest = useNotedRequests();
  return useCallback(
    async <Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      variables: Variables & AnyVariables,
    ) => {
      const { fetch, id } = noteRequest();
      const { data, error } = await client
        .mutation<Data, Variables & AnyVariables>(document.toString(), variables, { fetch })
        .toPromise();
      // Until it writes other variables, urql remembers which objects it has seen in these.
      stringifyVariables({});
      return { data, error: error === undefined ? undefined : toApiError(error), requestId: id() };
    },
    [client, noteRequest],
  );
}
