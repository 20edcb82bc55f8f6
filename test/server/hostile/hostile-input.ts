import { ROOT_KEY } from '../../support/gateway.ts';

/** Stands in whatever an input makes up, and must not come back. */
export const CANARY = 'cAnArY7';

export type HostileInput = {
  readonly name: string;
  /** Who describes it: the OWASP cheat sheets, graphql-cop's checks, DVGA's scenarios, an advisory. */
  readonly source: 'OWASP' | 'graphql-cop' | 'DVGA' | 'advisory';
  readonly bytes: (url: URL) => string | Buffer;
  /** 0: the connection is closed without an answer. */
  readonly status: readonly number[];
  /** What makes a 200 harmless. */
  readonly harmless?: (body: string) => boolean;
  /** What the answer must not say, beside the canary. */
  readonly absent?: RegExp;
};

type Headers = Readonly<Record<string, string | undefined>>;

type Request = {
  readonly method: string;
  readonly target: string;
  readonly headers: Headers;
  readonly body: string | Buffer;
  readonly version: string;
};

/** A request as bytes; a header that is undefined is left out. */
export function request(
  url: URL,
  { method = 'POST', target = url.pathname, headers = {}, body = '', version = '1.1' }: Partial<Request>,
): Buffer {
  const sent: Headers = {
    host: url.host,
    authorization: `Bearer ${ROOT_KEY}`,
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
    ...(body.length > 0 || method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
    // Its answer has a length and no body: only its end tells that it is whole.
    ...(method === 'HEAD' ? { connection: 'close' } : {}),
    ...headers,
  };
  const lines = Object.entries(sent).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}`,
  );
  const head = [`${method} ${target} HTTP/${version}`, ...lines, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}

/** A POST of a query with whatever else a request may carry. */
export function post(
  query: unknown,
  { headers = {}, ...others }: { readonly headers?: Headers; readonly [parameter: string]: unknown } = {},
) {
  return (url: URL) => request(url, { headers, body: JSON.stringify({ query, ...others }) });
}

/** A POST of a body as it is. */
export function postBody(body: string | Buffer, headers: Headers = {}) {
  return (url: URL) => request(url, { headers, body });
}

/** A GET with a query string. */
export function get(parameters: Readonly<Record<string, string>>, headers: Headers = {}) {
  const search = new URLSearchParams(parameters);
  return (url: URL) =>
    request(url, {
      method: 'GET',
      target: `${url.pathname}?${search}`,
      headers: { 'content-type': undefined, ...headers },
    });
}

export const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');
