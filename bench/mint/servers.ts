import { join } from 'node:path';
import { z } from 'zod';
import { migrate } from '../../src/platform/database/migrate.ts';
import { type Child, startChild } from '../child.ts';
import { type Database, seedUsers, withClient } from './database.ts';
import { prepareFloor } from './floor-statements.ts';
import type { TargetKind } from './requests.ts';
import type { Observed } from './task.ts';

/** Something to send mints to. */
export type Server = {
  readonly name: string;
  readonly kind: TargetKind;
  readonly url: string;
  /** Where a gateway says that it lives. */
  readonly healthUrl?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A credential for each user, when mints come from the users themselves. */
  readonly authorizations?: readonly string[];
  readonly pid: number;
  /** The database that it writes to, when that is measured too. */
  readonly observed?: Observed;
};

const hello = z.object({ port: z.number() });
const JSON_CONTENT = { 'content-type': 'application/json' };

export type Running = { readonly signal: AbortSignal; readonly stack: AsyncDisposableStack };

/** The fake upstream; `baseUrl` is what the gateway is given. */
export async function startUpstream(running: Running) {
  const child = await startChild(join(import.meta.dirname, 'upstream.ts'), [], running);
  const baseUrl = `http://127.0.0.1:${hello.parse(child.firstMessage).port}/v1`;
  const url = `${baseUrl}/realtime/client_secrets`;
  const server: Server = { name: 'upstream', kind: 'upstream', url, headers: JSON_CONTENT, pid: child.pid };
  return {
    server,
    baseUrl,
    /** @param asciiOnly whether it escapes all other characters, which makes answers longer than what was sent */
    async setLatency(latencyMs: number, { asciiOnly = false } = {}): Promise<void> {
      await child.ask({ latencyMs, asciiOnly });
    },
  };
}

/** The bare server over a prepared database; as "floor" it writes into plain tables. */
export async function startBare(
  {
    name = 'bare',
    databaseUrl,
    upstreamUrl,
  }: { name?: 'bare' | 'floor'; databaseUrl: string; upstreamUrl: string },
  running: Running,
): Promise<Server> {
  const child = await startChild(
    join(import.meta.dirname, 'bare-server.ts'),
    [databaseUrl, upstreamUrl, name],
    running,
  );
  const { port } = hello.parse(child.firstMessage);
  const address = `http://127.0.0.1:${port}/`;
  return { name, kind: 'bare', url: address, headers: JSON_CONTENT, pid: child.pid };
}

/** Makes the tables and the users, for a bare server. A gateway makes the tables itself. */
export async function prepareDatabase(database: Database): Promise<void> {
  const applicationRole = decodeURIComponent(new URL(database.url).username);
  await migrate({ ownerUrl: database.ownerUrl, applicationRole });
  await seedUsers(database);
  await withClient(database.ownerUrl, prepareFloor);
}

export function startLoadGenerator(running: Running): Promise<Child> {
  return startChild(join(import.meta.dirname, 'load.ts'), [], running);
}
