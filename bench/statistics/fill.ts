import { join } from 'node:path';
import { openKeptDatabase, type Running, type Urls } from '../kept-database.ts';
import type { Database } from '../mint/database.ts';
import { withClient } from '../read/fill.ts';
import { CONFIGURATION, INSERT_SESSIONS } from '../read/session-rows.ts';

export type Sizes = { readonly users: number; readonly sessions: number };

const APPLICATIONS = ['bench-shop', 'bench-clinic', 'bench-hotline', 'bench-garage'];
/** Denied requests for each session. */
const DENIED = 0.02;
const DAY_MS = 86_400_000;

/** Requests from $1 to $2 that were denied: $3 of them. */
const INSERT_DENIALS = `
  INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, application_id, user_id, detail)
  SELECT uuidv7_at(at), at, 'session.denied', 'DENIED', 'APPLICATION', 'bench', application_id, user_id,
    jsonb_build_object('reason', (ARRAY['quota', 'quota', 'policy', 'suspended'])[1 + number % 4], 'provider', 'openai',
      'model', 'gpt-realtime-2.1')
  FROM (
    SELECT number, $1::timestamptz + ($2::timestamptz - $1) * (number / $3::float8) AS at,
      ((SELECT array_agg(id ORDER BY id) FROM end_user))[1 + number % (SELECT count(*) FROM end_user)] AS user_id,
      ((SELECT array_agg(id ORDER BY id) FROM application))[1 + number % (SELECT count(*) FROM application)] AS application_id
    FROM generate_series(0, $3 - 1) AS number
  ) AS denied`;

type Opening = { readonly signal: AbortSignal; readonly stack: AsyncDisposableStack };

/** The database of the benchmark, kept from run to run in the data directory and loaded when it is missing or out of date. */
export async function openDataset(
  sizes: Sizes,
  opening: Opening,
  progress: (text: string) => void,
): Promise<Database> {
  const programs = ['fill.ts', '../read/session-rows.ts'];
  const server = await openKeptDatabase({
    ...opening,
    progress,
    name: 'bench-statistics',
    size: sizes.sessions,
    sizes,
    programs: programs.map((name) => join(import.meta.dirname, name)),
    fill: (urls, filling) => fill(urls, sizes, filling),
  });
  return { url: server.applicationUrl, ownerUrl: server.ownerUrl };
}

/** Fills a migrated database that is empty: the last whole month, and its sums as a gateway makes them until it ends. */
async function fill({ ownerUrl, superuserUrl }: Urls, sizes: Sizes, running: Running): Promise<void> {
  const { signal, progress } = running;
  const now = new Date();
  const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  await withClient(ownerUrl, async (owner) => {
    await owner.query('SET synchronous_commit = off');
    await owner.query('SELECT create_partitions($1, $1)', [from]);
    await owner.query('INSERT INTO application (name) SELECT unnest($1::text[])', [APPLICATIONS]);
    await owner.query(
      `INSERT INTO end_user (external_id, created_at)
       SELECT 'user-' || number, $2 FROM generate_series(0, $1 - 1) AS number`,
      [sizes.users, from],
    );
    const days = Math.round((to.getTime() - from.getTime()) / DAY_MS);
    for (let day = 0; day < days; day += 1) {
      signal.throwIfAborted();
      const count =
        Math.floor((sizes.sessions * (day + 1)) / days) - Math.floor((sizes.sessions * day) / days);
      const begin = new Date(from.getTime() + day * DAY_MS);
      const end = new Date(begin.getTime() + DAY_MS);
      await owner.query(INSERT_SESSIONS, [begin, end, count, null, ...CONFIGURATION]);
      progress(`day ${day + 1} of ${days}`);
    }
    await owner.query(INSERT_DENIALS, [from, to, Math.ceil(sizes.sessions * DENIED)]);
    await owner.query(`INSERT INTO application_user (application_id, user_id, last_session_at)
      SELECT application_id, user_id, max(created_at) FROM realtime_session GROUP BY application_id, user_id`);
    await owner.query('VACUUM (ANALYZE) realtime_session, audit_event');
    progress('sums');
    const startedAt = performance.now();
    for (let summed = 1; summed > 0; ) {
      signal.throwIfAborted();
      const { rows } = await owner.query<{ summed: number }>('SELECT sum_sessions(4, $1) AS summed', [to]);
      summed = rows[0]?.summed ?? 0;
    }
    progress(`summed in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    await owner.query('VACUUM (ANALYZE)');
  });
  await withClient(superuserUrl, (superuser) => superuser.query('CHECKPOINT'));
}
