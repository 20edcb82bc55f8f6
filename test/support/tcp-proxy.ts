import { connect, createServer, type Socket } from 'node:net';
import { statementCounter } from './count-statements.ts';
import { listen } from './listen.ts';

/** Where to break the connection that a certain statement to PostgreSQL goes through. */
export type Break = {
  /** What the statement's message contains, such as the name of a prepared statement. */
  readonly statement: string;
  /**
   * Before the server gets it; when the server has answered (what is one statement has committed then) and nobody
   * was told; or in the middle of the answer.
   */
  readonly at: 'statement' | 'answer' | 'halfAnswer';
};

export type TcpProxy = {
  readonly port: number;
  /** How many statements went through, when what is behind is PostgreSQL. */
  statements(): number;
  /** Sends new connections to this port from now on. */
  target(port: number): void;
  /** Breaks every open connection. */
  cut(): void;
  /** While true: breaks every open connection and lets in no new one. */
  refuse(refusing: boolean): void;
  /** While true: passes nothing on, and breaks nothing either, as a network that is gone. */
  hold(holding: boolean): void;
  /** Breaks the connection of the next statement that matches; resolves when it has. Several are used up in order. */
  breakNext(next: Break): Promise<void>;
  /** Whatever breakNext was asked and did not come to pass. */
  forgetBreaks(): void;
  close(): Promise<void>;
};

/** A stable port in front of a server that comes and goes. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let port = target;
  let statements = 0;
  let refusing = false;
  let holding = false;
  const sockets = new Set<Socket>();
  const breaks: (Break & { readonly done: () => void })[] = [];

  const server = createServer((inner) => {
    if (refusing) {
      inner.destroy();
      return;
    }
    const outer = connect(port, '127.0.0.1');
    const count = statementCounter(() => {
      statements += 1;
    });
    let due: (typeof breaks)[number] | undefined;
    const end = () => {
      inner.destroy();
      outer.destroy();
      due?.done();
    };
    forward(inner, outer, (chunk) => {
      count(chunk);
      const index = due === undefined ? breaks.findIndex(({ statement }) => chunk.includes(statement)) : -1;
      if (index >= 0) [due] = breaks.splice(index, 1);
      if (due?.at !== 'statement') return chunk;
      end();
      return null;
    });
    forward(outer, inner, (chunk) => {
      if (due === undefined) return chunk;
      if (due.at === 'answer') end();
      else inner.write(chunk.subarray(0, chunk.length / 2), end);
      return null;
    });
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket);
      if (holding) socket.pause();
      // Whatever ends one side ends the other; how is of no interest to a proxy.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        other.destroy();
        sockets.delete(socket);
      });
    }
  });
  const ownPort = await listen(server);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: ownPort,
    statements: () => statements,
    target: (next) => {
      port = next;
    },
    cut,
    refuse: (on) => {
      refusing = on;
      if (on) cut();
    },
    hold: (on) => {
      holding = on;
      for (const socket of sockets) {
        if (on) socket.pause();
        else socket.resume();
      }
    },
    breakNext: (next) =>
      new Promise((done) => {
        breaks.push({ ...next, done });
      }),
    forgetBreaks: () => {
      breaks.length = 0;
    },
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Passes on what `pass` gives back for each chunk, no faster than it is taken. */
function forward(from: Socket, to: Socket, pass: (chunk: Buffer) => Buffer | null): void {
  from.on('data', (chunk) => {
    const passed = pass(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
    if (passed === null || to.write(passed)) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
  from.on('end', () => to.end());
}
