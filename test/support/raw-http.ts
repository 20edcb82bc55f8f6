import { connect, type Socket } from 'node:net';

export type RawAnswer = {
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  /** In lower case. */
  readonly head: string;
  readonly body: string;
};

/** A connection to where a URL points. */
export function openSocket(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

/** Sends bytes as they are, and returns the first answer, or what there was of it when the connection ends. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = openSocket(url);
  socket.write(bytes);
  try {
    return await readAnswer(socket);
  } finally {
    socket.destroy();
  }
}

/** The next answer on a connection, or what there is of it when the connection ends. */
export function readAnswer(socket: Socket): Promise<RawAnswer> {
  const { promise, resolve } = Promise.withResolvers<RawAnswer>();
  let received = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (isWhole(received)) finish();
  };
  const finish = () => {
    socket.off('data', onData);
    resolve(parse(received));
  };
  socket.on('data', onData);
  // Cut while there was more to send: what was answered before has arrived.
  socket.once('error', finish);
  socket.once('close', finish);
  return promise;
}

function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = bytes.subarray(0, end).toString('latin1').toLowerCase();
  if (head.startsWith('http/1.1 100')) return false;
  const length = /^content-length: (\d+)/m.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= end + 4 + Number(length);
  return head.startsWith('http/1.1 204') || bytes.subarray(end).includes('\r\n0\r\n\r\n');
}

function parse(bytes: Buffer): RawAnswer {
  const [head = '', ...body] = bytes.toString('utf8').split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
  return { status, head: head.toLowerCase(), body: body.join('\r\n\r\n') };
}
