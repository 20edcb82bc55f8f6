// Makes a migration of what differs between the migrations and the sources: schema.prisma, and src/**/*.sql.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/start-embedded-postgres.ts';
import { createMigrationCommand, type EmptyDatabase } from './migration-command.ts';

const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

try {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  await createMigrationCommand({ say, withEmptyDatabase }).parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** Runs `work` on the database of a temporary PostgreSQL. */
async function withEmptyDatabase(work: (database: EmptyDatabase) => Promise<void>): Promise<void> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'gatehouse-migration-'));
  // PostgreSQL does not run as root; the user that it runs as instead has to get in.
  await chmod(dataDirectory, 0o755);
  try {
    const server = await startEmbeddedPostgres({ dataDirectory, log: SILENT, settings: { fsync: 'off' } });
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}
