import type { Dispatcher } from 'undici';
import { isProxyRefusal } from '../platform/http-client/proxy-error.ts';

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** How receiving the answer ended. */
export type Ending = 'complete' | 'timed_out' | 'lost' | 'too_large' | 'malformed';

/** One HTTP exchange. Its kind decides whether something may have happened upstream. */
export type Exchange =
  /** Nothing of the request reached the upstream: it could not be connected to, or a proxy refused. */
  | { readonly kind: 'unsent'; readonly reason: 'unreachable' | 'proxy_refused' }
  /** The request left, at least in part; no status came back. */
  | { readonly kind: 'unanswered'; readonly ending: Exclude<Ending, 'complete'> }
  /** `body` is whole only when `ending` is complete. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Headers;
      readonly body: Buffer;
      readonly ending: Ending;
    };

export type Outgoing = {
  readonly url: URL;
  /** Only POST mints. */
  readonly method: 'POST' | 'GET';
  readonly headers: Readonly<Record<string, string>>;
  /** Null: none is sent. */
  readonly body: string | null;
};

export type ExchangeBounds = {
  readonly timeoutMs: number;
  /** Of the answer. */
  readonly maxBodyBytes: number;
  /** Ends it before its time-out. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Sends once: no retry, no redirect. Resolves within `timeoutMs`, connecting and the whole body included, and reads at
 * most `maxBodyBytes` of the answer. Never rejects.
 *
 * Uses undici's dispatch instead of its request: request ignores a signal while it connects, and only a dispatch handler
 * is told whether the request was written. ECONNRESET comes both before and after that.
 */
export function exchangeOnce(
  agent: Dispatcher,
  { url, method, headers, body }: Outgoing,
  { timeoutMs, maxBodyBytes, signal }: ExchangeBounds,
): Promise<Exchange> {
  if (signal?.aborted) return Promise.resolve({ kind: 'unsent', reason: 'unreachable' });
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  let controller: Dispatcher.DispatchController | undefined;
  let head: { status: number; headers: Headers } | undefined;
  const chunks: Buffer[] = [];
  let received = 0;
  let settled = false;
  let refusedByProxy = false;

  const settle = (ending: Ending) => {
    if (settled) return;
    settled = true;
    clearTimeout(deadline);
    signal?.removeEventListener('abort', expire);
    if (refusedByProxy) resolve({ kind: 'unsent', reason: 'proxy_refused' });
    else if (controller === undefined) resolve({ kind: 'unsent', reason: 'unreachable' });
    else if (head !== undefined) resolve({ kind: 'answered', ...head, body: Buffer.concat(chunks), ending });
    else resolve({ kind: 'unanswered', ending: ending === 'complete' ? 'lost' : ending });
    if (ending !== 'complete') controller?.abort(new Error('The answer is no longer waited for'));
  };
  const expire = () => settle('timed_out');
  const deadline = setTimeout(expire, timeoutMs);
  signal?.addEventListener('abort', expire);

  agent.dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers,
      body,
      // Off, because our deadline covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    {
      onRequestStart(started) {
        // Nothing has been written yet, so an exchange that timed out while connecting is still stopped here; and so is
        // a dispatcher that tries again by itself, because there is one attempt.
        if (settled || controller !== undefined) started.abort(new Error('Not to be sent, or not again'));
        else controller = started;
      },
      onResponseStart(_, status, answered) {
        if (status >= 200) head = { status, headers: answered };
      },
      onResponseData(_, chunk) {
        received += chunk.length;
        if (received > maxBodyBytes) settle('too_large');
        else chunks.push(chunk);
      },
      onResponseEnd: () => settle('complete'),
      onResponseError(_, error) {
        refusedByProxy = isProxyRefusal(error);
        settle(endingOf(error));
      },
    },
  );
  return promise;
}

function endingOf(error: Error): Exclude<Ending, 'complete'> {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'too_large';
  return typeof code === 'string' && code.startsWith('HPE_') ? 'malformed' : 'lost';
}
