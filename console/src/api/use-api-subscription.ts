import { useEffect, useRef } from 'react';
import { type AnyVariables, useSubscription } from 'urql';
import type { TypedDocumentString } from '../gql/graphql.ts';
import { type ApiError, toApiError } from './api-error.ts';

/** Listens to events while the component is mounted and `pause` is false. */
export function useApiSubscription<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables & AnyVariables,
  onEvent: (event: Data) => void,
  { pause = false }: { readonly pause?: boolean } = {},
): { readonly error: ApiError | undefined; readonly listening: boolean } {
  const latest = useRef(onEvent);
  useEffect(() => {
    latest.current = onEvent;
  });
  const [{ error, fetching }] = useSubscription<Data, null, Variables & AnyVariables>(
    { query: document.toString(), variables, pause },
    (_previous, event) => {
      latest.current(event);
      return null;
    },
  );
  return { error: error === undefined ? undefined : toApiError(error), listening: fetching };
}
