import { connect } from 'node:net';
import { ROOT_KEY } from './gateway.ts';

type Request = { readonly query: string; readonly variables?: unknown };
type RawAnswer = { readonly head: string; readonly body: unknown };

/** An HTTP request for GraphQL as bytes, as the operator; without `query`, of what a test says. */
export function rawRequest(url: string, body: string): string {
  const { host, pathname } = new URL(url);
  return [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${ROOT_KEY}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/** Sends all requests on one connection without waiting for answers: they arrive in this order, and so do the answers. */
export function askPipelined(url: string, requests: readonly Request[]): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(requests.map((request) => rawRequest(url, JSON.stringify(request))).join(''));
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer[]>();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', reject);
  socket.on('close', () => resolve(readAnswers(Buffer.concat(chunks))));
  return promise;
}

/** The answers in what a connection received; each must have a content-length. */
export function readAnswers(bytes: Buffer): RawAnswer[] {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return [];
  const head = bytes.subarray(0, end).toString('latin1').toLowerCase();
  const length = Number(head.match(/^content-length: (\d+)/m)?.[1]);
  const bodyEnd = end + 4 + length;
  const body: unknown = JSON.parse(bytes.subarray(end + 4, bodyEnd).toString('utf8'));
  return [{ head, body }, ...readAnswers(bytes.subarray(bodyEnd))];
}
