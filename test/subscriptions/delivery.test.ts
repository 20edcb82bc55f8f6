import { afterAll, describe, expect, test } from 'vitest';
import { issue, revokeSession } from '../support/ask.ts';
import { type EventStream, eventsOf, openStream, type StreamRequest } from '../support/event-stream.ts';
import { useDatabase, useReplicas, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { RESPONSE, report } from '../support/usage.ts';

const WITHIN_MS = 1000;

const database = useDatabase();
const upstream = useUpstream();
const replicas = useReplicas(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  GATEHOUSE_HEARTBEAT_MS: '1500',
}));
const open: EventStream[] = [];

afterAll(async () => {
  for (const stream of open) stream.close();
});

/** Opens a stream at each replica, and leaves it open until the last test has ended. */
async function openAtEachReplica(request: StreamRequest = {}): Promise<EventStream[]> {
  const streams: EventStream[] = [];
  for (let replica = 0; replica < 3; replica += 1)
    streams.push(await openStream(replicas.nextUrl(), request));
  open.push(...streams);
  return streams;
}

/** Takes the next event of each stream, which must be the same. @returns it, and by how much the last one was late */
async function nextOfAll(streams: readonly EventStream[], since?: number) {
  const events = eventsOf(await Promise.all(streams.map((stream) => stream.next())));
  for (const event of events) expect(event).toEqual(events[0]);
  const happened = since ?? Date.parse(events[0].at);
  return {
    event: events[0],
    lateMs: Math.max(...streams.map(({ arrived }) => (arrived.at(-1)?.at ?? 0) - happened)),
  };
}

describe('every replica delivers, once and in time,', () => {
  test('ISSUED and then REVOKED', async () => {
    const streams = await openAtEachReplica();
    const { session } = await issue(replicas, { externalUserId: 'alice' });
    const issued = await nextOfAll(streams);
    expect(issued.event).toMatchObject({ type: 'ISSUED', session: { id: session.id, status: 'ACTIVE' } });
    expect(issued.lateMs).toBeLessThan(WITHIN_MS);

    await revokeSession(replicas, { id: session.id });
    const revoked = await nextOfAll(streams);
    expect(revoked.event).toMatchObject({ type: 'REVOKED', session: { id: session.id, status: 'REVOKED' } });
    expect(revoked.lateMs).toBeLessThan(WITHIN_MS);
    const trail = await database.query<{ id: string }>(
      `SELECT translate(encode(convert_to('SessionEvent:' || id, 'utf8'), 'base64'), E'\\n', '') AS id
       FROM audit_event WHERE action IN ('session.issued', 'session.revoked') ORDER BY audit_event.id`,
    );
    expect([issued.event.id, revoked.event.id]).toEqual(trail.map(({ id }) => id));
  });

  test('FAILED and UNCONFIRMED', async () => {
    const streams = await openAtEachReplica();
    upstream.next({
      kind: 'answer',
      status: 400,
      body: { error: { message: 'no', type: 'no', param: null, code: 'no' } },
    });
    upstream.next({ kind: 'answer', status: 500, body: 'away' });
    for (const type of ['FAILED', 'UNCONFIRMED']) {
      const { session } = await issue(replicas, { externalUserId: 'bob' });
      const { event, lateMs } = await nextOfAll(streams);
      expect(event).toMatchObject({ type, session: { id: session.id, status: type } });
      expect(lateMs).toBeLessThan(WITHIN_MS);
    }
  });

  test('USAGE_REPORTED', async () => {
    const streams = await openAtEachReplica({ variables: { filter: { externalUserId: 'dora' } } });
    const { session } = await issue(replicas, { externalUserId: 'dora' });
    expect((await nextOfAll(streams)).event.type).toBe('ISSUED');
    await report(replicas, { sessionId: session.id, responseId: 'resp', usage: RESPONSE });
    const { event, lateMs } = await nextOfAll(streams);
    expect(event).toMatchObject({ type: 'USAGE_REPORTED', session: { id: session.id, status: 'ACTIVE' } });
    expect(lateMs).toBeLessThan(WITHIN_MS);
  });

  test('EXPIRED', async () => {
    const { session } = await issue(replicas, { externalUserId: 'carol' });
    const streams = await openAtEachReplica({
      variables: { filter: { externalUserId: 'carol', statuses: ['EXPIRED'] } },
    });
    const [{ at } = { at: new Date(0) }] = await database.query<{ at: Date }>(
      `UPDATE realtime_session AS s SET expires_at = clock_timestamp() + interval '300 ms'
       FROM end_user AS u WHERE u.id = s.user_id AND u.external_id = 'carol' RETURNING s.expires_at AS at`,
    );
    const { event, lateMs } = await nextOfAll(streams, at.getTime());
    expect(event).toMatchObject({ type: 'EXPIRED', session: { id: session.id, status: 'EXPIRED' } });
    expect(lateMs).toBeLessThan(2 * WITHIN_MS);
  });
});

test('many changes at once arrive once each, in the order of the trail, over GET and POST', async () => {
  const streams = [
    ...(await openAtEachReplica({ method: 'GET' })),
    ...(await openAtEachReplica({ method: 'POST' })),
  ];
  const users = Array.from({ length: 60 }, (_, n) => `user-${n}`);
  const issued = await Promise.all(users.map((externalUserId) => issue(replicas, { externalUserId })));
  const ids = issued.map(({ session }) => session.id).sort();
  for (const stream of streams) {
    const events = eventsOf(await stream.take(ids.length));
    expect(events.map(({ session }) => session.id).sort()).toEqual(ids);
    const auditEventIds = events.map(({ id }) => Buffer.from(id, 'base64').toString());
    expect(auditEventIds).toEqual(auditEventIds.toSorted());
  }
});

test('no event arrives twice', async () => {
  // A heartbeat follows 1.5 seconds without events. Meanwhile the trail was read again, which could deliver events twice.
  await Promise.all(open.map((stream) => stream.comment()));
  const [{ changes } = { changes: 0 }] = await database.query<{ changes: number }>(
    `SELECT count(*)::int AS changes FROM audit_event
     WHERE action IN ('session.issued', 'session.revoked', 'session.failed', 'session.unconfirmed', 'session.expired',
       'usage.reported')`,
  );
  for (const { arrived } of open) {
    const ids = eventsOf(arrived.map(({ result }) => result)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
  // The first streams were open from the beginning.
  expect(open[0]?.arrived).toHaveLength(changes);
});
