import type { IncomingMessage } from 'node:http';
import { type Refusal, refuse } from './refusal.ts';

type Headers = Readonly<Record<string, string>>;

export type Cors = {
  /** The headers that let a page of the request's origin read the answer. */
  headersFor(request: IncomingMessage): Headers;
  /** Answers the preflight request of a browser. */
  preflight(request: IncomingMessage): { readonly kind: 'preflight'; readonly headers: Headers } | Refusal;
};

/** Lets pages of exactly these origins send requests. Credentials are in a header, never in cookies. */
export function createCors(origins: readonly string[]): Cors {
  const listed = new Set(origins);
  const vary: Headers = listed.size === 0 ? {} : { vary: 'origin' };
  const isListed = ({ headers }: IncomingMessage) => listed.has(headers.origin ?? '');
  return {
    headersFor: (request) =>
      isListed(request)
        ? {
            ...vary,
            'access-control-allow-origin': request.headers.origin ?? '',
            'access-control-expose-headers': 'x-request-id, retry-after',
          }
        : vary,
    preflight: (request) =>
      isListed(request)
        ? {
            kind: 'preflight',
            headers: {
              'access-control-allow-methods': 'GET, POST',
              'access-control-allow-headers': 'authorization, content-type',
              'access-control-max-age': '3600',
            },
          }
        : refuse(403, 'Pages of this origin may not send requests.'),
  };
}
