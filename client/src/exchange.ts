import { GatehouseError } from './gatehouse-error.ts';

/** One request to the gateway, before it is sent. */
export type Operation = { readonly text: string; readonly variables: object };

export type Endpoint = {
  readonly url: string;
  readonly auth: string | (() => string | Promise<string>);
  readonly fetch: typeof globalThis.fetch;
};

/**
 * Sends an operation and waits for the head of the answer.
 * @throws GatehouseError NETWORK; what `auth` throws; the reason of the signal
 */
export async function send(
  { url, auth, fetch }: Endpoint,
  operation: Operation,
  accept: string,
  signal: AbortSignal,
): Promise<Response> {
  signal.throwIfAborted();
  const credential = typeof auth === 'string' ? auth : await untilAborted(Promise.resolve(auth()), signal);
  const request = {
    method: 'POST',
    headers: headersOf(credential, accept),
    body: JSON.stringify({ query: operation.text, variables: operation.variables }),
    // Another address would be handed the credential, or get no body.
    redirect: 'manual',
    signal,
  } as const;
  return heard(() => fetch(url, request), signal);
}

/**
 * Waits for something of the connection.
 * @throws GatehouseError NETWORK if it broke; the reason of the signal if that ended it
 */
export async function heard<T>(wait: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await wait();
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new GatehouseError('NETWORK', 'The gateway could not be reached, or the connection broke.', {
      cause,
    });
  }
}

/** The error of a header that cannot be sent has the header in its message, so it is replaced. */
function headersOf(credential: string, accept: string): Headers {
  try {
    return new Headers({ 'content-type': 'application/json', accept, authorization: `Bearer ${credential}` });
  } catch {
    throw new GatehouseError('UNAUTHENTICATED', 'The credential has characters that no header can have.');
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
