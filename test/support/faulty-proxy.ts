import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listen } from './listen.ts';
import type { Parsed } from './parsed.ts';

/** What becomes of one request, instead of being passed on and answered. */
export type Fault =
  /** It is answered here, and the gateway is not asked. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The connection breaks before the gateway is asked. */
  | 'cut before'
  /** The gateway answers, and the connection breaks after half of its answer. */
  | 'cut half-way'
  /** The gateway answers, and what it answers does not arrive. */
  | 'swallow';

export type FaultyProxy = {
  readonly url: string;
  /** The bodies that were sent, parsed. */
  readonly requests: { readonly query: string; readonly variables: Parsed }[];
  readonly headers: IncomingMessage['headers'][];
  /** Befall the next requests, in this order. */
  readonly faults: Fault[];
  /** Breaks every open connection. */
  cut(): void;
  /** Passes on nothing more of the answers that are on their way. */
  hold(): void;
  /** How many answers are on their way. */
  openStreams(): number;
  close(): Promise<void>;
};

/** A way to a gateway on which things go wrong when a test says so. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const requests: FaultyProxy['requests'] = [];
  const headers: IncomingMessage['headers'][] = [];
  const faults: Fault[] = [];
  const sockets = new Set<Socket>();
  const answers = new Set<IncomingMessage>();

  const server = createServer(async (incoming, response) => {
    const body = Buffer.concat(await incoming.toArray());
    requests.push(JSON.parse(body.toString()));
    headers.push(incoming.headers);
    const fault = faults.shift();
    if (fault === 'cut before') return void incoming.socket.destroy();
    if (typeof fault === 'object')
      return void response.writeHead(fault.status, fault.headers).end(fault.body);
    const { method, headers: passed } = incoming;
    const outgoing = request(target, { method, headers: { ...passed, host: new URL(target).host } });
    outgoing.on('error', () => response.destroy());
    outgoing.on('response', (answer) => {
      answers.add(answer);
      answer.once('close', () => answers.delete(answer));
      void pass(answer, response, fault);
    });
    response.on('close', () => outgoing.destroy());
    outgoing.end(body);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listen(server);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    headers,
    faults,
    cut,
    hold() {
      for (const answer of answers) answer.unpipe();
    },
    openStreams: () => answers.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

async function pass(answer: IncomingMessage, response: ServerResponse, fault: Fault | undefined) {
  answer.on('error', () => response.destroy());
  if (fault === undefined) {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    return void answer.pipe(response);
  }
  const body = Buffer.concat(await answer.toArray());
  if (fault === 'swallow') return;
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}
