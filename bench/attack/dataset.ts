import { join } from 'node:path';
import { openKeptDatabase } from '../kept-database.ts';
import type { Database } from '../mint/database.ts';
import { fill } from '../read/fill.ts';

type Running = { readonly signal: AbortSignal; readonly stack: AsyncDisposableStack };

const USERS = 10_000;
const READ = join(import.meta.dirname, '../read');

/** The database of the benchmark, with the sessions that listings go through; kept from run to run. */
export async function openDataset(
  sessions: number,
  running: Running,
  progress: (text: string) => void,
): Promise<Database> {
  const sizes = { users: USERS, sessions };
  const server = await openKeptDatabase({
    ...running,
    progress,
    name: 'bench-attack',
    size: sessions,
    sizes,
    programs: ['fill.ts', 'session-rows.ts'].map((name) => join(READ, name)),
    fill: (urls, filling) => fill(urls, sizes, filling),
  });
  return { url: server.applicationUrl, ownerUrl: server.ownerUrl };
}
