import type { Child } from '../child.ts';
import { startCountingProxy } from './counting-proxy.ts';
import type { Database } from './database.ts';
import { measure } from './measure.ts';
import type { Running, Server } from './servers.ts';

export type RoundTrips = {
  readonly name: string;
  /** A mint, periodic work beside it included. */
  readonly roundTrips: number;
  /** Statements that come with each mint, by name: one round trip each. */
  readonly own: readonly string[];
};

const WARM_UP = 50;
const MINTS = 200;

/**
 * What a server says to PostgreSQL for one mint, counted on the wire between the two: `start` starts it over
 * the URL that it is given. One mint at a time, so that nothing of another's is counted.
 */
export async function countRoundTrips(
  load: Child,
  database: Database,
  start: (databaseUrl: string, running: Running) => Promise<Server>,
  signal: AbortSignal,
): Promise<RoundTrips> {
  await using stack = new AsyncDisposableStack();
  const { url, conversation } = await startCountingProxy(database.url, stack);
  const server = await start(url, { signal, stack });
  const mint = (mints: number) =>
    measure(load, server, { connections: 1, warmUpSeconds: 0, seconds: 60, mints });
  // Connections are opened and statements prepared in the first ones.
  await mint(WARM_UP);
  const before = conversation.roundTrips;
  conversation.statements.clear();
  await mint(MINTS);
  const own = [...conversation.statements].flatMap(([statement, count]) =>
    Array.from({ length: Math.round(count / MINTS) }, () => statement),
  );
  return { name: server.name, roundTrips: (conversation.roundTrips - before) / MINTS, own };
}
