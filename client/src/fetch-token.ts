import { type ErrorCode, GatehouseError } from './gatehouse-error.ts';

/** What realtimeTokenHandler of gatehouse-client/server answers. */
export type MintedToken = {
  /** The client secret. Hand it to the connection, and keep it nowhere. */
  readonly token: string;
  /** Where to connect with it. */
  readonly url?: string | undefined;
  /** When it expires, in seconds since 1970. */
  readonly expiresAt: number;
  /** The gateway's id of the session. */
  readonly sessionId?: string | undefined;
};

export type MintOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Of the click: a request that is sent twice with the same key mints once. Default: a new one. */
  readonly idempotencyKey?: string | undefined;
};

/**
 * Makes a function that asks your backend's realtimeTokenHandler for a client secret, in the browser: `mint` for
 * useRealtimeSession and for realtimeAgentsOptions.
 * @param body what the backend's `session` may take from, as JSON
 * @throws GatehouseError when there is no token; the reason of the signal when it is aborted
 */
export function fetchToken(
  url: string | URL,
  body?: unknown,
): (options?: MintOptions) => Promise<MintedToken> {
  return async ({ signal, idempotencyKey = crypto.randomUUID() } = {}) => {
    const response = await post(url, body, { signal, idempotencyKey });
    const answer: unknown = await response.json().catch(() => null);
    signal?.throwIfAborted();
    if (response.ok && isMinted(answer)) return answer;
    throw errorOf(response, answer);
  };
}

async function post(
  url: string | URL,
  body: unknown,
  { signal, idempotencyKey }: { readonly signal: AbortSignal | undefined; readonly idempotencyKey: string },
): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: {
        'idempotency-key': idempotencyKey,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new GatehouseError('NETWORK', 'The backend cannot be reached.', { cause });
  }
}

function isMinted(answer: unknown): answer is MintedToken {
  return typeof fieldOf(answer, 'token') === 'string' && typeof fieldOf(answer, 'expiresAt') === 'number';
}

function errorOf(response: Response, answer: unknown): GatehouseError {
  const message = fieldOf(fieldOf(answer, 'error'), 'message');
  if (response.ok || typeof message !== 'string')
    return new GatehouseError(
      'MALFORMED_ANSWER',
      'The backend answered neither a token nor why there is none.',
    );
  const header = response.headers.get('retry-after');
  const retryAt = header === null ? undefined : new Date(Date.now() + Number(header) * 1000);
  return new GatehouseError(codeOf(response.status), message, { retryAt });
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 429) return 'RATE_LIMITED';
  return status < 500 ? 'BAD_USER_INPUT' : 'SERVICE_UNAVAILABLE';
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
