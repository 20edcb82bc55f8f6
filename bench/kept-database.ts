import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/start-embedded-postgres.ts';
import { migrate } from '../src/platform/database/migrate.ts';

const MIGRATIONS = join(import.meta.dirname, '../prisma/migrations');
const SETTINGS = {
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  effective_cache_size: '4GB',
};
/** A load that is cut off is begun anew: nothing needs to be safe meanwhile. */
const LOADING = { ...SETTINGS, fsync: 'off', full_page_writes: 'off', autovacuum: 'off' };

/** As whom a database is reached while it is loaded. */
export type Urls = { readonly ownerUrl: string; readonly superuserUrl: string };
export type Running = { readonly signal: AbortSignal; readonly progress: (text: string) => void };

type Kept = Running & {
  readonly stack: AsyncDisposableStack;
  /** Of which benchmark, and of how much: its folders. */
  readonly name: string;
  readonly size: number;
  readonly sizes: Readonly<Record<string, number>>;
  /** The programs that load; with the migrations they decide what is loaded. */
  readonly programs: readonly string[];
  readonly fill: (urls: Urls, running: Running) => Promise<void>;
};

/** The database of a benchmark, kept from run to run in the data directory and loaded when it is missing or out of date. */
export async function openKeptDatabase({ name, size, sizes, programs, fill, stack, ...running }: Kept) {
  const { signal, progress } = running;
  const root = process.env['GATEHOUSE_DATA_DIR'] ?? '.gatehouse';
  const dataDirectory = resolve(root, name, String(size));
  // Written when everything is loaded: what it was loaded from.
  const marker = join(dataDirectory, `${name}.json`);
  const wanted = JSON.stringify({ ...sizes, made: await checksum(programs) });
  if ((await readFile(marker, 'utf8').catch(() => '')) !== wanted) {
    const what = Object.entries(sizes).map(([of, count]) => `${count} ${of}`);
    progress(`loading ${what.join(', ')} into ${dataDirectory}`);
    await rm(dataDirectory, { recursive: true, force: true });
    await load(dataDirectory, fill, running);
    await writeFile(marker, wanted);
  }
  const server = await startEmbeddedPostgres({ dataDirectory, settings: SETTINGS, log: silent, signal });
  stack.defer(() => server.stop());
  return server;
}

const silent = { info: () => {}, warn: () => {}, error: () => {} };

async function load(dataDirectory: string, fill: Kept['fill'], { signal, progress }: Running): Promise<void> {
  await mkdir(dataDirectory, { recursive: true });
  // PostgreSQL does not run as root, and whom it runs as instead has to pass.
  await chmod(dataDirectory, 0o755);
  const startedAt = performance.now();
  const server = await startEmbeddedPostgres({ dataDirectory, settings: LOADING, log: silent, signal });
  try {
    const applicationRole = decodeURIComponent(new URL(server.applicationUrl).username);
    await migrate({ ownerUrl: server.ownerUrl, applicationRole });
    await fill(server, { signal, progress });
  } finally {
    await server.stop();
  }
  progress(`loaded in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
}

async function checksum(programs: readonly string[]): Promise<string> {
  const folders = (await readdir(MIGRATIONS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const files = [
    ...folders.map(({ name }) => join(MIGRATIONS, name, 'migration.sql')).toSorted(),
    ...programs,
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex');
}
