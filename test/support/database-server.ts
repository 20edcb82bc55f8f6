import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/database/embedded/start-embedded-postgres.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { boundCompileCache } from './compile-cache.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    superuserUrl: string;
    ownerUrl: string;
    applicationUrl: string;
    /** A folder of the whole run, removed after it. */
    runFolder: string;
  }
}

export const TEMPLATE = 'gatehouse_template';

/** One PostgreSQL for the whole run, with a migrated template that every test file clones. Vitest calls this once. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await boundCompileCache();
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  await chmod(directory, 0o755);
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const server = await startEmbeddedPostgres({
    dataDirectory: directory,
    log: silent,
    // Durability is PostgreSQL's own affair; the tests are about what is committed, not about power cuts. Vacuuming by
    // itself would change plans, and what a test's own VACUUM can clean up, at any moment.
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      autovacuum: 'off',
      max_connections: '300',
    },
  });
  try {
    await createTemplate(server);
  } catch (error) {
    await server.stop();
    throw error;
  }

  const runFolder = await mkdtemp(join(tmpdir(), 'gatehouse-run-'));
  await chmod(runFolder, 0o755);
  project.provide('runFolder', runFolder);
  project.provide('superuserUrl', server.superuserUrl);
  project.provide('ownerUrl', server.ownerUrl);
  project.provide('applicationUrl', server.applicationUrl);
  return async () => {
    await server.stop();
    for (const folder of [directory, runFolder]) await rm(folder, { recursive: true, force: true });
  };
}

async function createTemplate(server: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: server.superuserUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE} OWNER gatehouse_owner`);
  // Hashed once instead of 4096 times: tests open thousands of connections.
  await client.query('SET scram_iterations = 1');
  for (const url of [server.superuserUrl, server.ownerUrl, server.applicationUrl]) {
    const { username, password } = new URL(url);
    await client.query(
      `ALTER ROLE ${username} PASSWORD ${client.escapeLiteral(decodeURIComponent(password))}`,
    );
  }
  await client.end();
  await migrate({ ownerUrl: inDatabase(server.ownerUrl, TEMPLATE), applicationRole: 'gatehouse' });
}

/** The same server and role, another database. */
export function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
