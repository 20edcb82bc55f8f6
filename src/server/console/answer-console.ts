import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Refusal, refuse } from '../http/refusal.ts';
import { acceptedEncoding } from './accepted-encoding.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';
import { ASSETS, type ConsoleFile, type ConsoleFiles } from './load-console.ts';
import type { ConsoleSettings } from './settings.ts';

export type Console = ConsoleFiles & { readonly settings: ConsoleSettings };

const PATH = '/console';
const BELOW = `${PATH}/`;
const SETTINGS = 'config.json';
const METHODS = 'GET, HEAD';
const ONE_YEAR_SECONDS = 31_536_000;

export function isConsolePath({ url = '' }: IncomingMessage): boolean {
  const path = pathOf(url);
  return path === PATH || path.startsWith(BELOW);
}

/**
 * Answers a request for the console: a file, its settings, or for each other path its page, which knows what to show there.
 * @returns what is wrong with the request, when nothing has been answered
 */
export function answerConsole(
  request: IncomingMessage,
  response: ServerResponse,
  { page, files, settings }: Console,
): Refusal | null {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(405, `The method must be one of ${METHODS}.`, { headers: { allow: METHODS } });
  const { url = '' } = request;
  const path = pathOf(url);
  if (path === PATH) {
    response.writeHead(308, { location: `${BELOW}${url.slice(path.length)}`, 'content-length': 0 }).end();
    return null;
  }
  const name = path.slice(BELOW.length);
  if (name === SETTINGS) {
    send(request, response, Buffer.from(JSON.stringify(settings)), 'application/json; charset=utf-8');
    return null;
  }
  const file = files.get(name);
  // After an update a page that is still open asks for files of the version before. HTML would only confuse it.
  if (file === undefined && name.startsWith(ASSETS)) return refuse(404, 'There is no such file.');
  if (file === undefined || file === page) {
    response.setHeader('content-security-policy', contentSecurityPolicy(settings));
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    sendFile(request, response, page);
  } else {
    response.setHeader(
      'cache-control',
      file.immutable ? `public, max-age=${ONE_YEAR_SECONDS}, immutable` : 'no-cache',
    );
    response.setHeader('etag', file.etag);
    if (request.headers['if-none-match'] === file.etag) response.writeHead(304).end();
    else sendFile(request, response, file);
  }
  return null;
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: ConsoleFile): void {
  const encoding = acceptedEncoding(request.headers['accept-encoding'], file);
  response.setHeader('vary', ['accept-encoding', response.getHeader('vary') ?? []].flat().join(', '));
  if (encoding !== null) response.setHeader('content-encoding', encoding);
  send(request, response, file[encoding ?? 'identity'] ?? file.identity, file.type);
}

function send({ method }: IncomingMessage, response: ServerResponse, bytes: Buffer, type: string): void {
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length });
  response.end(method === 'HEAD' ? undefined : bytes);
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
