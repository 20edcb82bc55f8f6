import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { issue, readSession, revokeSession, trailOf } from '../support/ask.ts';
import { announcedOf, repeatSession, sessionOf } from '../support/expiring.ts';
import { useDatabase, useUpstream } from '../support/fixture.ts';
import { startGateway, upstreamEnv } from '../support/gateway.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';

const AT_ONCE = 1000;
// More than a job takes at a time.
const MISSED = 600;

const database = useDatabase();
const upstream = useUpstream();
let gateway: Replicas;

beforeAll(async () => {
  gateway = await startReplicas(database, upstreamEnv(upstream.baseUrl));
});

afterAll(async () => {
  await gateway?.close();
});

describe('a session that expires', () => {
  test('reads EXPIRED before its event is written, which failing does not prevent for good', async () => {
    const { session } = await issue(gateway, { externalUserId: 'one' });
    await database.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT ON audit_event FOR EACH ROW WHEN (NEW.action = 'session.expired') EXECUTE FUNCTION refuse()`,
    );
    // By itself it locks the partitions before their parent, and the gateways, which begin with that, at cross purposes.
    const allow = () =>
      database.query('BEGIN; LOCK TABLE audit_event; DROP TRIGGER IF EXISTS refuse ON audit_event; COMMIT');
    onTestFinished(async () => void (await allow()));
    await expire('one', `now() - interval '1 second'`);
    const read = await readSession(gateway, session.id);
    expect(read).toMatchObject({ status: 'EXPIRED', revokedAt: null });

    await expect
      .poll(() => gateway.logLines().filter((line) => line.includes('announce-expiry')).length, {
        timeout: 5000,
      })
      .toBeGreaterThan(1);
    expect(gateway.logLines().join('')).toContain('periodic work failed');
    // All or nothing: what has no event is not announced.
    expect(await announcementOf('one')).toEqual([{ announced: false }]);
    await allow();
    await expect.poll(() => announcementOf('one'), { timeout: 5000 }).toEqual([{ announced: true }]);

    const announced = await readSession(gateway, session.id);
    expect({ ...announced, auditEvents: null }).toEqual({ ...read, auditEvents: null });
    expect(announced.auditEvents.nodes).toEqual([
      {
        action: 'session.expired',
        outcome: 'SUCCEEDED',
        actor: { kind: 'SYSTEM', name: 'gatehouse' },
        detail: { expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/) },
      },
      ...read.auditEvents.nodes,
    ]);
    const [event] = await database.query(
      `SELECT (e.detail->>'expiresAt')::timestamptz = s.expires_at AS told, e.user_id = s.user_id AS of_user,
         e.application_id = s.application_id AS of_application, e.at = s.expiry_announced_at AS at,
         num_nonnulls(actor_application_id, actor_user_id, actor_api_key_id, request_id, ip_address, user_agent) AS else
       FROM audit_event AS e JOIN realtime_session AS s ON s.id = e.session_id WHERE e.action = 'session.expired'`,
    );
    expect(event).toEqual({ told: true, of_user: true, of_application: true, at: true, else: 0 });
  });

  test('is not announced when it was revoked before', async () => {
    const { session } = await issue(gateway, { externalUserId: 'revoked' });
    await issue(gateway, { externalUserId: 'left alone' });
    expect(await revokeSession(gateway, { id: session.id, reason: 'leaked' })).toMatchObject({
      session: { status: 'REVOKED' },
    });
    // It would have come first.
    await expire('revoked', `now() - interval '1 minute'`);
    await expire('left alone', `now() - interval '1 second'`);
    await expect.poll(() => announcementOf('left alone'), { timeout: 5000 }).toEqual([{ announced: true }]);
    expect(await announcementOf('revoked')).toEqual([{ announced: false }]);
    expect(await readSession(gateway, session.id)).toMatchObject({ status: 'REVOKED' });
    const trail = await trailOf(database, 'revoked');
    expect(trail.map(({ action }) => action)).not.toContain('session.expired');
  });
});

test(`${AT_ONCE} in the same second are announced once each, within two seconds, by three replicas that are read from`, async () => {
  const externalUserId = 'many';
  const { session } = await issue(gateway, { externalUserId });
  onTestFinished(() => forgetRepeated());
  await repeatSession(
    database,
    await sessionOf(database, externalUserId),
    AT_ONCE,
    `now() + interval '1 hour'`,
  );
  await expire(externalUserId, `date_trunc('second', now()) + interval '3 seconds'`);

  const statuses: string[] = [];
  await expect
    .poll(
      async () => {
        statuses.push((await readSession(gateway, session.id)).status);
        return (await announcedOf(database))?.events;
      },
      { timeout: 10_000, interval: 10 },
    )
    .toBe(AT_ONCE);
  expect(await announcedOf(database)).toEqual({
    events: AT_ONCE,
    sessions: AT_ONCE,
    oldestFirst: true,
    neverEarly: true,
    withinTwoSeconds: true,
    written: true,
  });
  // By the clock, all of them: first one, then the other.
  expect(new Set(statuses)).toEqual(new Set(['ACTIVE', 'EXPIRED']));
  expect(statuses).toEqual(statuses.toSorted());
});

test('what expired while no gateway ran is announced by the next one, oldest first, in any month', async () => {
  await issue(gateway, { externalUserId: 'missed' });
  const id = await sessionOf(database, 'missed');
  await gateway.close();
  onTestFinished(async () => {
    gateway = await startReplicas(database, upstreamEnv(upstream.baseUrl));
    await forgetRepeated();
  });
  await database.query(`SELECT create_partitions(now() - interval '41 days', now())`);
  await repeatSession(database, id, MISSED, `now() - interval '40 days' * random()`);
  const next = await startGateway(database, upstreamEnv(upstream.baseUrl));
  onTestFinished(() => next.close());
  await expect.poll(async () => (await announcedOf(database))?.events, { timeout: 10_000 }).toBe(MISSED);
  expect(await announcedOf(database)).toMatchObject({
    sessions: MISSED,
    oldestFirst: true,
    written: true,
    withinTwoSeconds: false,
  });
  const months = await database.query(
    `SELECT DISTINCT tableoid FROM realtime_session WHERE provider = 'repeated'`,
  );
  expect(months.length).toBeGreaterThan(1);
});

async function expire(externalId: string, at: string): Promise<void> {
  await database.query(
    `UPDATE realtime_session SET expires_at = ${at} WHERE user_id = (SELECT id FROM end_user WHERE external_id = $1)`,
    [externalId],
  );
}

function announcementOf(externalId: string) {
  return database.query(
    `SELECT expiry_announced_at IS NOT NULL AS announced
     FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id WHERE u.external_id = $1`,
    [externalId],
  );
}

async function forgetRepeated(): Promise<void> {
  await database.query(`DELETE FROM realtime_session WHERE provider = 'repeated'`);
}
