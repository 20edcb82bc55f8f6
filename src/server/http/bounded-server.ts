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
    // TCP's own, which finds out that the other end is gone.
    keepAlive: true,
    // Node looks that often; by itself every 30 s.
    connectionsCheckingInterval: Math.min(1000, Math.ceil(headersTimeout / 4)),
  });
  server.maxConnections = maxConnections;
  const current = new WeakMap<Duplex, ServerResponse>();
  const leaving = cutUnread(server, requestTimeoutMs);
  server.on('request', (request, response) => {
    current.set(request.socket, response);
    leaving.add(response);
    response.once('close', () => leaving.delete(response));
    listener(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = current.get(socket);
    const begun = response?.headersSent === true && !response.writableFinished;
    answerClientError(error.code, socket, begun);
  });
  return server;
}

/**
 * Cuts clients that do not read: of the answers in the returned set, those of which something waits to leave get a
 * timeout, and only as long as it waits. While an answer is being made, nothing moves on its connection either.
 */
function cutUnread(server: Server, timeoutMs: number): Set<ServerResponse> {
  const responses = new Set<ServerResponse>();
  const looking = setInterval(() => {
    for (const { headersSent, writableFinished, socket } of responses) {
      if (socket === null || writableFinished) continue;
      const wanted = headersSent && socket.writableLength > 0 ? timeoutMs : 0;
      // Setting it again would begin it again.
      if (socket.timeout !== wanted) socket.setTimeout(wanted);
    }
  }, timeoutMs / 2).unref();
  server.once('close', () => clearInterval(looking));
  return responses;
}
