import { join } from 'node:path';
import type { Interval } from '../../src/usage/split-buckets.ts';
import { openKeptDatabase } from '../kept-database.ts';
import type { Database } from '../mint/database.ts';
import { withClient } from '../read/fill.ts';
import { fill, type Sizes } from './fill.ts';

type Opening = { readonly signal: AbortSignal; readonly stack: AsyncDisposableStack };

const FILLED_FROM = [
  'fill.ts',
  'in-parts.ts',
  'without-indexes.ts',
  '../read/session-rows.ts',
  '../usage/usage-rows.ts',
];
const MONTH_MS = 30 * 86_400_000;
/** What has begun in the last hour and a quarter is not in the sums yet. */
const NOT_SUMMED_MS = 75 * 60_000;

/**
 * The database of the benchmarks of dashboards, kept from run to run in the data directory and loaded when it is missing
 * or out of date.
 */
export async function openDataset(
  { users, sessions }: Sizes,
  opening: Opening,
  progress: (text: string) => void,
): Promise<Database> {
  // In this order, because the database is loaded anew when what it was loaded from is written differently.
  const sizes = { users, sessions };
  const server = await openKeptDatabase({
    ...opening,
    progress,
    name: 'bench-dashboards',
    size: sizes.sessions,
    sizes,
    programs: FILLED_FROM.map((name) => join(import.meta.dirname, name)),
    fill: (urls, filling) => fill(urls, sizes, filling),
  });
  return { url: server.applicationUrl, ownerUrl: server.ownerUrl };
}

/**
 * Puts the sums back to what they were when the month ended: its last hour and a quarter is read from the ledger.
 * @returns the month, in milliseconds since 1970
 */
export async function endMonth(ownerUrl: string): Promise<Interval> {
  return withClient(ownerUrl, async (owner) => {
    // Sessions that were made since live, or have. It ends with a quarter of an hour.
    const { rows } = await owner.query<{ end: Date }>(
      `SELECT date_bin('15 minutes', created_at, timestamptz 'epoch') + interval '15 minutes' AS end FROM realtime_session
       WHERE outcome <> 'ISSUED' ORDER BY id DESC LIMIT 1`,
    );
    const to = rows[0]?.end.getTime();
    if (to === undefined) throw new Error('There are no sessions');
    const summedTo = new Date(to - NOT_SUMMED_MS);
    await owner.query('DELETE FROM session_sum WHERE bucket >= $1', [summedTo]);
    await owner.query('DELETE FROM session_rollup WHERE bucket >= $1', [summedTo]);
    await owner.query('UPDATE session_sum_progress SET summed_to = least(summed_to, $1)', [summedTo]);
    await owner.query('VACUUM (ANALYZE) session_sum, session_rollup, session_sum_progress');
    return { from: to - MONTH_MS, to };
  });
}
