import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { issue, setPolicy } from '../support/ask.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';

// A disk that stalls: what was settled before its deadline becomes durable after it.

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));
let settling: pg.Client;
beforeAll(async () => {
  settling = new pg.Client({ connectionString: database.superuserUrl });
  await settling.connect();
});
afterAll(async () => {
  await settling?.end();
});

test('a session that is settled in time and committed late is counted by whoever asks in between', async () => {
  const externalUserId = 'late';
  await setPolicy(gateway, { externalUserId, maxActiveSessions: 1 });
  const answer = Promise.withResolvers<void>();
  upstream.next({ kind: 'hold', until: answer.promise });
  const called = upstream.nextCall();
  const first = issue(gateway, { externalUserId });
  await called;

  // As settling does it, a moment before the deadline, and then the commit takes its time.
  await database.query(
    `UPDATE realtime_session SET deadline = clock_timestamp() + interval '200 milliseconds'`,
  );
  await settling.query('BEGIN');
  const settled = await settling.query(
    `UPDATE realtime_session SET outcome = 'ISSUED', settled_at = clock_timestamp(), expires_at = now() + interval '10 minutes',
       secret_fingerprint = repeat('0', 64), secret_fingerprint_key_id = 'k', secret_prefix = '', secret_last_four = ''
     WHERE outcome IS NULL AND deadline > clock_timestamp()`,
  );
  expect(settled.rowCount).toBe(1);
  await eventually(async () => {
    const [row] = await database.query<{ over: boolean }>(
      'SELECT deadline < clock_timestamp() AS over FROM realtime_session',
    );
    return row?.over === true ? true : undefined;
  });

  const second = issue(gateway, { externalUserId });
  const waiting = eventually(async () => {
    const rows = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%r.verdict%'`,
    );
    return rows.length > 0 ? 'waiting' : undefined;
  });
  expect(await Promise.race([waiting, second.then(({ __typename }) => __typename)])).toBe('waiting');
  await settling.query('COMMIT');
  expect(await second).toMatchObject({ __typename: 'QuotaExceededError', quota: 'ACTIVE_SESSIONS', used: 1 });
  answer.resolve();
  expect((await first).__typename).toBe('UpstreamError');
  expect(upstream.calls).toHaveLength(1);
});
