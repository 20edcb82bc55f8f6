import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** The server's side of a WebSocket, by hand: it can break the protocol when told to. */
export type ServerSocket = {
  /** As one text message, in as many frames as `pieces` says. */
  send(text: string, options?: { readonly pieces?: number }): void;
  /** Bytes as they are. */
  raw(bytes: Buffer): void;
  ping(): void;
  /** Says goodbye with a code, or (1006) breaks the connection without a word. */
  close(code: number): void;
  /** Answers no ping any more, as a connection that died silently. */
  goDeaf(): void;
  /** How many pings, and pongs, came. */
  readonly heard: { pings: number; pongs: number };
  readonly closed: Promise<void>;
};

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** Answers 101, and takes the connection over. Throws when the client does not ask as a WebSocket client has to. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex): ServerSocket {
  const key = request.headers['sec-websocket-key'];
  if (key === undefined || request.headers['sec-websocket-version'] !== '13')
    throw new Error('Not a WebSocket');
  const accept = createHash('sha1')
    .update(key + MAGIC)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  const heard = { pings: 0, pongs: 0 };
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  let deaf = false;
  let rest: Buffer = Buffer.alloc(0);
  const write = (opcode: number, payload: Buffer, isFinal = true) => {
    if (socket.writable) socket.write(frameOf(opcode, payload, isFinal));
  };
  socket
    .on('error', () => {})
    .on('close', () => resolve())
    // A client that died has closed only its half.
    .on('end', () => socket.end())
    .on('data', (chunk: Buffer) => {
      if (deaf) return;
      rest = Buffer.concat([rest, chunk]);
      for (let frame = readMasked(rest); frame !== null; frame = readMasked(rest)) {
        rest = rest.subarray(frame.bytes);
        if (frame.opcode === PING) {
          heard.pings += 1;
          write(PONG, frame.payload);
        } else if (frame.opcode === PONG) heard.pongs += 1;
        else if (frame.opcode === CLOSE) {
          write(CLOSE, frame.payload);
          socket.end();
        }
      }
    });
  return {
    send(text, { pieces = 1 } = {}) {
      const bytes = Buffer.from(text);
      const size = Math.ceil(bytes.length / pieces);
      for (let index = 0; index < pieces; index += 1)
        write(index === 0 ? TEXT : 0, bytes.subarray(index * size, (index + 1) * size), index === pieces - 1);
    },
    raw: (bytes) => void socket.write(bytes),
    ping: () => write(PING, Buffer.from('are you there')),
    close(code) {
      if (code === 1006) return void socket.destroy();
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      write(CLOSE, payload);
      setTimeout(() => socket.destroy(), 500).unref();
    },
    goDeaf() {
      deaf = true;
    },
    heard,
    closed,
  };
}

export function frameOf(opcode: number, payload: Buffer, isFinal = true): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode;
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head.writeUInt8(first, 0);
  if (length < 65_536) {
    head.writeUInt8(126, 1);
    head.writeUInt16BE(length, 2);
  } else {
    head.writeUInt8(127, 1);
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** A client's frame of at most 125 bytes: all that a client which only watches sends. */
function readMasked(bytes: Buffer): { opcode: number; payload: Buffer; bytes: number } | null {
  if (bytes.length < 6) return null;
  const length = bytes.readUInt8(1) & 0x7f;
  if ((bytes.readUInt8(1) & 0x80) === 0) throw new Error('A client has to mask what it sends');
  if (bytes.length < 6 + length) return null;
  const mask = bytes.subarray(2, 6);
  const payload = Buffer.from(bytes.subarray(6, 6 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, bytes: 6 + length };
}
