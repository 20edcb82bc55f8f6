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

/** Waits for something of the connection. @throws what failureOf says */
export async function heard<T>(wait: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await wait();
  } catch (error) {
    throw failureOf(error, signal);
  }
}

/** What to throw for an error of the connection: the reason of the signal if that ended it, else a GatehouseError. */
export function failureOf(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (cause instanceof GatehouseError) return cause;
  return new GatehouseError('NETWORK', 'The gateway could not be reached, or the connection broke.', {
    cause,
  });
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
