import { join } from 'node:path';
import { openKeptDatabase, type Running, type Urls } from '../kept-database.ts';
import type { Database } from '../mint/database.ts';
import { fill as fillLedger, type Sizes, withClient } from '../read/fill.ts';
import { renewLiveSessions } from '../read/renew-live-sessions.ts';
import { CONFIGURATION, INSERT_SESSIONS } from '../read/session-rows.ts';
import { INSERT_RECORDS, INSERT_ROLLUPS, INSERT_SUMS } from '../usage/usage-rows.ts';

type Opening = { readonly signal: AbortSignal; readonly stack: AsyncDisposableStack };

/** A label that few sessions have; all others have another one. */
export const RARE_LABEL = { key: 'campaign', value: 'autumn' };
/** One session of so many more has it. */
const RARE = 500;
const DAY_MS = 86_400_000;

/** The ledger of bench/read with usage, kept from run to run in the data directory, with sessions that live now. */
export async function openDataset(
  sizes: Sizes,
  opening: Opening,
  progress: (text: string) => void,
): Promise<Database> {
  const programs = ['dataset.ts', '../read/fill.ts', '../read/session-rows.ts', '../usage/usage-rows.ts'];
  const server = await openKeptDatabase({
    ...opening,
    progress,
    name: 'bench-console',
    size: sizes.sessions,
    sizes,
    programs: programs.map((name) => join(import.meta.dirname, name)),
    fill: (urls, filling) => fill(urls, sizes, filling),
  });
  progress('making sessions that live');
  await renewLiveSessions(server.ownerUrl);
  return { url: server.applicationUrl, ownerUrl: server.ownerUrl };
}

async function fill(urls: Urls, sizes: Sizes, running: Running): Promise<void> {
  await fillLedger(urls, sizes, running);
  const now = new Date();
  const labels = [...CONFIGURATION.slice(0, -1), JSON.stringify([RARE_LABEL])];
  const yearAgo = new Date(now.getTime() - 360 * DAY_MS);
  const recently = new Date(now.getTime() - DAY_MS);
  await withClient(urls.ownerUrl, async (owner) => {
    await owner.query(INSERT_SESSIONS, [
      yearAgo,
      recently,
      Math.ceil(sizes.sessions / RARE),
      null,
      ...labels,
    ]);
    await addUsage(owner, now, running);
    await sumSessions(owner, now, running);
    await owner.query('VACUUM (ANALYZE, FREEZE)');
  });
  await withClient(urls.superuserUrl, (superuser) => superuser.query('CHECKPOINT'));
}

type Owner = Parameters<Parameters<typeof withClient>[1]>[0];

/** One response of each session, since the month before began. */
async function addUsage(owner: Owner, now: Date, { progress }: Running): Promise<void> {
  progress('usage of this month and the one before');
  const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  await owner.query(`SET work_mem = '256MB'`);
  await owner.query(INSERT_RECORDS, [from, now, 1]);
  await owner.query('ANALYZE usage_record');
  await owner.query(INSERT_ROLLUPS, [from, now]);
  await owner.query(INSERT_SUMS, [from, now]);
}

/** The sums that statistics are made of, as a gateway makes them; here a day at a time. */
async function sumSessions(owner: Owner, now: Date, { signal, progress }: Running): Promise<void> {
  progress('sums of sessions');
  for (let summed = 1; summed > 0; ) {
    signal.throwIfAborted();
    const { rows } = await owner.query<{ summed: number }>('SELECT sum_sessions(96, $1) AS summed', [now]);
    summed = rows[0]?.summed ?? 0;
  }
}
