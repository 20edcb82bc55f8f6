import type { ServerResponse } from 'node:http';

const HEADERS = Symbol('common headers');

// On the answer itself. A WeakMap keeps what belongs to a request from being collected while it is young.
type Answer = ServerResponse & { [HEADERS]?: readonly string[] };

/**
 * Has an answer carry these headers, names and values in turns, however it is written. Those that it sets itself outrank them.
 * They are written in one go with the answer's own: setting each of them takes longer than writing the head.
 */
export function addCommonHeaders(response: Answer, headers: readonly string[]): void {
  response[HEADERS] = headers;
  const writeHead = response.writeHead;
  response.writeHead = (...args: readonly unknown[]) => {
    const [status, own] = args;
    if (Array.isArray(own) && response.getHeaderNames().length === 0)
      return Reflect.apply(writeHead, response, [status, [...headers, ...own]]);
    setCommonHeaders(response);
    return Reflect.apply(writeHead, response, args);
  };
}

/** Sets the headers that were added, for who reads them or has others to set. */
export function setCommonHeaders(response: Answer): void {
  const headers = response[HEADERS] ?? [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!response.hasHeader(name)) response.setHeader(name, headers[index + 1] ?? '');
  }
}
