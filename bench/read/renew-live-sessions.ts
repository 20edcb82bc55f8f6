import { withClient } from './fill.ts';
import { CONFIGURATION, INSERT_SESSIONS } from './session-rows.ts';

const LIVE_SESSIONS = 3000;
const SINCE_MINUTES = 25;

/** Exchanges the sessions that live for ones that still do for more than an hour: a cached database has none left. */
export async function renewLiveSessions(ownerUrl: string): Promise<void> {
  await withClient(ownerUrl, async (owner) => {
    await owner.query("SELECT create_partitions(now() - interval '1 hour', now())");
    await owner.query(
      "DELETE FROM realtime_session WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL",
    );
    const from = new Date(Date.now() - SINCE_MINUTES * 60_000);
    await owner.query(INSERT_SESSIONS, [from, new Date(), LIVE_SESSIONS, 'ISSUED', ...CONFIGURATION]);
    const newest = `SELECT application_id, user_id, max(created_at) AS at FROM realtime_session
      WHERE id > uuidv7_floor(now() - interval '1 hour') GROUP BY application_id, user_id`;
    await owner.query(`INSERT INTO application_user (application_id, user_id, last_session_at) ${newest}
      ON CONFLICT (application_id, user_id) DO UPDATE SET last_session_at = excluded.last_session_at`);
    // To the millisecond, which is what some of the peers read: all are to write the same cursor.
    await owner.query(`UPDATE end_user AS u SET last_session_at = s.at
      FROM (SELECT user_id, date_trunc('milliseconds', max(at)) AS at FROM (${newest}) AS pair GROUP BY user_id) AS s WHERE s.user_id = u.id`);
    // For peers that cannot sort by an expression, which is what the ledger's own index is of.
    await owner.query('CREATE INDEX IF NOT EXISTS bench_last_session ON end_user (last_session_at, id)');
    await owner.query('VACUUM (ANALYZE)');
  });
}
