import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** The answers that each listening server has not finished. */
const unfinished = new WeakMap<Server, Set<ServerResponse>>();

/**
 * Listens, and returns the port once it is open.
 * @throws the system's error, e.g. with code EADDRINUSE
 */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  trackAnswers(server);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Stops accepting connections, lets running requests finish for up to `graceMs`, then closes all connections. */
export async function close(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  for (const response of unfinished.get(server) ?? []) endAfter(response);
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

function trackAnswers(server: Server): void {
  const answers = new Set<ServerResponse>();
  unfinished.set(server, answers);
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    answers.add(response);
    response.once('close', () => answers.delete(response));
    if (!server.listening) endAfter(response);
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
