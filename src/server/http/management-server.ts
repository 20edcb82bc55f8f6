import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import { answerJson } from './answer.ts';

export type ManagementServerOptions = {
  /** A short code for why the gateway is not ready; null when it is. Must not throw. */
  readonly notReady: () => Promise<string | null>;
  readonly registry: Registry;
};

/** Serves health and metrics on a port of their own, which need not be public. */
export function createManagementServer({ notReady, registry }: ManagementServerOptions): Server {
  return createServer((request, response) => {
    switch (request.url?.split('?', 1)[0]) {
      case '/health/live':
        return answerJson(response, 200, { status: 'live' });
      case '/health/ready':
        return void notReady().then((reason) =>
          reason === null
            ? answerJson(response, 200, { status: 'ready' })
            : answerJson(response, 503, { status: 'not ready', reason }),
        );
      case '/metrics':
        return void registry.metrics().then(
          (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
          () => answerJson(response, 500, { status: 'metrics failed' }),
        );
      default:
        return answerJson(response, 404, { status: 'not found' });
    }
  });
}
