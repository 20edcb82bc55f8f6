import { useCallback } from 'react';
import { type AnyVariables, useClient } from 'urql';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { toApiError } from './api-error.ts';
import type { ApiAnswer } from './use-api-mutation.ts';

/** @returns a function that asks the API once, past the cache: for exports, and for what a click looks up */
export function useRequest(): <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables & AnyVariables,
) => Promise<Omit<ApiAnswer<Data>, 'requestId'>> {
  const client = useClient();
  return useCallback(
    async <Data, Variables>(
      document: TypedDocumentString<Data, Variables>,
      variables: Variables & AnyVariables,
    ) => {
      const { data, error } = await client
        .query<Data, Variables & AnyVariables>(document.toString(), variables, {
          requestPolicy: 'network-only',
        })
        .toPromise();
      return { data: data ?? undefined, error: error === undefined ? undefined : toApiError(error) };
    },
    [client],
  );
}
