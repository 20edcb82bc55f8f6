import { useCallback } from 'react';
import { type AnyVariables, useMutation } from 'urql';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { type ApiError, toApiError } from './api-error.ts';
import { useNotedRequests } from './use-noted-requests.ts';

export type ApiAnswer<Data> = {
  readonly data: Data | undefined;
  readonly error: ApiError | undefined;
  /** For refusals, which are answers: under which id the gateway's log has the request. */
  readonly requestId: string | null;
};

/** Changes something. @returns the function that does it, and whether it is being done */
export function useApiMutation<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
): readonly [(variables: Variables & AnyVariables) => Promise<ApiAnswer<Data>>, boolean] {
  const [{ fetching }, execute] = useMutation<Data, Variables & AnyVariables>(document.toString());
  const noteRequest = useNotedRequests();
  const run = useCallback(
    async (variables: Variables & AnyVariables) => {
      const { fetch, id } = noteRequest();
      const { data, error } = await execute(variables, { fetch });
      return {
        data: data ?? undefined,
        error: error === undefined ? undefined : toApiError(error),
        requestId: id(),
      };
    },
    [execute, noteRequest],
  );
  return [run, fetching];
}
