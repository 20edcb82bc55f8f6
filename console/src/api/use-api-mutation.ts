import { useCallback } from 'react';
import { type AnyVariables, useMutation } from 'urql';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { type ApiError, toApiError } from './api-error.ts';

export type ApiAnswer<Data> = { readonly data: Data | undefined; readonly error: ApiError | undefined };

/** Changes something. @returns the function that does it, and whether it is being done */
export function useApiMutation<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
): readonly [(variables: Variables & AnyVariables) => Promise<ApiAnswer<Data>>, boolean] {
  const [{ fetching }, execute] = useMutation<Data, Variables & AnyVariables>(document.toString());
  const run = useCallback(
    async (variables: Variables & AnyVariables) => {
      const { data, error } = await execute(variables);
      return { data: data ?? undefined, error: error === undefined ? undefined : toApiError(error) };
    },
    [execute],
  );
  return [run, fetching];
}
