import { createClient as createEventClient, type Client as EventClient } from 'graphql-sse';
import { createContext } from 'react';
import { type Client, cacheExchange, createClient, fetchExchange } from 'urql';
import { authorization } from './credential.ts';
import { learnServerTime } from './server-clock.ts';
import { endWhenSilent } from './silence.ts';

const URL = '/graphql';

/** What pages ask with, and what they listen with. */
export type ApiClient = {
  readonly client: Client;
  readonly events: EventClient;
  /** Sends a request with the credential. */
  readonly request: typeof fetch;
};

export const ApiContext = createContext<ApiClient | null>(null);

/**
 * The client for one sign-in: another caller must not see what this one's cache holds.
 * @param onUnauthenticated called when the gateway does not accept the credential any more
 */
export function createApiClient(onUnauthenticated: () => void): ApiClient {
  const request: typeof fetch = async (input, init) => {
    const sentAt = Date.now();
    // Only here, so that what the clients keep of a request has no credential in it.
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(authorization())) headers.set(name, value);
    const response = await fetch(input, { ...init, headers });
    learnServerTime(response.headers.get('date'), sentAt, Date.now());
    if (response.status === 401) onUnauthenticated();
    return response;
  };
  const events = createEventClient({
    url: URL,
    fetchFn: async (input: string, init: RequestInit) => endWhenSilent(await request(input, init)),
    // `follow` does it: it knows where to go on, and says meanwhile that nothing is live.
    retryAttempts: 0,
  });
  const client = createClient({
    url: URL,
    fetch: request,
    fetchOptions: { credentials: 'omit' },
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [cacheExchange, fetchExchange],
  });
  return { client, events, request };
}
