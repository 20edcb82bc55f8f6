import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startEmbeddedPostgres } from '../../src/postgres/embedded/start-embedded-postgres.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import type { Database } from '../mint/database.ts';
import { fill, type Sizes } from './fill.ts';
import { renewLiveSessions } from './renew-live-sessions.ts';

const MIGRATIONS = join(import.meta.dirname, '../../prisma/migrations');
/** Written when everything is loaded: what it was loaded from. */
const MARKER = 'bench-read.json';
const SETTINGS = {
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  effective_cache_size: '4GB',
};
/** A load that is cut off is begun anew: nothing needs to be safe meanwhile. */
const LOADING = { ...SETTINGS, fsync: 'off', full_page_writes: 'off', autovacuum: 'off' };

type Running = { readonly signal: AbortSignal; readonly stack: AsyncDisposableStack };

/** The database of the benchmark, kept from run to run in the data directory and loaded when it is missing or out of date. */
export async function openDataset(
  sizes: Sizes,
  { signal, stack }: Running,
  progress: (text: string) => void,
): Promise<Database> {
  const root = process.env['GATEHOUSE_DATA_DIR'] ?? '.gatehouse';
  const dataDirectory = resolve(root, 'bench-read', String(sizes.sessions));
  const marker = join(dataDirectory, MARKER);
  const wanted = JSON.stringify({ ...sizes, made: await checksum() });
  if ((await readFile(marker, 'utf8').catch(() => '')) !== wanted) {
    progress(`loading ${sizes.users} users and ${sizes.sessions} sessions into ${dataDirectory}`);
    await rm(dataDirectory, { recursive: true, force: true });
    await load(dataDirectory, sizes, signal, progress);
    await writeFile(marker, wanted);
  }
  const server = await startEmbeddedPostgres({ dataDirectory, settings: SETTINGS, log: silent, signal });
  stack.defer(() => server.stop());
  progress('making sessions that live');
  await renewLiveSessions(server.ownerUrl);
  return { url: server.applicationUrl, ownerUrl: server.ownerUrl };
}

const silent = { info: () => {}, warn: () => {}, error: () => {} };

async function load(
  dataDirectory: string,
  sizes: Sizes,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<void> {
  await mkdir(dataDirectory, { recursive: true });
  // PostgreSQL does not run as root, and whom it runs as instead has to pass.
  await chmod(dataDirectory, 0o755);
  const startedAt = performance.now();
  const server = await startEmbeddedPostgres({ dataDirectory, settings: LOADING, log: silent, signal });
  try {
    const applicationRole = decodeURIComponent(new URL(server.applicationUrl).username);
    await migrate({ ownerUrl: server.ownerUrl, applicationRole });
    await fill(server, sizes, { signal, progress });
  } finally {
    await server.stop();
  }
  progress(`loaded in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
}

/** Of what decides what is loaded: the migrations, and the programs that load. */
async function checksum(): Promise<string> {
  const folders = (await readdir(MIGRATIONS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const files = [
    ...folders.map(({ name }) => join(MIGRATIONS, name, 'migration.sql')).toSorted(),
    ...['fill.ts', 'session-rows.ts'].map((name) => join(import.meta.dirname, name)),
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex');
}
