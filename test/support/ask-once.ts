import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { ROOT_KEY } from './gateway.ts';
import type { Parsed } from './parsed.ts';

export type Asked =
  | {
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Parsed;
    }
  /** The connection broke, or was refused: with the system's code. */
  | { readonly broken: string };

/** One attempt on a connection of `agent`, as the operator: fetch decides by itself what to send again, and where. */
export function askOnce(agent: Agent, url: string, query: string, variables: unknown = {}): Promise<Asked> {
  const { promise, resolve } = Promise.withResolvers<Asked>();
  const broken = (error: unknown) =>
    resolve({ broken: error instanceof Error && 'code' in error ? String(error.code) : String(error) });
  const outgoing = request(url, {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ROOT_KEY}` },
  });
  outgoing.on('error', broken);
  outgoing.on('response', (response) => {
    const { statusCode = 0, headers } = response;
    json(response).then((body) => resolve({ status: statusCode, headers, body }), broken);
  });
  outgoing.end(JSON.stringify({ query, variables }));
  return promise;
}
