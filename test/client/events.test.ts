import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { GatehouseOptions, SessionEvent } from '../../client/src/index.ts';
import { createResumePoint } from '../../client/src/resume-point.ts';
import { serverSentEvents } from '../../client/src/server-sent-events.ts';
import { watchSessions } from '../../client/src/watch-sessions.ts';
import { issue } from '../support/ask.ts';
import { createApplication, createKey, revokeKey } from '../support/callers.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { clientOf, useFaultyProxy } from './fixture.ts';

const database = useDatabase();
const gateway = useGateway(database, { GATEHOUSE_HEARTBEAT_MS: '100' });
const proxy = useFaultyProxy(gateway);

/** Five times as long as the gateway waits before it sends something. */
const SILENCE_MS = 500;

afterEach(() => {
  proxy.faults.length = 0;
  proxy.requests.length = 0;
});

const sessionFor = async (externalUserId: string): Promise<string> =>
  (await issue(gateway, { externalUserId })).session.id;
const idsOf = (events: readonly SessionEvent[]) => events.map(({ session }) => session.id);
const streamsAsked = () => proxy.requests.filter(({ query }) => query.startsWith('subscription'));

/** Watches the sessions of a user through the proxy, until the end of the test. */
function watch(
  externalUserId: string,
  options: { auth?: GatehouseOptions['auth'] } = {},
  silenceMs = 45_000,
) {
  const client = {
    url: proxy.url,
    auth: ROOT_KEY,
    fetch,
    timeoutMs: 5000,
    maxAttempts: 4,
    silenceMs,
    ...options,
  };
  const controller = new AbortController();
  const { signal } = controller;
  const events: SessionEvent[] = [];
  const ended = (async () => {
    const watched = watchSessions(client, { filter: { externalUserId }, signal });
    for await (const event of watched) events.push(event);
  })().catch((error: unknown) => error);
  const stop = (reason?: Error) => {
    controller.abort(reason);
    return ended;
  };
  onTestFinished(async () => void (await stop()));
  const received = (count: number) => expect.poll(() => events.length, { timeout: 10_000 }).toBe(count);
  const opened = (count = 1) => expect.poll(() => streamsAsked().length, { timeout: 10_000 }).toBe(count);
  return { events, ended, stop, received, opened };
}

describe('a stream that breaks', () => {
  test('goes on where it ended: each event arrives, once, whatever happened in between', async () => {
    const { events, opened, received } = watch('alice');
    await opened();
    const made: string[] = [];
    for (let round = 1; round <= 2; round += 1) {
      made.push(await sessionFor('alice'));
      await received(made.length);
      proxy.faults.push({ status: 503 }, 'cut before');
      proxy.cut();
      // While nobody listens.
      made.push(await sessionFor('alice'), await sessionFor('alice'));
      await received(made.length);
    }
    expect(idsOf(events)).toEqual(made);
    expect(new Set(events.map(({ id }) => id)).size).toBe(made.length);
  });

  test('before its first event has not lost what happened until it was open again', async () => {
    const { events, opened, received } = watch('bob');
    await opened();
    proxy.faults.push('cut before');
    proxy.cut();
    const made = [await sessionFor('bob')];
    await received(1);
    expect(idsOf(events)).toEqual(made);
  });

  test('after a younger event still brings one that is committed late', async () => {
    const late = await connect();
    const { events, received, opened } = watch('carol');
    await opened();
    const id = await sessionFor('carol');
    await received(1);
    await late.query('BEGIN');
    await write(late, 'carol');
    await write(await connect(), 'carol');
    // More than half a second later: until then the gateway waits for the other.
    await received(2);
    proxy.faults.push({ status: 503 });
    proxy.cut();
    await late.query('COMMIT');
    await received(3);
    expect(new Set(events.map((event) => event.id)).size).toBe(3);
    expect(new Set(idsOf(events))).toEqual(new Set([id]));
  });

  test('because it is silent is opened again, and one with heartbeats is not', async () => {
    const { received, opened } = watch('dora', {}, SILENCE_MS);
    await opened();
    await delay(2 * SILENCE_MS);
    expect(streamsAsked()).toHaveLength(1);
    proxy.hold();
    await opened(2);
    await sessionFor('dora');
    await received(1);
  });
});

test('a list and its changes have no gap between them', async () => {
  const client = clientOf(gateway);
  const first = await sessionFor('erin');
  const after = await client.eventsPosition();
  const between = await sessionFor('erin');
  const listed: string[] = [];
  for await (const { id } of client.sessions({ filter: { externalUserId: 'erin' } })) listed.push(id);
  const later = await sessionFor('erin');
  const watched: string[] = [];
  for await (const { session } of client.watchSessions({ filter: { externalUserId: 'erin' }, after })) {
    watched.push(session.id);
    if (session.id === later) break;
  }
  expect(listed).toEqual([between, first]);
  expect(watched).toEqual(expect.arrayContaining([between, later]));
});

describe('the end of a stream', () => {
  test('is the reason of the signal', async () => {
    const reason = new Error('enough');
    const { stop, opened } = watch('frank');
    await opened();
    expect(await stop(reason)).toBe(reason);
  });

  test('comes when the loop is left: the connection is closed', async () => {
    const watched = clientOf(proxy).watchSessions({ filter: { externalUserId: 'gina' } });
    const iterator = watched[Symbol.asyncIterator]();
    const first = iterator.next();
    await expect.poll(() => streamsAsked().length).toBe(1);
    await sessionFor('gina');
    expect((await first).value?.type).toBe('ISSUED');
    // As leaving a for-await loop does.
    await iterator.return?.();
    await expect.poll(() => proxy.openStreams()).toBe(0);
  });

  test('is an error when coming back does not help', async () => {
    const refused = await watch('harry', { auth: 'gh_nobody' }).ended;
    expect(refused).toMatchObject({ name: 'GatehouseError', code: 'UNAUTHENTICATED' });
    const watched = clientOf(gateway).watchSessions({ after: 'no position' });
    await expect(watched[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('is an error when a key is revoked, unless there is another', async () => {
    const { application } = await createApplication(gateway, 'watcher');
    const key = await createKey(gateway, application.id, { scopes: ['SESSIONS_READ'], reach: 'EVERYTHING' });
    let revoked = false;
    const fixed = watch('ivy', { auth: key.value });
    const renewed = watch('ivy', { auth: () => (revoked ? ROOT_KEY : key.value) });
    await fixed.opened(2);
    await sessionFor('ivy');
    await Promise.all([fixed.received(1), renewed.received(1)]);
    revoked = true;
    await revokeKey(gateway, key.id);
    expect(await fixed.ended).toMatchObject({ code: 'UNAUTHENTICATED' });
    await sessionFor('ivy');
    await renewed.received(2);
  });
});

test('a point to come back to loses nothing and repeats nothing, however late changes are committed', () => {
  const change = fc.record({ afterMs: fc.nat(40_000), lateMs: fc.nat(60_000), breaks: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const { entries, received } = follow(changes);
      expect(received.toSorted()).toEqual(entries.map(({ id }) => id));
    }),
  );
});

type Change = { readonly afterMs: number; readonly lateMs: number; readonly breaks: boolean };

/** The changes in the order in which they begin, and what a client receives that comes back when one of them breaks the stream. */
function follow(changes: readonly Change[]) {
  let begun = 0;
  const entries = changes.map(({ afterMs, lateMs, breaks }, index) => {
    begun += afterMs;
    return { id: String(index).padStart(3, '0'), committed: begun + lateMs, breaks };
  });
  let now = 0;
  const point = createResumePoint('', () => now);
  const received: string[] = [];
  const deliver = (id: string) => void (point.receive(id) && received.push(id));
  for (const entry of entries.toSorted((a, b) => a.committed - b.committed)) {
    now = entry.committed;
    const after = entry.breaks ? point.after() : null;
    const sent = entries.filter(({ id, committed }) => after !== null && id > after && committed <= now);
    for (const { id } of after === null ? [entry] : sent) deliver(id);
  }
  return { entries, received };
}

test('server-sent events are read the same however they are cut into pieces', async () => {
  const event = fc.record({
    event: fc.constantFrom('next', 'complete'),
    data: fc.string({ unit: 'grapheme' }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(event.map((one) => ({ ...one, data: one.data.replaceAll(/[\r\n]/g, ' ') }))),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.integer({ min: 1, max: 40 })),
      async (events, end, sizes) => {
        const text = events
          .map(({ event, data }) => `:${end}${end}event: ${event}${end}data: ${data}${end}${end}`)
          .join('');
        const pieces = cut(new TextEncoder().encode(text), sizes);
        const read: unknown[] = [];
        for await (const one of serverSentEvents(streamOf(pieces), () => {})) read.push(one);
        expect(read).toEqual(events);
      },
    ),
  );
});

function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const rest = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = rest.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
}

/** Pieces of these sizes; the last one is the rest. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(from, from + size));
    from += size;
  }
  return [...pieces, bytes.subarray(from)].filter(({ length }) => length > 0);
}

/** A connection of the gateway's role. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Writes a change of a user's session, as the gateway's role may. */
async function write(client: pg.Client, externalUserId: string): Promise<void> {
  await client.query(
    `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, session_id, user_id, detail)
     SELECT uuidv7_at(clock_timestamp()), clock_timestamp(), 'session.issued', 'SUCCEEDED', 'OPERATOR', 'root', s.id, u.id, '{}'
     FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id WHERE u.external_id = $1`,
    [externalUserId],
  );
}
