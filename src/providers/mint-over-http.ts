import type { Dispatcher } from 'undici';
import { classifyExchange } from './classify-exchange.ts';
import { exchangeOnce } from './exchange-once.ts';
import type { MintOutcome, MintRequest } from './provider.ts';
import type { WireDialect } from './wire-dialect.ts';

// An answer repeats the session. This is room for long instructions, but not for anything that upstream may send. Tens of
// thousands of non-ASCII characters that are answered as \u escapes do not fit.
export const MAX_ANSWER_BYTES = 256 * 1024;

export type MintingUpstream = {
  readonly dialect: WireDialect;
  readonly url: URL;
  readonly agent: Dispatcher;
  /** One mint's deadline in milliseconds, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The headers of one request, with the provider's credentials in plain; made anew for each request. */
  headers(request: MintRequest): Readonly<Record<string, string>>;
};

/**
 * Mints with at most one HTTP request. Resolves within the deadline and never rejects because of upstream. The outcome
 * holds nothing of upstream's prose.
 */
export async function mintOverHttp(upstream: MintingUpstream, request: MintRequest): Promise<MintOutcome> {
  const wire = upstream.dialect.writeRequest(request.session, request.expiresAfterSeconds);
  if (wire === null) return refusedUnsent;
  const exchange = await exchangeOnce(
    upstream.agent,
    {
      url: upstream.url,
      headers: {
        ...upstream.headers(request),
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'gatehouse',
      },
      body: JSON.stringify(wire),
    },
    { timeoutMs: upstream.timeoutMs, maxBodyBytes: MAX_ANSWER_BYTES },
  );
  return classifyExchange(exchange, upstream.dialect);
}

const refusedUnsent: MintOutcome = {
  kind: 'failed',
  code: 'upstream_rejected',
  retryable: false,
  upstreamStatus: null,
  upstreamCode: null,
  upstreamRequestId: null,
};
