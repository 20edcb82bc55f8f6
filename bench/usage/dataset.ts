import { join } from 'node:path';
import { openKeptDatabase } from '../kept-database.ts';
import type { Database } from '../mint/database.ts';
import { fill, type Sizes } from './fill.ts';

type Running = { readonly signal: AbortSignal; readonly stack: AsyncDisposableStack };

/** The database of the benchmark, kept from run to run in the data directory and loaded when it is missing or out of date. */
export async function openDataset(
  sizes: Sizes,
  running: Running,
  progress: (text: string) => void,
): Promise<Database> {
  const programs = ['fill.ts', 'usage-rows.ts', '../read/session-rows.ts'];
  const server = await openKeptDatabase({
    ...running,
    progress,
    name: 'bench-usage',
    size: sizes.records,
    sizes,
    programs: programs.map((name) => join(import.meta.dirname, name)),
    fill: (urls, filling) => fill(urls, sizes, filling),
  });
  return { url: server.applicationUrl, ownerUrl: server.ownerUrl };
}
