import { once } from 'node:events';
import { connect } from 'node:net';

export type Connection = {
  /** Sends a request as it goes over the wire; one at a time. Returns the answer's head and body as they came. */
  ask(request: Buffer): Promise<Buffer>;
  close(): void;
};

/**
 * HTTP/1.1 and no more than is needed of it: what the load generator uses, the servers on the same machine do not
 * get. (autocannon costs several times as much, and counts in whole milliseconds.)
 */
export async function openConnection({ hostname, port }: URL): Promise<Connection> {
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  let asked: PromiseWithResolvers<Buffer> | undefined;
  let pieces: Buffer[] = [];
  const fail = (error: Error) => asked?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The server closed the connection')));
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece);
    const answer = pieces.length === 1 ? piece : Buffer.concat(pieces);
    if (!isComplete(answer)) return;
    pieces = [];
    asked?.resolve(answer);
  });
  return {
    ask(request) {
      asked = Promise.withResolvers();
      socket.write(request);
      return asked.promise;
    },
    close: () => socket.destroy(),
  };
}

function isComplete(answer: Buffer): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(answer.toString('latin1', 0, end)) ?? [];
  // Without a length it is chunked.
  return length === undefined
    ? answer.toString('latin1', answer.length - 5) === '0\r\n\r\n'
    : answer.length >= end + 4 + Number(length);
}

/** A POST of JSON, as it goes over the wire. */
export function toRequest(url: URL, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const all = {
    host: url.host,
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
