import type { IncomingMessage } from 'node:http';
import { type Refusal, refuse } from './refusal.ts';

type Headers = Readonly<Record<string, string>>;

export type Cors = {
  /** The headers that let a page of the request's origin read the answer. */
  headersFor(request: IncomingMessage): Headers;
  /** Answers the preflight request of a browser. */
  preflight(request: IncomingMessage): { readonly kind: 'preflight'; readonly headers: Headers } | Refusal;
};

// Every token of HTTP is the name of a header but "*", which would allow all headers.
const HEADER_NAME = /^(?!\*$)[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/;
const MAX_HEADERS = 64;
const ALWAYS_ALLOWED = ['authorization', 'content-type'];
// What a page may read beside the headers that browsers always show it. With the date it can correct its own clock.
const EXPOSED = 'date, retry-after, www-authenticate, x-request-id';

/** What pages may send, and what they may read of the answer. */
export type CorsRules = {
  readonly methods: string;
  /** Null: `authorization`, `content-type` and whatever else a page asks for. */
  readonly onlyHeaders: readonly string[] | null;
  readonly exposed: string;
};

const GRAPHQL: CorsRules = { methods: 'GET, POST', onlyHeaders: null, exposed: EXPOSED };
/** Exactly what the browser SDK sends with an offer, and what it and its page read of the answer. */
export const OFFERS: CorsRules = {
  methods: 'POST',
  onlyHeaders: [...ALWAYS_ALLOWED, 'x-openai-agents-sdk'],
  exposed: 'location, retry-after, x-request-id',
};

/** Lets pages of exactly these origins send requests. Credentials are in a header, never in cookies. */
export function createCors(
  origins: readonly string[],
  { methods, onlyHeaders, exposed }: CorsRules = GRAPHQL,
): Cors {
  const listed = new Set(origins);
  const vary: Headers = listed.size === 0 ? {} : { vary: 'origin' };
  const isListed = ({ headers }: IncomingMessage) => listed.has(headers.origin ?? '');
  return {
    headersFor: (request) =>
      isListed(request)
        ? {
            ...vary,
            'access-control-allow-origin': request.headers.origin ?? '',
            'access-control-expose-headers': exposed,
          }
        : vary,
    preflight: (request) =>
      isListed(request)
        ? {
            kind: 'preflight',
            headers: {
              vary: 'origin, access-control-request-headers',
              'access-control-allow-methods': methods,
              'access-control-allow-headers': (
                onlyHeaders ?? [...ALWAYS_ALLOWED, ...requestedHeaders(request)]
              ).join(', '),
              'access-control-max-age': '3600',
            },
          }
        : refuse(403, 'Pages of this origin may not send requests.'),
  };
}

/**
 * The headers that a page wants to send, as many of them as may be: traces and clients add some of their own. What a
 * request may do is decided by its credential, which these pages may send anyway.
 */
function requestedHeaders({ headers }: IncomingMessage): readonly string[] {
  const names = headers['access-control-request-headers']?.toLowerCase().split(',') ?? [];
  const wellFormed = names.map((name) => name.trim()).filter((name) => HEADER_NAME.test(name));
  return [...new Set(wellFormed)].filter((name) => !ALWAYS_ALLOWED.includes(name)).slice(0, MAX_HEADERS);
}
