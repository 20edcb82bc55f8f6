import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { issue } from '../support/ask.ts';
import { type EventStream, eventsOf, openStream } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase } from '../support/fixture.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';

// More than two pages, as the trail is read.
const MISSED = 2300;

const database = useDatabase();
let gateways: TestGateway[];
const open: EventStream[] = [];

beforeAll(async () => {
  gateways = [await startGateway(database), await startGateway(database)];
});

afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

afterAll(async () => {
  for (const gateway of gateways ?? []) await gateway.close();
});

function gateway(index: number): TestGateway {
  const found = gateways[index % gateways.length];
  if (found === undefined) throw new Error('no gateway');
  return found;
}

async function watch(at: TestGateway, externalUserId: string, after?: string): Promise<EventStream> {
  const stream = await openStream(at.url, { variables: { filter: { externalUserId }, after } });
  open.push(stream);
  return stream;
}

async function sessionFor(externalUserId: string): Promise<string> {
  return (await issue(gateway(0), { externalUserId })).session.id;
}

const encode = (id: string, typename = 'SessionEvent') => idOf(typename, id);

/** A connection of the gateway's role. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Writes changes of a session, as the gateway's role may. @returns their ids, encoded */
async function write(client: pg.Client, externalUserId: string, times = 1): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, session_id, user_id, detail)
     SELECT uuidv7_at(clock_timestamp()), clock_timestamp(), 'session.issued', 'SUCCEEDED', 'OPERATOR', 'root', s.id, u.id, '{}'
     FROM generate_series(1, $2), realtime_session AS s JOIN end_user AS u ON u.id = s.user_id
     WHERE u.external_id = $1 RETURNING id`,
    [externalUserId, times],
  );
  return rows.map(({ id }) => encode(id)).toSorted(inTrailOrder);
}

const LIST = /* GraphQL */ `
  query List($externalUserId: String!) {
    realtimeSessions(filter: { externalUserId: $externalUserId }, first: 100) { eventsAfter nodes { id status } }
  }
`;

type Listed = { readonly eventsAfter: string; readonly nodes: readonly { id: string; status: string }[] };

/** The sessions of a user, and from where to follow their events. */
async function list(at: TestGateway, externalUserId: string): Promise<Listed> {
  const { body } = await at.ask(LIST, { externalUserId });
  return body.data.realtimeSessions;
}

function inTrailOrder(one: string, other: string): number {
  const [a, b] = [one, other].map((id) => Buffer.from(id, 'base64').toString());
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

const idsOf = (stream: EventStream) =>
  eventsOf(stream.arrived.map(({ result }) => result)).map(({ id }) => id);

describe('a stream that begins after an event', () => {
  test('delivers exactly what was missed, at another gateway too, while changes go on', async () => {
    const first = await watch(gateway(0), 'alice');
    await sessionFor('alice');
    const [{ id: start }] = eventsOf([await first.next()]);
    let last = start;
    const delivered: string[] = [];
    const client = await connect();
    const written: string[] = [];
    const writing = (async () => {
      for (let batch = 0; batch < 60; batch += 1) written.push(...(await write(client, 'alice', 3)));
    })();
    // Comes back again and again, and disconnects in the middle each time.
    for (let turn = 0; turn < 8; turn += 1) {
      const stream = await watch(gateway(turn), 'alice', last);
      const ids = eventsOf(await stream.take(turn + 2)).map(({ id }) => id);
      stream.close();
      delivered.push(...ids);
      last = ids.at(-1);
    }
    await writing;
    const rest = await watch(gateway(1), 'alice', last);
    delivered.push(...eventsOf(await rest.take(written.length - delivered.length)).map(({ id }) => id));
    expect(delivered).toEqual(written);
    // The next event is a change that happens now: nothing else was left.
    const [mark] = await write(client, 'alice');
    expect(eventsOf([await rest.next()])[0].id).toBe(mark);
  });

  test('delivers a backlog of several pages in order, and then what happens', async () => {
    await sessionFor('bob');
    const client = await connect();
    const [start] = await write(client, 'bob');
    const missed = await write(client, 'bob', MISSED);
    const stream = await watch(gateway(0), 'bob', start);
    await stream.next();
    // Happens while the backlog is still being read.
    const [meanwhile] = await write(client, 'bob');
    await stream.take(MISSED, 10_000);
    expect(idsOf(stream)).toEqual([...missed, meanwhile]);
    const [mark] = await write(client, 'bob');
    expect(eventsOf([await stream.next()])[0].id).toBe(mark);
  });
});

describe('the id of an event', () => {
  test('is of a kind of its own, which node and the audit trail do not know', async () => {
    const stream = await watch(gateway(0), 'frank');
    await sessionFor('frank');
    const { id } = eventsOf([await stream.next()])[0];
    const ask = (query: string) => gateway(0).ask(query, { id });
    expect((await ask('query ($id: ID!) { node(id: $id) { __typename } }')).body).toEqual({
      data: { node: null },
    });
    const uuid = Buffer.from(id, 'base64').toString().replace('SessionEvent:', '');
    const { body } = await gateway(0).ask('query ($id: ID!) { node(id: $id) { __typename id } }', {
      id: encode(uuid, 'AuditEvent'),
    });
    expect(body.data.node.__typename).toBe('AuditEvent');
    expect(body.data.node.id).not.toBe(id);
  });

  test('may still be passed as the id of the audit event, as it was before', async () => {
    await sessionFor('grace');
    const client = await connect();
    const [start = '', missed] = await write(client, 'grace', 2);
    const old = encode(Buffer.from(start, 'base64').toString().replace('SessionEvent:', ''), 'AuditEvent');
    const stream = await watch(gateway(0), 'grace', old);
    expect(eventsOf([await stream.next()])[0].id).toBe(missed);
  });
});

describe('a list says after what to follow its changes', () => {
  // A transaction that has read the clock for its event, and writes it when the list has been read.
  const READS_CLOCK = 'SELECT clock_timestamp()::text AS at';
  const WRITES_LATE = `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, session_id, user_id, detail)
    SELECT uuidv7_at($2), $2, 'session.revoked', 'SUCCEEDED', 'OPERATOR', 'root', s.id, u.id, '{}'
    FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id WHERE u.external_id = $1 LIMIT 1
    RETURNING id`;

  test.each([
    { externalUserId: 'heidi', has: 'written', committed: 'before' },
    { externalUserId: 'ivan', has: 'written', committed: 'after' },
    { externalUserId: 'kim', has: 'read the clock', committed: 'before' },
  ] as const)(
    'nothing is missing, though a transaction that has $has was open across the list, and committed $committed the stream was opened',
    async ({ externalUserId, has, committed }) => {
      const listed = await sessionFor(externalUserId);
      const [slow, client] = [await connect(), await connect()];
      await slow.query('BEGIN');
      const late = has === 'written' ? await write(slow, externalUserId) : [];
      const { rows } = await slow.query<{ at: string }>(READS_CLOCK);
      // For longer than anybody waits for a transaction that is open.
      await client.query('SELECT pg_sleep(0.6)');
      const { eventsAfter, nodes } = await list(gateway(1), externalUserId);
      expect(nodes).toEqual([{ id: listed, status: 'ACTIVE' }]);
      const minted = await sessionFor(externalUserId);
      if (has === 'read the clock') {
        const written = await slow.query<{ id: string }>(WRITES_LATE, [externalUserId, rows[0]?.at]);
        late.push(...written.rows.map(({ id }) => encode(id)));
      }
      if (committed === 'before') await slow.query('COMMIT');
      const stream = await watch(gateway(0), externalUserId, eventsAfter);
      if (committed === 'after') await slow.query('COMMIT');
      expect(late).toHaveLength(1);
      await expect.poll(() => idsOf(stream), { timeout: 5000 }).toContain(late[0]);
      const sessions = () =>
        eventsOf(stream.arrived.map(({ result }) => result)).map(({ session }) => session.id);
      await expect.poll(sessions).toContain(minted);
      expect(new Set(idsOf(stream)).size).toBe(idsOf(stream).length);
    },
  );

  test('and that is read before the list, however long the list takes', async () => {
    const [client, locking] = [await connect(), new pg.Client({ connectionString: database.superuserUrl })];
    await locking.connect();
    onTestFinished(() => locking.end());
    await locking.query('BEGIN; LOCK TABLE realtime_session');
    const listing = list(gateway(0), 'leo');
    const waiting = `SELECT clock_timestamp() AS at FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%ORDER BY%' LIMIT 1`;
    const at = await eventually(async () => (await client.query<{ at: Date }>(waiting)).rows[0]?.at);
    await client.query('SELECT pg_sleep(0.2)');
    await locking.query('COMMIT');
    const position =
      Buffer.from((await listing).eventsAfter, 'base64')
        .toString()
        .split(':')[1] ?? '';
    expect(Number.parseInt(position.replaceAll('-', '').slice(0, 12), 16)).toBeLessThan(at.getTime());
  });
});

describe('a change that is committed late', () => {
  test('arrives late, once, and in order if it is held for less than half a second', async () => {
    const early = await connect();
    const client = await connect();
    const stream = await watch(gateway(0), 'carol');
    await sessionFor('carol');
    await stream.next();
    await early.query('BEGIN');
    const [held] = await write(early, 'carol');
    const [later] = await write(client, 'carol');
    await expect(stream.next(150)).rejects.toThrow('expected a result within');
    await early.query('COMMIT');
    expect(eventsOf(await stream.take(2)).map(({ id }) => id)).toEqual([held, later]);
    // So a client that comes back after the later one has lost nothing.
    const again = await watch(gateway(1), 'carol', later);
    const [mark] = await write(client, 'carol');
    for (const one of [stream, again]) expect(eventsOf([await one.next()])[0].id).toBe(mark);
  });

  test('keeps nobody waiting if it is held for longer, and still arrives once', async () => {
    const early = await connect();
    const client = await connect();
    const stream = await watch(gateway(0), 'dave');
    await sessionFor('dave');
    await stream.next();
    const [start] = await write(client, 'dave');
    await stream.next();
    await early.query('BEGIN');
    const [held] = await write(early, 'dave');
    const [later] = await write(client, 'dave');
    expect(eventsOf([await stream.next(1500)])[0].id).toBe(later);
    // A stream that is opened now reads past the held change, and gets it together with the other.
    const resumed = await watch(gateway(1), 'dave', start);
    expect(eventsOf([await resumed.next()])[0].id).toBe(later);
    await early.query('COMMIT');
    for (const one of [stream, resumed]) expect(eventsOf([await one.next()])[0].id).toBe(held);
    const [mark] = await write(client, 'dave');
    for (const one of [stream, resumed]) expect(eventsOf([await one.next()])[0].id).toBe(mark);
    expect(idsOf(stream).slice(1)).toEqual([start, later, held, mark]);
    expect(idsOf(resumed)).toEqual([later, held, mark]);
  });
});
