import { join } from 'node:path';
import { z } from 'zod';
import { startChild } from '../child.ts';
import type { Database } from '../mint/database.ts';
import { startGateway } from '../mint/gateway.ts';
import { createBenchKey } from './bench-key.ts';
import { installPeers } from './install-peers.ts';
import type { Dialect } from './queries.ts';

/** Something to send queries to. */
export type Target = {
  readonly name: TargetName;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dialect: Dialect;
  readonly pid: number;
};

const PROGRAMS = {
  bare: 'read/bare-server.ts',
  mercurius: 'peers/mercurius.mjs',
  'mercurius-join': 'peers/mercurius.mjs',
  postgraphile: 'peers/postgraphile.mjs',
  apollo: 'peers/apollo.mjs',
} as const;
const PEERS: readonly string[] = ['mercurius', 'mercurius-join', 'postgraphile', 'apollo'];

export const TARGETS = ['bare', 'gateway', 'mercurius', 'mercurius-join', 'postgraphile', 'apollo'] as const;
export type TargetName = (typeof TARGETS)[number];

const hello = z.object({ port: z.number() });

type Setup = {
  readonly database: Database;
  readonly workFolder: string;
  readonly profileFolder: string | undefined;
  readonly signal: AbortSignal;
  readonly stack: AsyncDisposableStack;
  readonly progress: (text: string) => void;
};

export function isPeer(name: TargetName): boolean {
  return PEERS.includes(name);
}

/** Each a process of its own over the same database, with a pool of ten. */
export async function startTargets(names: readonly TargetName[], setup: Setup): Promise<Target[]> {
  if (names.some(isPeer)) await installPeers(setup.progress);
  const targets: Target[] = [];
  for (const name of names) {
    setup.progress(`starting ${name}`);
    targets.push(name === 'gateway' ? await gateway(setup) : await program(name, setup));
  }
  return targets;
}

async function program(name: keyof typeof PROGRAMS, setup: Setup): Promise<Target> {
  const databaseUrl = new URL(setup.database.url);
  // Prepared statements are planned once: over all the partitions that takes longer than everything else.
  databaseUrl.searchParams.set('options', '-c plan_cache_mode=force_generic_plan');
  const file = join(import.meta.dirname, '..', PROGRAMS[name]);
  const child = await startChild(file, [databaseUrl.href, name], setup);
  const { port } = hello.parse(child.firstMessage);
  return {
    name,
    url: `http://127.0.0.1:${port}/graphql`,
    headers: {},
    dialect: name === 'postgraphile' ? 'postgraphile' : 'gatehouse',
    pid: child.pid,
  };
}

/** As in production, asked with an application's key. It mints nothing, so that the provider need not be there. */
async function gateway({ database, workFolder, profileFolder, signal, stack }: Setup): Promise<Target> {
  const key = await createBenchKey(database.url, 'bench:read', ['SESSIONS_READ', 'USERS_READ']);
  const folder = join(import.meta.dirname, '../..');
  const upstreamUrl = 'http://127.0.0.1:9/v1';
  const options = { name: 'gateway', folder, database, upstreamUrl, workFolder, profileFolder };
  const { url, pid } = await startGateway(options, { signal, stack });
  return { name: 'gateway', url, headers: { authorization: `Bearer ${key}` }, dialect: 'gatehouse', pid };
}
