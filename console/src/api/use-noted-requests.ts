import { useCallback, useContext } from 'react';
import { ApiContext } from './client.ts';

type Noted = {
  readonly fetch: typeof fetch;
  /** Under which id the gateway's log has the request; null before it was answered. */
  readonly id: () => string | null;
};

/** @returns a function that makes a sender of one request, which notes its id: a refusal is an answer, and says none itself */
export function useNotedRequests(): () => Noted {
  const send = useContext(ApiContext)?.request ?? fetch;
  return useCallback(() => {
    let id: string | null = null;
    return {
      fetch: async (input, init) => {
        const response = await send(input, init);
        id = response.headers.get('x-request-id');
        return response;
      },
      id: () => id,
    };
  }, [send]);
}
