import { createServer, type RequestListener, type Server } from 'node:http';
import { answerClientError } from './answer-client-error.ts';
import { type UnfinishedAnswers, unfinishedAnswers } from './unfinished-answers.ts';

export type ConnectionLimits = {
  readonly maxConnections: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
};

// Common load balancers keep idle connections for 60 s. Ours stay open longer, so that no request meets a closed one.
const KEEP_ALIVE_MS = 65_000;

/** A server with time-outs for receiving headers and body, and for sending the answer. */
export function createBoundedServer(limits: ConnectionLimits, listener: RequestListener): Server {
  const { maxConnections, headersTimeoutMs, requestTimeoutMs } = limits;
  const headersTimeout = Math.min(headersTimeoutMs, requestTimeoutMs);
  const server = createServer({
    // Node would answer without a body, and without the headers of all other answers. check-head.ts refuses it.
    requireHostHeader: false,
    headersTimeout,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // TCP keep-alive, which notices that the other end is gone.
    keepAlive: true,
    // How often Node checks the time-outs. Its default is 30 s.
    connectionsCheckingInterval: Math.min(1000, Math.ceil(headersTimeout / 4)),
  });
  server.maxConnections = maxConnections;
  const { all, lastOf } = unfinishedAnswers(server);
  timeOutUnread(server, all, requestTimeoutMs);
  server.on('request', listener);
  // Node would answer this itself, too.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerClientError(error.code, socket, lastOf(socket));
  });
  return server;
}

/**
 * Times out answers whose data waits in the socket buffer because the client does not read. Only those: while an answer
 * is being computed, nothing moves on its connection either.
 */
function timeOutUnread(server: Server, unfinished: UnfinishedAnswers['all'], timeoutMs: number): void {
  const timer = setInterval(() => {
    for (const { headersSent, writableFinished, socket } of unfinished()) {
      if (socket === null || writableFinished) continue;
      const wanted = headersSent && socket.writableLength > 0 ? timeoutMs : 0;
      // Setting the same time-out again would restart it.
      if (socket.timeout !== wanted) socket.setTimeout(wanted);
    }
  }, timeoutMs / 2).unref();
  server.once('close', () => clearInterval(timer));
}
