import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerClientError } from './answer-client-error.ts';

export type ConnectionLimits = {
  readonly maxConnections: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
};

// Longer than the 60 s for which common load balancers keep theirs: so it is they who close, and no request meets a closed door.
const KEEP_ALIVE_MS = 65_000;

/**
 * A server whose clients can hold a connection only for so long: while their headers and their body arrive, and
 * while their answer leaves.
 */
export function createBoundedServer(limits: ConnectionLimits, listener: RequestListener): Server {
  const { maxConnections, headersTimeoutMs, requestTimeoutMs } = limits;
  const headersTimeout = Math.min(headersTimeoutMs, requestTimeoutMs);
  const server = createServer({
    headersTimeout,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Node looks that often; by itself every 30 s.
    connectionsCheckingInterval: Math.min(1000, Math.ceil(headersTimeout / 4)),
  });
  server.maxConnections = maxConnections;
  const current = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => {
    const { socket } = request;
    current.set(socket, response);
    // Only while it leaves: while an answer is being made, nothing moves on its connection.
    response.once('prefinish', () => response.socket?.setTimeout(requestTimeoutMs));
    // Of a pipeline the next answer may still be in the making; after the last, Node's own timeout counts.
    response.once('finish', () => {
      if (current.get(socket) !== response) socket.setTimeout(0);
    });
    listener(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = current.get(socket);
    const begun = response?.headersSent === true && !response.writableFinished;
    answerClientError(error.code, socket, begun);
  });
  return server;
}
