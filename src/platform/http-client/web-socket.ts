import { createHash, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import { createFrameReader, type FrameHandlers } from './frame-reader.ts';

/** A connection that only reads: it sends nothing but what the protocol itself asks for. */
export type ReadingSocket = {
  /** When something last came, by performance.now(). */
  heardAt(): number;
  ping(): void;
  /** Says goodbye and lets go. `closed` is not called for it. */
  close(): void;
  /** The peer is not there any more: `closed` is called, with 1006. */
  drop(): void;
};

export type OpenWebSocketOutcome =
  | { readonly kind: 'open'; readonly socket: ReadingSocket }
  /** The server answered this status instead. */
  | { readonly kind: 'refused'; readonly status: number }
  /** It could not be reached, or did not answer as a WebSocket server does, or the signal ended it. */
  | { readonly kind: 'failed' };

export type WebSocketRequest = {
  /** http: or https: */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the attempt. It has no effect once the connection is open. */
  readonly signal: AbortSignal;
  readonly maxMessageBytes: number;
};

export type WebSocketHandlers = Pick<FrameHandlers, 'isWanted' | 'message'> & {
  /**
   * The connection is over, and this is called once.
   * @param clean whether the peer said so; otherwise it broke, and the code is 1006, or what we closed it for
   */
  readonly closed: (code: number, clean: boolean) => void;
};

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const GOODBYE_MS = 1000;

/**
 * Opens a WebSocket by the agent that everything leaves by, and reads from it. undici's own WebSocket tells no status of a
 * refusal, always offers compression, and holds whole messages; this one is a few hundred bytes beside its socket.
 */
export function openWebSocket(
  agent: Dispatcher,
  { url, headers, signal, maxMessageBytes }: WebSocketRequest,
  handlers: WebSocketHandlers,
): Promise<OpenWebSocketOutcome> {
  const key = randomBytes(16).toString('base64');
  const { promise, resolve } = Promise.withResolvers<OpenWebSocketOutcome>();
  let controller: Dispatcher.DispatchController | undefined;
  const settle = (outcome: OpenWebSocketOutcome) => {
    signal.removeEventListener('abort', stop);
    resolve(outcome);
  };
  const stop = () => {
    settle({ kind: 'failed' });
    controller?.abort(new Error('The connection is no longer waited for'));
  };
  if (signal.aborted) return Promise.resolve({ kind: 'failed' });
  signal.addEventListener('abort', stop, { once: true });

  agent.dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      upgrade: 'websocket',
      headers: { ...headers, 'sec-websocket-version': '13', 'sec-websocket-key': key },
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    {
      onRequestStart(started) {
        if (signal.aborted || controller !== undefined)
          started.abort(new Error('Not to be sent, or not again'));
        else controller = started;
      },
      onRequestUpgrade(_, status, answered, socket) {
        const isRight =
          status === 101 &&
          answered['sec-websocket-accept'] === acceptOf(key) &&
          answered['sec-websocket-extensions'] === undefined;
        if (isRight && !signal.aborted)
          return settle({ kind: 'open', socket: readFrom(socket, handlers, maxMessageBytes) });
        socket.on('error', () => {}).destroy();
        settle({ kind: 'failed' });
      },
      onResponseStart(started, status) {
        if (status < 200) return;
        settle({ kind: 'refused', status });
        // What the answer says in words is not read.
        started.abort(new Error('Refused'));
      },
      onResponseError: () => settle({ kind: 'failed' }),
    },
  );
  return promise;
}

function readFrom(socket: Duplex, handlers: WebSocketHandlers, maxMessageBytes: number): ReadingSocket {
  let heardAt = performance.now();
  let isOver = false;
  const end = (code: number, clean: boolean) => {
    if (isOver) return;
    isOver = true;
    handlers.closed(code, clean);
  };
  const sayGoodbye = (code: number) => {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    socket.end(maskedFrame(CLOSE, payload));
    setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
  };
  const read = createFrameReader(
    {
      isWanted: handlers.isWanted,
      message: handlers.message,
      ping: (payload) => void socket.write(maskedFrame(PONG, payload)),
      closed(code) {
        sayGoodbye(code === 1005 ? 1000 : code);
        end(code, true);
      },
      failed(code) {
        sayGoodbye(code);
        end(code, false);
      },
    },
    { maxMessageBytes },
  );
  socket
    .on('data', (chunk: Buffer) => {
      heardAt = performance.now();
      if (!isOver) read(chunk);
    })
    .on('error', () => end(1006, false))
    .on('end', () => end(1006, false))
    .on('close', () => end(1006, false));
  return {
    heardAt: () => heardAt,
    ping: () => void (socket.writable && socket.write(maskedFrame(PING, Buffer.alloc(0)))),
    close() {
      if (isOver) return;
      isOver = true;
      sayGoodbye(1000);
    },
    drop() {
      end(1006, false);
      socket.destroy();
    },
  };
}

const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** A control frame, whose payload is at most 125 bytes, as clients have to send it. */
function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked]);
}

function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + MAGIC)
    .digest('base64');
}
