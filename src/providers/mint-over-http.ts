import type { Dispatcher } from 'undici';
import { classifyExchange } from './classify-exchange.ts';
import { exchangeOnce } from './exchange-once.ts';
import type { MintOutcome, MintRequest } from './provider.ts';
import type { WireDialect } from './wire-dialect.ts';

// An answer repeats the session: room for one with long instructions, not for whatever upstream may send. One of
// tens of thousands of non-ASCII characters, answered with \u escapes, would be over it.
const MAX_ANSWER_BYTES = 256 * 1024;

export type MintingUpstream = {
  readonly dialect: WireDialect;
  readonly url: URL;
  readonly agent: Dispatcher;
  /** One mint's deadline in milliseconds, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The provider's credentials and the like, in plain, made anew for each request. */
  headers(request: MintRequest): Readonly<Record<string, string>>;
};

/**
 * Mints with at most one HTTP request. Settles within the deadline and never rejects for what upstream does;
 * nothing of its prose is in the outcome.
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
