import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type Conversation = {
  /** Times that a client spoke after it had been answered (or for the first time): each is a wait. */
  roundTrips: number;
  /** How often each statement was executed, by its name; those without one, and plain queries, under ''. */
  readonly statements: Map<string, number>;
};

/**
 * Stands between a client and PostgreSQL and counts what they say; TLS must be off. Returns the URL to
 * connect to instead, and the counts, which go on.
 */
export async function startCountingProxy(databaseUrl: string, stack: AsyncDisposableStack) {
  const target = new URL(databaseUrl);
  const conversation: Conversation = { roundTrips: 0, statements: new Map() };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    const readStatements = statementReader();
    let clientSpokeLast = false;
    client.on('data', (chunk: Buffer) => {
      if (!clientSpokeLast) conversation.roundTrips += 1;
      clientSpokeLast = true;
      for (const name of readStatements(chunk))
        conversation.statements.set(name, (conversation.statements.get(name) ?? 0) + 1);
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

/** Names of what Bind and Query messages execute; a message can be cut by the end of a chunk, or even its head. */
function statementReader(): (chunk: Buffer) => string[] {
  let pending = Buffer.alloc(0);
  // The first message of a connection has no type, only a length.
  let typeBytes = 0;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    const names: string[] = [];
    while (pending.length >= typeBytes + 4) {
      const length = typeBytes + pending.readInt32BE(typeBytes);
      if (pending.length < length) break;
      if (typeBytes > 0) names.push(...executedBy(pending.subarray(0, length)));
      pending = pending.subarray(length);
      typeBytes = 1;
    }
    return names;
  };
}

function executedBy(message: Buffer): string[] {
  switch (String.fromCharCode(message[0] ?? 0)) {
    case 'B':
      // After type and length: the portal's name, then the statement's, each ended by a zero.
      return [message.toString('utf8', 5).split('\0', 2)[1] ?? ''];
    case 'Q':
      // The first word of the text, so that what comes now and then beside mints is not added up as one statement.
      return [/^\w+/.exec(message.toString('utf8', 5))?.[0] ?? ''];
    default:
      return [];
  }
}
