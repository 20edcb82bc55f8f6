import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { listeningUrl } from './listening-url.ts';
import { unfinishedAnswers } from './unfinished-answers.ts';

const withoutKeepAlive = new WeakSet<Server>();

/**
 * Listens, and returns where the server is reached once it is, without a slash at the end.
 * @throws the system's error, e.g. with code EADDRINUSE
 */
export async function listen(server: Server, port: number, host: string): Promise<string> {
  trackAnswers(server);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A server listens on no port');
  return listeningUrl(host, address);
}

/**
 * From now on each answer is the last one of its connection; new connections are accepted. A load balancer that keeps
 * connections has few left when the server closes, and so hardly ever sends a request on one that is being closed.
 */
export function endKeepAlive(server: Server): void {
  withoutKeepAlive.add(server);
  for (const response of unfinishedAnswers(server).all()) endAfter(response);
}

/** Stops accepting connections, lets running requests finish for up to `graceMs`, then closes all connections. */
export async function close(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  endKeepAlive(server);
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

function trackAnswers(server: Server): void {
  unfinishedAnswers(server);
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    if (withoutKeepAlive.has(server)) endAfter(response);
  });
}

/**
 * Closes the connection after this answer. Node closes only those connections that are idle when closing begins. A busy
 * one would be kept alive, receive further requests, and delay the stop until the grace period ends.
 */
function endAfter(response: ServerResponse): void {
  const { socket } = response;
  // If the head has not been sent, it tells the client not to send another request on this connection.
  if (!response.headersSent) response.setHeader('connection', 'close');
  else response.once('finish', () => socket?.destroySoon());
}
