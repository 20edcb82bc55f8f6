import { createServer, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { listen } from './listen.ts';

/**
 * What the proxy does: pass on, answer a status instead, cut the connection instead, never answer, or pass on and cut
 * the connection when something has gone through a tunnel.
 */
export type ProxyMood = 'up' | number | 'cut' | 'hanging' | 'cut_later';

export type HttpProxy = {
  /** With the user and password that it is given. */
  readonly url: string;
  /** What it was asked: "CONNECT host:port", or "POST http://host:port/path". */
  readonly asked: readonly string[];
  /** The Proxy-Authorization of each. */
  readonly credentials: readonly (string | undefined)[];
  be(mood: ProxyMood): void;
  reset(): void;
  close(): Promise<void>;
};

export const PROXY_USER = 'proxy-user';
export const PROXY_PASSWORD = 'canary:p@ss';

/**
 * A proxy as companies have it: tunnels for https (CONNECT), and passes on requests for http.
 * @param hosts the ports on this machine of the hosts that it knows, by "host:port"
 */
export async function startHttpProxy(hosts: Readonly<Record<string, number>>): Promise<HttpProxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  let mood: ProxyMood = 'up';
  const record = ({ method, url, headers }: IncomingMessage) => {
    asked.push(`${method} ${url}`);
    credentials.push(headers['proxy-authorization']);
  };

  const server = createServer((incoming, response) => {
    record(incoming);
    if (mood === 'cut') return void incoming.socket.destroy();
    if (mood === 'hanging') return;
    if (typeof mood === 'number') return void response.writeHead(mood).end('The proxy says no.');
    const { host, pathname, search } = new URL(incoming.url ?? '');
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const options = { port: hosts[host], path: pathname + search, method: incoming.method, headers };
    const outgoing = request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.on('connect', (incoming, inner: Socket) => {
    record(incoming);
    inner.on('error', () => {});
    if (mood === 'cut') return void inner.destroy();
    if (mood === 'hanging') return;
    const port = hosts[incoming.url ?? ''];
    const status = typeof mood === 'number' ? mood : port === undefined ? 502 : 200;
    if (status !== 200 || port === undefined)
      return void inner.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    const outer = connect(port, '127.0.0.1');
    inner.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const cutsLater = mood === 'cut_later';
    joinSockets(inner, outer, cutsLater ? (bytes) => bytes > 8000 : () => false);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listen(server);
  return {
    url: `http://${PROXY_USER}:${encodeURIComponent(PROXY_PASSWORD)}@127.0.0.1:${port}`,
    asked,
    credentials,
    be: (next) => {
      mood = next;
    },
    reset() {
      mood = 'up';
      asked.length = 0;
      credentials.length = 0;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export type TlsTerminator = { readonly port: number; close(): Promise<void> };

/** TLS in front of a server on this machine that has none. */
export async function startTlsTerminator(
  port: number,
  certificate: { readonly key: string; readonly cert: string },
): Promise<TlsTerminator> {
  const sockets = new Set<Socket>();
  const server = createTlsServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (inner) => {
    sockets.add(inner);
    joinSockets(inner, connect(port, '127.0.0.1'), () => false);
  });
  server.on('tlsClientError', () => {});
  return {
    port: await listen(server),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Passes on both ways; ends both when `cutsAfter` says so of the bytes that `inner` has sent. */
function joinSockets(inner: Socket, outer: Socket, cutsAfter: (bytes: number) => boolean): void {
  const end = () => {
    inner.destroy();
    outer.destroy();
  };
  let sent = 0;
  inner.on('data', (chunk) => {
    sent += chunk.length;
    if (!cutsAfter(sent)) outer.write(chunk);
    else end();
  });
  outer.on('data', (chunk) => inner.write(chunk));
  for (const socket of [inner, outer]) socket.on('error', end).on('close', end);
}
