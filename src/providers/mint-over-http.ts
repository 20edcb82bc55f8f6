import type { Dispatcher } from 'undici';
import type { SessionType } from '../sessions/session-config.ts';
import { classifyExchange } from './classify-exchange.ts';
import { decodeBody } from './decode-body.ts';
import { type Exchange, exchangeOnce } from './exchange-once.ts';
import type { MintOutcome, MintRequest } from './provider.ts';
import type { WireDialect } from './wire-dialect.ts';

// An answer repeats the session, with defaults, and perhaps with each character as an escape, which makes six bytes of
// one. So the bound is a multiple of what was sent; the rest of an answer is far smaller than the least bound.
export const MIN_ANSWER_BOUND = 1024 * 1024;
export const ANSWER_PER_SENT_BYTE = 8;

type Headers = Readonly<Record<string, string>>;

export type MintingUpstream = {
  readonly dialect: WireDialect;
  /** Where sessions of a type are minted. */
  url(type: SessionType): URL;
  readonly agent: Dispatcher;
  /** One mint's deadline in milliseconds, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The header of an answer that has the request's id, in lower case. */
  readonly requestIdHeader: string;
  /** The headers of one request, with the provider's credentials in plain; made anew for each request. */
  headers(request: MintRequest): Headers | Promise<Headers>;
};

/**
 * Mints with at most one HTTP request. Resolves within the deadline and never rejects because of upstream. The outcome
 * holds nothing of upstream's prose.
 */
export async function mintOverHttp(upstream: MintingUpstream, request: MintRequest): Promise<MintOutcome> {
  const wire = upstream.dialect.writeRequest(request.session, request.expiresAfterSeconds);
  if (wire === null) return refusedUnsent;
  const body = JSON.stringify(wire);
  const maxBodyBytes = Math.max(MIN_ANSWER_BOUND, ANSWER_PER_SENT_BYTE * Buffer.byteLength(body));
  const exchange = await exchangeOnce(
    upstream.agent,
    {
      url: upstream.url(request.session.type),
      method: 'POST',
      headers: {
        ...(await upstream.headers(request)),
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'gatehouse',
      },
      body,
    },
    { timeoutMs: upstream.timeoutMs, maxBodyBytes },
  );
  return classifyExchange(await decoded(exchange, maxBodyBytes), upstream);
}

/** We ask for no encoding, but what comes in one is decoded all the same: it may bring a secret. */
async function decoded(exchange: Exchange, maxBodyBytes: number): Promise<Exchange> {
  if (exchange.kind !== 'answered' || exchange.ending !== 'complete') return exchange;
  const encoding = exchange.headers['content-encoding'];
  if (encoding === undefined) return exchange;
  const body = await decodeBody(exchange.body, encoding, maxBodyBytes);
  return typeof body === 'string' ? { ...exchange, ending: body } : { ...exchange, body };
}

const refusedUnsent: MintOutcome = {
  kind: 'failed',
  code: 'upstream_rejected',
  retryable: false,
  upstreamStatus: null,
  upstreamCode: null,
  upstreamParam: null,
  upstreamRequestId: null,
  retryAfterMs: null,
};
