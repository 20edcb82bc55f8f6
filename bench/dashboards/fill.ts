import type { Running, Urls } from '../kept-database.ts';
import { withClient } from '../read/fill.ts';
import { CONFIGURATION, INSERT_SESSIONS } from '../read/session-rows.ts';
import { INSERT_RECORDS, INSERT_ROLLUPS, INSERT_SUMS } from '../usage/usage-rows.ts';
import { inParts, type Part, split } from './in-parts.ts';
import { withoutIndexes } from './without-indexes.ts';

export type Sizes = { readonly users: number; readonly sessions: number };

/** A label that few sessions have; all others have another one. */
export const RARE_LABEL = { key: 'campaign', value: 'autumn' };
/** One session of so many more has it. */
const RARE = 500;
/** One session of so many more is older than the month. */
const OLDER = 10;
/** Denied requests for each session. */
const DENIED = 0.02;
const APPLICATIONS = ['bench-shop', 'bench-clinic', 'bench-hotline', 'bench-garage'];
const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;
/** The sessions of one statement. */
const BATCH = 20_000;

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

/**
 * Fills a migrated database that is empty: thirty days of sessions until three hours ago, what was denied and what was
 * reported in them, a tenth as many sessions of the months before, and the sums of all that.
 */
export async function fill(urls: Urls, sizes: Sizes, running: Running): Promise<void> {
  const { signal, progress } = running;
  // Their secrets have expired.
  const end = Math.floor((Date.now() - 3 * 3_600_000) / QUARTER_MS) * QUARTER_MS;
  const month: Part = { from: new Date(end - 30 * DAY_MS), to: new Date(end), count: sizes.sessions };
  const older: Part = {
    from: new Date(end - 360 * DAY_MS),
    to: month.from,
    count: Math.ceil(sizes.sessions / OLDER),
  };
  const rare: Part = { ...month, from: older.from, count: Math.ceil(sizes.sessions / RARE) };
  await withClient(urls.ownerUrl, async (owner) => {
    await owner.query('SELECT create_partitions($1, now())', [older.from]);
    await owner.query('INSERT INTO application (name) SELECT unnest($1::text[])', [APPLICATIONS]);
    await owner.query(
      `INSERT INTO end_user (id, external_id, created_at)
       SELECT uuidv7_at(at), 'user-' || number, at
       FROM generate_series(0, $1 - 1) AS number,
         LATERAL (SELECT $2::timestamptz - interval '2 months' + number * interval '1 minute') AS t (at)`,
      [sizes.users, older.from],
    );
    await withoutIndexes(owner, ['realtime_session', 'usage_record'], async () => {
      const labels = [...CONFIGURATION.slice(0, -1), JSON.stringify([RARE_LABEL])];
      const parts = [...split(older, BATCH), ...split(month, BATCH)];
      await inParts(urls, parts, { ...running, what: 'sessions' }, (client, { from, to, count }) =>
        client.query(INSERT_SESSIONS, [from, to, count, null, ...CONFIGURATION]),
      );
      await owner.query(INSERT_SESSIONS, [rare.from, rare.to, rare.count, null, ...labels]);
      await owner.query('ANALYZE realtime_session');
      await inParts(urls, split(month, BATCH), { ...running, what: 'usage' }, (client, { from, to }) =>
        client.query(INSERT_RECORDS, [from, to, 1]),
      );
      progress('indexes');
    });
    progress('sums');
    await owner.query(INSERT_DENIALS, [month.from, month.to, Math.ceil(sizes.sessions * DENIED)]);
    await owner.query(INSERT_DERIVED_USERS);
    await owner.query(UPDATE_USERS);
    await owner.query(`SET work_mem = '256MB'`);
    await owner.query('ANALYZE usage_record');
    await owner.query(INSERT_ROLLUPS, [month.from, new Date()]);
    await owner.query(INSERT_SUMS, [month.from, new Date()]);
    await owner.query('VACUUM (ANALYZE, FREEZE) realtime_session, audit_event');
    // As a gateway makes them; here a day at a time.
    for (let summed = 1; summed > 0; ) {
      signal.throwIfAborted();
      const { rows } = await owner.query<{ summed: number }>('SELECT sum_sessions(96, now()) AS summed');
      summed = rows[0]?.summed ?? 0;
    }
    await owner.query('VACUUM (ANALYZE, FREEZE)');
  });
  await withClient(urls.superuserUrl, (superuser) => superuser.query('CHECKPOINT'));
}

const INSERT_DERIVED_USERS = `INSERT INTO application_user (application_id, user_id, last_session_at)
  SELECT application_id, user_id, max(created_at) FROM realtime_session GROUP BY application_id, user_id`;
const UPDATE_USERS = `UPDATE end_user AS u SET last_session_at = s.at
  FROM (SELECT user_id, max(last_session_at) AS at FROM application_user GROUP BY user_id) AS s WHERE s.user_id = u.id`;
