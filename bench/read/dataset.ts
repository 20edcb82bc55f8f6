import { join } from 'node:path';
import { openKeptDatabase } from '../kept-database.ts';
import type { Database } from '../mint/database.ts';
import { findPostmaster } from '../postmaster.ts';
import { fill, type Sizes } from './fill.ts';
import { renewLiveSessions } from './renew-live-sessions.ts';

type Running = { readonly signal: AbortSignal; readonly stack: AsyncDisposableStack };

export type Dataset = Database & { readonly postmaster: number };

/** The database of the benchmark, kept from run to run, with sessions that live now. */
export async function openDataset(
  sizes: Sizes,
  running: Running,
  progress: (text: string) => void,
): Promise<Dataset> {
  const server = await openKeptDatabase({
    ...running,
    progress,
    name: 'bench-read',
    size: sizes.sessions,
    sizes,
    programs: ['fill.ts', 'session-rows.ts'].map((name) => join(import.meta.dirname, name)),
    fill: (urls, filling) => fill(urls, sizes, filling),
  });
  progress('making sessions that live');
  await renewLiveSessions(server.ownerUrl);
  const postmaster = await findPostmaster(server.superuserUrl);
  return { url: server.applicationUrl, ownerUrl: server.ownerUrl, postmaster };
}
