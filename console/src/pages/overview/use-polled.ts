import { useEffect, useState } from 'react';
import type { AnyVariables } from 'urql';
import type { ApiError } from '../../api/api-error.ts';
import { useRequest } from '../../api/use-request.ts';
import type { TypedDocumentString } from '../../gql/graphql.ts';

export type Polled<Data> = {
  /** The newest answer. It stays when a later request fails. */
  readonly data: Data | undefined;
  /** Why the newest request has no answer, or not all of it. */
  readonly error: ApiError | undefined;
};

/**
 * Asks the API whenever `beat` or the variables change.
 * @param variables the same object as long as they are the same
 */
export function usePolled<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables & AnyVariables,
  beat: number,
  { pause = false }: { readonly pause?: boolean } = {},
): Polled<Data> {
  const request = useRequest();
  const [polled, setPolled] = useState<Polled<Data>>({ data: undefined, error: undefined });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new beat is a new request
  useEffect(() => {
    if (pause) return undefined;
    let isNewest = true;
    request(document, variables)
      .then(({ data, error }) => {
        if (isNewest) setPolled((earlier) => ({ data: data ?? earlier.data, error }));
      })
      .catch(() => undefined);
    return () => {
      isNewest = false;
    };
  }, [request, document, variables, beat, pause]);
  return polled;
}
