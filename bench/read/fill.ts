import pg from 'pg';
import type { Running, Urls } from '../kept-database.ts';
import { CONFIGURATION, INSERT_SESSIONS } from './session-rows.ts';

export type Sizes = { readonly users: number; readonly sessions: number };

const APPLICATIONS = ['bench-shop', 'bench-clinic', 'bench-hotline', 'bench-garage'];
const MONTHS = 12;
/** Two at a time: more are not faster on two cores. */
const CONNECTIONS = 2;
/** Sessions of one statement: often enough to say how far it is. */
const BATCH = 20_000;

/** Fills a migrated database that is empty: users, their sessions of the last twelve months, and what is derived of them. */
export async function fill({ ownerUrl, superuserUrl }: Urls, sizes: Sizes, running: Running): Promise<void> {
  await withClient(ownerUrl, async (owner) => {
    await owner.query('SELECT create_partitions(now() - make_interval(months => $1), now())', [MONTHS]);
    await owner.query('INSERT INTO application (name) SELECT unnest($1::text[])', [APPLICATIONS]);
    await owner.query(
      `INSERT INTO end_user (id, external_id, created_at)
       SELECT uuidv7_at(at), 'user-' || number, at
       FROM generate_series(0, $1 - 1) AS number,
         LATERAL (SELECT now() - make_interval(months => ${MONTHS} + 1) + number * interval '1 minute') AS t (at)`,
      [sizes.users],
    );
  });
  await loadSessions(ownerUrl, sizes.sessions, running);
  await withClient(ownerUrl, async (owner) => {
    running.progress('who was there last, VACUUM, ANALYZE');
    await owner.query(`UPDATE end_user AS u SET last_session_at = s.at
      FROM (SELECT user_id, max(created_at) AS at FROM realtime_session GROUP BY user_id) AS s WHERE s.user_id = u.id`);
    await owner.query(`INSERT INTO application_user (application_id, user_id, last_session_at)
      SELECT application_id, user_id, max(created_at) FROM realtime_session GROUP BY application_id, user_id`);
    await owner.query('VACUUM (ANALYZE, FREEZE)');
  });
  await withClient(superuserUrl, (superuser) => superuser.query('CHECKPOINT'));
}

async function loadSessions(
  ownerUrl: string,
  sessions: number,
  { signal, progress }: Running,
): Promise<void> {
  const now = Date.now();
  const first = new Date(now);
  first.setUTCMonth(first.getUTCMonth() - MONTHS);
  // Until a while ago: those that live are made anew for each run.
  const span = now - 3 * 3_600_000 - first.getTime();
  const parts = Math.ceil(sessions / BATCH);
  const at = (part: number) => new Date(first.getTime() + (span * part) / parts);
  let next = 0;
  let loaded = 0;
  const work = () =>
    withClient(ownerUrl, async (client) => {
      await client.query('SET synchronous_commit = off');
      while (next < parts) {
        signal.throwIfAborted();
        const part = next;
        next += 1;
        const count = Math.floor((sessions * (part + 1)) / parts) - Math.floor((sessions * part) / parts);
        await client.query(INSERT_SESSIONS, [at(part), at(part + 1), count, null, ...CONFIGURATION]);
        loaded += count;
        progress(`${loaded} of ${sessions} sessions`);
      }
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
