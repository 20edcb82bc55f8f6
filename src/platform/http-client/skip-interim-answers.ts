import type { Duplex } from 'node:stream';
import type { buildConnector } from 'undici';

// A head longer than this is left to undici, which refuses it.
const MAX_INTERIM_BYTES = 16_384;
const STATUS_BYTES = 'HTTP/1.1 100'.length;
const STATUS_INDEX = 'HTTP/1.1 '.length;
const ONE = '1'.charCodeAt(0);

/**
 * A connector that connects as `connect` does, but no reader of the connection sees interim answers (1xx). undici takes
 * "100 Continue" for a broken answer and drops the connection, because it never asks for one; some proxies send it
 * unasked, before an answer with a secret. 101 stays: it ends HTTP on the connection.
 */
export function skippingInterimAnswers(connect: buildConnector.connector): buildConnector.connector {
  return (target, callback) => {
    connect(target, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      skipInterimAnswers(socket);
      callback(null, socket);
    });
  };
}

function skipInterimAnswers(socket: Duplex): void {
  // Requests do not overlap on a connection: what follows a request is the beginning of its answer.
  let atStart = true;
  let held: Buffer = Buffer.alloc(0);
  const { read, write } = socket;
  socket.write = (...args: unknown[]): boolean => {
    atStart = true;
    return Reflect.apply(write, socket, args);
  };
  socket.read = (size) => {
    const chunk: unknown = read.call(socket, size);
    if (!atStart || !Buffer.isBuffer(chunk)) return chunk;
    // Nearly all begin with the answer itself.
    if (held.length === 0 && chunk.length >= STATUS_BYTES && chunk[STATUS_INDEX] !== ONE) {
      atStart = false;
      return chunk;
    }
    held = withoutInterimAnswers(Buffer.concat([held, chunk]));
    // What follows is another protocol's: its pieces may be shorter than a status line.
    if (isSwitch(held)) Object.assign(socket, { read, write });
    // More of it has to arrive before it can be told what it is.
    if (isUndecided(held)) return null;
    atStart = false;
    const rest = held;
    held = Buffer.alloc(0);
    return rest;
  };
}

function withoutInterimAnswers(bytes: Buffer): Buffer {
  let rest = bytes;
  while (isInterim(rest)) {
    const end = rest.subarray(0, MAX_INTERIM_BYTES).indexOf('\r\n\r\n');
    if (end < 0) break;
    rest = rest.subarray(end + 4);
  }
  return rest;
}

function isUndecided(bytes: Buffer): boolean {
  return bytes.length < STATUS_BYTES || (isInterim(bytes) && bytes.length < MAX_INTERIM_BYTES);
}

function isSwitch(bytes: Buffer): boolean {
  return /^HTTP\/1\.[01] 101/.test(bytes.toString('latin1', 0, STATUS_BYTES));
}

function isInterim(bytes: Buffer): boolean {
  return /^HTTP\/1\.[01] 1(?!01)\d\d/.test(bytes.toString('latin1', 0, STATUS_BYTES));
}
