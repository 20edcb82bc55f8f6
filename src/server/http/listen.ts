import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** The answers that a listening server still owes. */
const owed = new WeakMap<Server, Set<ServerResponse>>();

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

/** Stops accepting, lets running requests finish for up to `graceMs`, then cuts what is left. */
export async function close(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  for (const response of owed.get(server) ?? []) endAfter(response);
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

function trackAnswers(server: Server): void {
  const answers = new Set<ServerResponse>();
  owed.set(server, answers);
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    answers.add(response);
    response.once('close', () => answers.delete(response));
    if (!server.listening) endAfter(response);
  });
}

/**
 * Ends the connection with this answer. Node closes only connections that are idle when closing begins: one that
 * is busy then would be kept alive, be asked again and again, and hold up the stop until everything is cut.
 */
function endAfter(response: ServerResponse): void {
  const { socket } = response;
  // The head says so, where it has not left yet: the client then sends nothing more this way.
  if (!response.headersSent) response.setHeader('connection', 'close');
  else response.once('finish', () => socket?.destroySoon());
}
