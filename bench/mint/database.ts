import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/start-embedded-postgres.ts';
import { USERS } from './requests.ts';

export type Database = { readonly url: string; readonly ownerUrl: string };

/** A PostgreSQL as durable as it comes, in a temporary folder; returns the folder and a maker of databases. */
export async function startDatabaseServer(
  signal: AbortSignal,
  stack: AsyncDisposableStack,
  settings: Readonly<Record<string, string>> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL does not run as root, and whom it runs as instead has to pass.
  await chmod(folder, 0o755);
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const server = await startEmbeddedPostgres({ dataDirectory: folder, settings, log: silent, signal });
  stack.defer(() => server.stop());
  return {
    folder,
    superuserUrl: server.superuserUrl,
    /** An empty one: servers do not share tables, so that each works on what it has written itself. */
    async create(name: string): Promise<Database> {
      await query(server.superuserUrl, `CREATE DATABASE ${name} OWNER gatehouse_owner`);
      return { url: inDatabase(server.applicationUrl, name), ownerUrl: inDatabase(server.ownerUrl, name) };
    },
  };
}

/** The users that the mints are for: making them is not what is measured. */
export async function seedUsers({ ownerUrl }: Database): Promise<void> {
  await query(
    ownerUrl,
    `INSERT INTO end_user (external_id) SELECT 'user-' || n FROM generate_series(0, ${USERS - 1}) AS n`,
  );
}

async function query(url: string, text: string): Promise<void> {
  await withClient(url, (client) => client.query(text));
}

/** A connection for as long as the work takes. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
