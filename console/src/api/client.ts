import { createClient as createEventClient } from 'graphql-sse';
import { type Client, cacheExchange, createClient, fetchExchange, subscriptionExchange } from 'urql';
import { authorization } from './credential.ts';
import { learnServerTime } from './server-clock.ts';

const URL = '/graphql';

/**
 * The client for one sign-in: another caller must not see what this one's cache holds.
 * @param onUnauthenticated called when the gateway does not accept the credential any more
 */
export function createApiClient(onUnauthenticated: () => void): Client {
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
  const events = createEventClient({ url: URL, fetchFn: request });
  return createClient({
    url: URL,
    fetch: request,
    fetchOptions: { credentials: 'omit' },
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: events.subscribe({ query, variables: { ...variables } }, sink),
          }),
        }),
      }),
    ],
  });
}
