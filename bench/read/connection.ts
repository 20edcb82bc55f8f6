import { once } from 'node:events';
import { connect } from 'node:net';

export type Connection = {
  /** Sends a whole request and resolves when its answer is complete. @throws Error when it is no success */
  readonly ask: (request: Buffer) => Promise<void>;
  readonly close: () => void;
};

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const ERRORS = Buffer.from('"errors":');

/** A request of HTTP, ready to be sent as often as is wanted. */
export function requestBytes(url: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const { host, pathname } = new URL(url);
  const fields = {
    host,
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${head.join('')}\r\n${body}`);
}

/**
 * One connection of the load generator, which does as little as it can, since it shares the machine with what is measured:
 * it writes bytes that were made before, and of an answer reads its status, its length, and whether it has errors.
 */
export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  await once(socket, 'connect');
  let answered: PromiseWithResolvers<void> | null = null;
  let received: Buffer[] = [];
  let missing: number | null = null;

  socket.on('data', (chunk: Buffer) => {
    received.push(chunk);
    if (missing === null) {
      const bytes = Buffer.concat(received);
      const end = bytes.indexOf(END_OF_HEAD);
      if (end === -1) return;
      received = [bytes];
      missing = bodyLength(bytes.toString('latin1', 0, end)) - (bytes.length - end - END_OF_HEAD.length);
    } else missing -= chunk.length;
    if (missing > 0) return;
    const bytes = received.length === 1 && received[0] !== undefined ? received[0] : Buffer.concat(received);
    received = [];
    missing = null;
    if (bytes.toString('latin1', 9, 12) === '200' && !bytes.includes(ERRORS)) answered?.resolve();
    else answered?.reject(new Error(`The answer is no success:\n${bytes.toString().slice(0, 1500)}`));
  });
  socket.on('error', (error) => answered?.reject(error));
  socket.on('close', () => answered?.reject(new Error('The server closed the connection')));

  return {
    ask(request) {
      answered = Promise.withResolvers();
      socket.write(request);
      return answered.promise;
    },
    close: () => socket.destroy(),
  };
}

function bodyLength(head: string): number {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) throw new Error(`The answer does not say how long it is:\n${head}`);
  return Number(length);
}
