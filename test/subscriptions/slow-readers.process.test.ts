import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { issue } from '../support/ask.ts';
import { type EventStream, eventsOf, openStream } from '../support/event-stream.ts';
import { repeatSession, sessionOf } from '../support/expiring.ts';
import { useDatabase, useGatewayProcess } from '../support/fixture.ts';
import { askAt, type TestGateway } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { metric } from '../support/metric.ts';

// More than may wait for a reader and be on the way to it. Each is 30 KB, larger than most.
const CHANGES = 1600;
const READERS = 10;
const INSTRUCTIONS = 'All work and no play. '.repeat(1400);
const WHOLE = 'subscription { sessionEvents { id session { id instructions } } }';
const MEGABYTE = 1024 ** 2;
// Generous: it is not about speed.
const DELIVERED_WITHIN_MS = 40_000;
const TEST_TIMEOUT_MS = 60_000;

const database = useDatabase();
const gateway = useGatewayProcess(database, { GATEHOUSE_PROVIDER: 'sandbox' });

beforeAll(async () => {
  const ask: TestGateway['ask'] = (query, variables) => askAt(gateway.url, query, variables);
  await issue({ ask }, { externalUserId: 'alice', instructions: INSTRUCTIONS });
  await repeatSession(database, await sessionOf(database, 'alice'), CHANGES, `now() + interval '1 hour'`);
});

async function watch(query?: string): Promise<EventStream> {
  const stream = await openStream(gateway.url, query === undefined ? {} : { query });
  onTestFinished(() => stream.close());
  return stream;
}

/** Writes a change of each of these sessions in one statement. @returns the ids of the sessions */
async function write(sessions: string): Promise<string[]> {
  const rows = await database.query<{ session_id: string }>(
    `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, session_id, user_id, detail)
     SELECT uuidv7_at(clock_timestamp()), clock_timestamp(), 'session.issued', 'SUCCEEDED', 'OPERATOR', 'root', id, user_id, '{}'
     FROM ${sessions} RETURNING session_id`,
  );
  return rows.map(({ session_id }) => idOf('RealtimeSession', session_id)).sort();
}

const heapBytes = async () => (await metric(gateway, 'nodejs_heap_size_used_bytes')) ?? Number.NaN;

test('only a client that does not read is cut off; what waits for it stays bounded', {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  const readers = [await watch(), await watch(WHOLE)];
  const slow = [await watch(WHOLE), await watch(WHOLE), await watch(WHOLE)];
  for (const stream of slow) stream.pause();
  const before = await heapBytes();
  let highest = before;
  const sampling = setInterval(async () => {
    highest = Math.max(highest, await heapBytes().catch(() => 0));
  }, 100);
  onTestFinished(() => clearInterval(sampling));

  const written = await write(`realtime_session WHERE provider = 'repeated'`);
  for (const stream of readers) {
    const events = eventsOf(await stream.take(CHANGES, DELIVERED_WITHIN_MS));
    expect(events.map(({ session }) => session.id).sort()).toEqual(written);
  }
  await expect
    .poll(() => gateway.outcomes.filter((outcome) => outcome === 'SLOW_READER').length)
    .toBe(slow.length);
  for (const stream of slow) {
    stream.resume();
    expect(await stream.ended()).toBe('broken');
    expect(stream.arrived.length).toBeLessThan(CHANGES);
  }
  // An event that waits for several readers is in memory once.
  expect(highest - before).toBeLessThan(160 * MEGABYTE);
  // The other readers go on.
  const more = await write(`realtime_session WHERE provider = 'sandbox'`);
  for (const stream of readers)
    expect(eventsOf([await stream.next()])).toMatchObject([{ session: { id: more[0] } }]);
});

test('nobody is cut off because the gateway itself is slow', { timeout: TEST_TIMEOUT_MS }, async () => {
  const readers: EventStream[] = [];
  for (let reader = 0; reader < READERS; reader += 1) readers.push(await watch());
  // The gateway reads these quickly, and has much to deliver then.
  await write(`realtime_session, generate_series(1, ${CHANGES}) WHERE provider = 'sandbox'`);
  await Promise.all(readers.map((stream) => stream.take(CHANGES, DELIVERED_WITHIN_MS)));
});
