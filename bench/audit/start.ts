import { resolve } from 'node:path';
import pg from 'pg';
import { type Database, seedUsers, type startDatabaseServer } from '../mint/database.ts';
import { startGateway } from '../mint/gateway.ts';
import type { Running, Server } from '../mint/servers.ts';

export type Setup = {
  readonly databases: Awaited<ReturnType<typeof startDatabaseServer>>;
  readonly upstreamUrl: string;
  readonly running: Running;
};

/** A gateway over a database of its own, with the users in it. */
export async function startAudited(
  { databases, upstreamUrl, running }: Setup,
  { name, sealing, env = {} }: { name: string; sealing: boolean; env?: Readonly<Record<string, string>> },
): Promise<{ readonly server: Server; readonly database: Database }> {
  const database = await databases.create(name);
  const server = await startGateway(
    {
      ...{ name, database, upstreamUrl, workFolder: databases.folder, profileFolder: undefined },
      folder: resolve(import.meta.dirname, '../..'),
      program: ['bench/audit/gateway.ts', sealing ? 'sealed' : 'unsealed'],
      // As src/main.ts has it.
      env: { NODE_ENV: 'production', ...env },
    },
    running,
  );
  await seedUsers(database);
  return { server, database };
}

/** A connection until the stack ends. */
export async function connect(url: string, { stack }: Running): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  stack.defer(() => client.end());
  return client;
}
