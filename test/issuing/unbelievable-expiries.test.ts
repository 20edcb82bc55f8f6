import { beforeEach, describe, expect, test } from 'vitest';
import { issue, passTime, quotasUsed, revokeSession, setPolicy } from '../support/ask.ts';
import type { Behaviour } from '../support/fake-upstream.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { metric } from '../support/metric.ts';

// Expiries that another clock than ours, another unit or another idea of a lifetime makes. The database's clock decides
// what is active; a provider whose clock is an hour behind answers expiries that have passed.

const HOUR_SECONDS = 3600;
const TTL_SECONDS = 600;
const TIMEOUT_MS = 10_000;

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  GATEHOUSE_UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS),
}));

beforeEach(() => upstream.reset());

let minted = 0;
/** Mints secrets with this expiry. */
function expiring(expires_at: () => number | string): Behaviour {
  return {
    kind: 'respond',
    respond: () => {
      minted += 1;
      const value = `ek_${String(minted).padStart(16, '0')}`;
      return { status: 200, body: { value, expires_at: expires_at(), session: {} } };
    },
  };
}
const inSeconds = (seconds: number) => () => Math.floor(Date.now() / 1000) + seconds;
const millisecondsBetween = (from: string, to: string) => Date.parse(to) - Date.parse(from);

describe('an expiry that is not believed reads as the latest that it should be', () => {
  test.each<[what: string, () => number | string]>([
    ['the year 2286', () => 9_999_999_999],
    ['the year 5138', () => 99_999_999_999],
    ['milliseconds', () => Date.now() + TTL_SECONDS * 1000],
    ['milliseconds in a text', () => String(Date.now() + TTL_SECONDS * 1000)],
    ['a lifetime instead of a time', () => TTL_SECONDS],
    ['twenty minutes more than was asked for', inSeconds(TTL_SECONDS + 1200)],
  ])('%s', async (what, expiresAt) => {
    upstream.always(expiring(expiresAt));
    const { session, clientSecret } = await issue(gateway, {
      externalUserId: what,
      expiresAfterSeconds: TTL_SECONDS,
    });
    expect(millisecondsBetween(session.createdAt, clientSecret.expiresAt)).toBe(
      TTL_SECONDS * 1000 + TIMEOUT_MS,
    );
    expect(session.status).toBe('ACTIVE');
    await passTime(database, what, '700 seconds');
    expect(await quotasUsed(gateway, what)).toMatchObject({ ACTIVE_SESSIONS: 0 });
  });

  test('up to ten minutes more is believed: a provider may have a least lifetime', async () => {
    upstream.next(expiring(inSeconds(TTL_SECONDS + 590)));
    const { session, clientSecret } = await issue(gateway, {
      externalUserId: 'longer',
      expiresAfterSeconds: TTL_SECONDS,
    });
    const lifetimeMs = millisecondsBetween(session.createdAt, clientSecret.expiresAt);
    expect(lifetimeMs).toBeGreaterThan((TTL_SECONDS + 580) * 1000);
    await passTime(database, 'longer', '900 seconds');
    expect(await quotasUsed(gateway, 'longer')).toMatchObject({ ACTIVE_SESSIONS: 1 });
  });

  test('it is counted each time, and logged once', async () => {
    const lines = () =>
      gateway.logLines.filter((line) => line.includes('much longer than was asked for')).length;
    const before = await countedAsTooLate();
    upstream.always(expiring(() => 9_999_999_999));
    for (let index = 0; index < 3; index += 1) await issue(gateway, { externalUserId: 'noted' });
    expect((await countedAsTooLate()) - before).toBe(3);
    expect(lines()).toBe(1);
  });
});

describe('a slot is held for the requested lifetime at least, whatever upstream answers', () => {
  test('a database clock an hour ahead of the provider lets no more sessions through', async () => {
    const externalUserId = 'ahead';
    await setPolicy(gateway, { externalUserId, maxActiveSessions: 3 });
    upstream.always(expiring(inSeconds(TTL_SECONDS - HOUR_SECONDS)));
    for (let index = 0; index < 3; index += 1) {
      const { session } = await issue(gateway, { externalUserId, expiresAfterSeconds: TTL_SECONDS });
      expect(session.status).toBe('EXPIRED');
    }
    const answers = await Promise.all(Array.from({ length: 9 }, () => issue(gateway, { externalUserId })));
    for (const answer of answers) {
      expect(answer).toMatchObject({ quota: 'ACTIVE_SESSIONS', limit: 3, used: 3 });
    }
    expect(upstream.calls).toHaveLength(3);
    expect(await quotasUsed(gateway, externalUserId)).toMatchObject({ ACTIVE_SESSIONS: 3 });

    await passTime(database, externalUserId, '590 seconds');
    expect(await issue(gateway, { externalUserId })).toMatchObject({ used: 3 });
    await passTime(database, externalUserId, '10 seconds');
    expect(await quotasUsed(gateway, externalUserId)).toMatchObject({ ACTIVE_SESSIONS: 0 });
  });

  test('and retryAt says when: of three, the one that was requested for the shortest time', async () => {
    const externalUserId = 'told';
    await setPolicy(gateway, { externalUserId, maxActiveSessions: 3 });
    upstream.always(expiring(inSeconds(-HOUR_SECONDS)));
    await issue(gateway, { externalUserId, expiresAfterSeconds: 500 });
    const shortest = await issue(gateway, { externalUserId, expiresAfterSeconds: 100 });
    upstream.always(expiring(inSeconds(60)));
    await issue(gateway, { externalUserId, expiresAfterSeconds: 300 });
    const { retryAt } = await issue(gateway, { externalUserId });
    expect(Math.abs(millisecondsBetween(shortest.session.createdAt, retryAt) - 100_000)).toBeLessThan(2);
  });

  test('an upstream that gives shorter lifetimes: the secret expires, the slot stays', async () => {
    const externalUserId = 'shorter';
    upstream.next(expiring(inSeconds(60)));
    await issue(gateway, { externalUserId, expiresAfterSeconds: TTL_SECONDS });
    await passTime(database, externalUserId, '61 seconds');
    const { body } = await gateway.ask(
      `{ realtimeSessions(first: 10, filter: { externalUserId: "${externalUserId}" }) { nodes { status } } }`,
    );
    expect(body.data.realtimeSessions.nodes).toEqual([{ status: 'EXPIRED' }]);
    expect(await quotasUsed(gateway, externalUserId)).toMatchObject({ ACTIVE_SESSIONS: 1 });
    await passTime(database, externalUserId, '540 seconds');
    expect(await quotasUsed(gateway, externalUserId)).toMatchObject({ ACTIVE_SESSIONS: 0 });
  });

  test('a failed or an unconfirmed mint holds none', async () => {
    const externalUserId = 'neither';
    upstream.next({ kind: 'answer', status: 400 });
    await issue(gateway, { externalUserId });
    upstream.next({ kind: 'reset' });
    await issue(gateway, { externalUserId });
    expect(await quotasUsed(gateway, externalUserId)).toMatchObject({ ACTIVE_SESSIONS: 0 });
  });
});

test('exposedUntil counts from the same time: by the clock of the database, connections may run until then', async () => {
  const externalUserId = 'exposed';
  upstream.next(expiring(inSeconds(TTL_SECONDS - HOUR_SECONDS)));
  const { session } = await issue(gateway, { externalUserId, expiresAfterSeconds: TTL_SECONDS });
  expect(millisecondsBetween(session.createdAt, session.exposedUntil)).toBe(
    (TTL_SECONDS + HOUR_SECONDS) * 1000,
  );
  expect(await revokeSession(gateway, { id: session.id })).toMatchObject({
    session: { exposedUntil: session.exposedUntil },
  });
});

test('the seconds until an expiry fit into an Int, whatever is stored', async () => {
  const { session } = await issue(gateway, { externalUserId: 'stored' });
  await database.query(`UPDATE realtime_session SET expires_at = '2286-11-20T17:46:39Z'
    WHERE user_id = (SELECT id FROM end_user WHERE external_id = 'stored')`);
  const { body } = await gateway.ask(
    `{ realtimeSessions(first: 10, filter: { externalUserId: "stored" }) {
      nodes { id clientSecret { expiresInSeconds isExpired } }
    } }`,
  );
  expect(body).toEqual({
    data: {
      realtimeSessions: {
        nodes: [{ id: session.id, clientSecret: { expiresInSeconds: 2 ** 31 - 1, isExpired: false } }],
      },
    },
  });
});

async function countedAsTooLate(): Promise<number> {
  return (await metric(gateway, 'gatehouse_odd_expiries_total{provider="openai",kind="too_late"}')) ?? 0;
}
