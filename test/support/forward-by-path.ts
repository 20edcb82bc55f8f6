import { createServer, request } from 'node:http';
import type { FakeUpstream } from './fake-upstream.ts';
import { listen } from './listen.ts';

/** A server that forwards each request to the upstream that its path belongs to. */
export async function forwardByPath(upstreamOf: (path: string) => FakeUpstream) {
  const server = createServer((incoming, response) => {
    const path = incoming.url ?? '/';
    const { method, headers } = incoming;
    const outgoing = request(new URL(path, upstreamOf(path).baseUrl), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  return {
    baseUrl: `http://127.0.0.1:${await listen(server)}/v1`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
