import { connect, createServer, type Socket } from 'node:net';
import { statementCounter } from './count-statements.ts';

export type TcpProxy = {
  readonly port: number;
  /** How many statements went through, when what is behind is PostgreSQL. */
  statements(): number;
  /** Sends new connections to this port from now on. */
  target(port: number): void;
  /** Breaks every open connection. */
  cut(): void;
  close(): Promise<void>;
};

/** A stable port in front of a server that comes and goes. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let port = target;
  let statements = 0;
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(port, '127.0.0.1');
    inner.on(
      'data',
      statementCounter(() => {
        statements += 1;
      }),
    );
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      // Whatever ends one side ends the other; how is of no interest to a proxy.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        other.destroy();
        sockets.delete(socket);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    statements: () => statements,
    target: (next) => {
      port = next;
    },
    cut,
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
