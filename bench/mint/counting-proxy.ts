import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type Conversation = {
  /** Times that a client spoke after it had been answered (or for the first time): each is a wait. */
  roundTrips: number;
  /** Statements that were executed. */
  statements: number;
};

/**
 * Stands between a client and PostgreSQL and counts what they say; TLS must be off. Returns the URL to
 * connect to instead, and the counts, which go on.
 */
export async function startCountingProxy(databaseUrl: string, stack: AsyncDisposableStack) {
  const target = new URL(databaseUrl);
  const conversation: Conversation = { roundTrips: 0, statements: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    const countStatements = statementCounter();
    let clientSpokeLast = false;
    client.on('data', (chunk: Buffer) => {
      if (!clientSpokeLast) conversation.roundTrips += 1;
      clientSpokeLast = true;
      conversation.statements += countStatements(chunk);
      database.write(chunk);
    });
    database.on('data', (chunk) => {
      clientSpokeLast = false;
      client.write(chunk);
    });
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The counting proxy has no port');
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return { url: url.href, conversation };
}

/** Counts Execute and Query messages; a message can be cut by the end of a chunk, or even its head. */
function statementCounter(): (chunk: Buffer) => number {
  let pending = Buffer.alloc(0);
  // The first message of a connection has no type, only a length.
  let typeBytes = 0;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    let count = 0;
    while (pending.length >= typeBytes + 4) {
      const length = typeBytes + pending.readInt32BE(typeBytes);
      if (pending.length < length) break;
      const type = typeBytes === 0 ? '' : String.fromCharCode(pending[0] ?? 0);
      if (type === 'E' || type === 'Q') count += 1;
      pending = pending.subarray(length);
      typeBytes = 1;
    }
    return count;
  };
}
