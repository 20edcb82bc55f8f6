import type { Running, Urls } from '../kept-database.ts';
import { withClient } from '../read/fill.ts';
import { CONFIGURATION, INSERT_SESSIONS } from '../read/session-rows.ts';
import { DIFFERENCES, INSERT_RECORDS, INSERT_ROLLUPS, INSERT_SUMS } from './usage-rows.ts';

export type Sizes = { readonly users: number; readonly sessions: number; readonly records: number };

const APPLICATIONS = ['bench-shop', 'bench-clinic', 'bench-hotline', 'bench-garage'];
const MONTHS = 12;
/** Two at a time: more are not faster on two cores. */
const CONNECTIONS = 2;

type Month = { readonly from: Date; readonly to: Date };

/**
 * Fills a migrated database that is empty: twelve whole months of issued sessions, what was reported of them, and the
 * sums of it as `count_usage` and `sum_usage` make them, in bulk.
 */
export async function fill({ ownerUrl, superuserUrl }: Urls, sizes: Sizes, running: Running): Promise<void> {
  const { progress } = running;
  const months = lastMonths(new Date());
  await withClient(ownerUrl, async (owner) => {
    await owner.query('SELECT create_partitions($1, $2)', [months[0]?.from, months.at(-1)?.from]);
    await owner.query('INSERT INTO application (name) SELECT unnest($1::text[])', [APPLICATIONS]);
    await owner.query(
      `INSERT INTO end_user (external_id, created_at)
       SELECT 'user-' || number, $2 FROM generate_series(0, $1 - 1) AS number`,
      [sizes.users, months[0]?.from],
    );
  });
  const perMonth = Math.ceil(sizes.sessions / MONTHS);
  const perSession = Math.round(sizes.records / sizes.sessions);
  await inEach(ownerUrl, months, running, 'sessions', INSERT_SESSIONS, [
    perMonth,
    'ISSUED',
    ...CONFIGURATION,
  ]);
  await inEach(ownerUrl, months, running, 'records', INSERT_RECORDS, [perSession]);
  await withClient(ownerUrl, (owner) =>
    owner.query('VACUUM (ANALYZE, FREEZE) usage_record, realtime_session'),
  );
  const reported = [...months, ...following(months)];
  await inEach(ownerUrl, reported, running, 'sums by user', INSERT_ROLLUPS, []);
  await inEach(ownerUrl, reported, running, 'sums', INSERT_SUMS, []);
  await withClient(ownerUrl, async (owner) => {
    progress('VACUUM, ANALYZE, and whether sums are those of their records');
    await owner.query('VACUUM (ANALYZE, FREEZE)');
    const { rows } = await owner.query(DIFFERENCES);
    if (rows.length > 0) throw new Error(`Sums are not those of their records: ${JSON.stringify(rows[0])}`);
  });
  await withClient(superuserUrl, (superuser) => superuser.query('CHECKPOINT'));
}

/** Runs a statement for each month, its first parameters, two at a time. */
async function inEach(
  url: string,
  months: readonly Month[],
  { signal, progress }: Running,
  what: string,
  text: string,
  values: readonly unknown[],
): Promise<void> {
  const waiting = months.entries();
  const work = () =>
    withClient(url, async (client) => {
      await client.query('SET synchronous_commit = off');
      await client.query(`SET work_mem = '256MB'`);
      for (const [number, { from, to }] of waiting) {
        signal.throwIfAborted();
        await client.query(text, [from, to, ...values]);
        progress(`${what} of month ${number + 1} of ${months.length}`);
      }
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

/** The whole months before that of `now`, in UTC. */
function lastMonths(now: Date): Month[] {
  const begin = (month: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + month, 1));
  return Array.from({ length: MONTHS }, (_, number) => ({
    from: begin(number - MONTHS),
    to: begin(number - MONTHS + 1),
  }));
}

/** What a session of the last month is still reported on in the first hours of the next. */
function following(months: readonly Month[]): Month[] {
  return months.slice(-1).map(({ to }) => ({ from: to, to: new Date(to.getTime() + 86_400_000) }));
}
