import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../platform/validation/json.ts';
import { DOCUMENT_ID_KEYS, NOT_JSON } from '../graphql/check-parameters.ts';
import { type Refusal, refuse } from './refusal.ts';

export type Body =
  | { readonly kind: 'body'; readonly value: object }
  /** The client closed the connection, or took too long: there is nobody to answer. */
  | { readonly kind: 'gone' }
  | Refusal;

/**
 * Reads the body of a request, a JSON object of at most `limit` bytes.
 * @param takeTurn is awaited between reading and parsing
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  takeTurn: () => Promise<void>,
): Promise<Body> {
  const bytes = await readBytes(request, limit);
  if (bytes === 'gone') return { kind: 'gone' };
  // The rest of the body is not read, so the connection cannot be used again.
  if (bytes === 'too long')
    return refuse(413, `The request must have at most ${limit} bytes.`, { headers: { connection: 'close' } });
  await takeTurn();
  const value = isUtf8(bytes) ? parseJson(bytes.toString('utf8')) : undefined;
  // A list would be a batch: several operations under the limits of one.
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    return refuse(400, 'The body must be one JSON object in UTF-8, with query and optionally variables.');
  return { kind: 'body', value };
}

/**
 * Counts the bytes while they arrive: a Content-Length may be missing or wrong. By events, because reading a stream with
 * for await costs more than everything else that is done with a small body.
 */
export function readBytes(request: IncomingMessage, limit: number): Promise<Buffer | 'too long' | 'gone'> {
  return new Promise((resolve) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) return resolve('too long');
    if (request.destroyed) return resolve('gone');
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= limit) return;
      request.off('data', onData).pause();
      resolve('too long');
    };
    request.on('data', onData);
    request.once('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length));
    });
    // After the end this changes nothing.
    request.once('close', () => resolve('gone'));
  });
}

/** The parameters of a GET, from its query string. Its other parameters are those of the URL, and not of GraphQL. */
export function readParameters(url: string | undefined): object {
  const search = new URLSearchParams(url?.split('?').slice(1).join('?') ?? '');
  const ids = DOCUMENT_ID_KEYS.map((key) => [key, search.get(key)] as const);
  return {
    ...Object.fromEntries(ids),
    query: search.get('query'),
    operationName: search.get('operationName'),
    variables: readJson(search.get('variables')),
    extensions: readJson(search.get('extensions')),
  };
}

function readJson(text: string | null): unknown {
  if (text === null || text === '') return null;
  const value = parseJson(text);
  return value === undefined ? NOT_JSON : value;
}
