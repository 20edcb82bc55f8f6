import { useCallback } from 'react';
import { type AnyVariables, type RequestPolicy, useQuery } from 'urql';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { type ApiError, toApiError } from './api-error.ts';

export type ApiQuery<Data> = {
  readonly data: Data | undefined;
  readonly error: ApiError | undefined;
  /** No answer has come yet for these variables. */
  readonly loading: boolean;
  /** Shown is an earlier answer, while a newer one is on its way. */
  readonly stale: boolean;
  readonly reload: () => void;
};

/** Asks the API, and again when the variables change. What the document cache has is shown meanwhile. */
export function useApiQuery<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables & AnyVariables,
  { pause = false, policy }: { readonly pause?: boolean; readonly policy?: RequestPolicy } = {},
): ApiQuery<Data> {
  const [{ data: answer, error, fetching, stale }, execute] = useQuery<Data, Variables & AnyVariables>({
    query: document.toString(),
    variables,
    pause,
    ...(policy === undefined ? {} : { requestPolicy: policy }),
  });
  // An answer to a request that is refused has null in place of its data.
  const data = answer ?? undefined;
  const reload = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  return {
    data,
    error: error === undefined ? undefined : toApiError(error),
    loading: fetching && data === undefined,
    stale: stale || (fetching && data !== undefined),
    reload,
  };
}
