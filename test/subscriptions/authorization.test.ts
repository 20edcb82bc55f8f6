import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ISSUE, revokeSession, unknownId } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import {
  askForStream,
  type EventStream,
  errorsOfStream,
  eventsOf,
  openStream,
  type StreamRequest,
} from '../support/event-stream.ts';
import { useDatabase, useGateway, useIdentityProvider } from '../support/fixture.ts';

const database = useDatabase();
const identity = useIdentityProvider();
const gateway = useGateway(database, () => identity.env);
const open: EventStream[] = [];
let shop: { id: string; reader: string; minter: string };
let bank: { id: string; reader: string; minter: string };
let seesAll: string;

beforeAll(async () => {
  shop = await applicationOf('shop');
  bank = await applicationOf('bank');
  seesAll = (await createKey(gateway, shop.id, { scopes: ['SESSIONS_READ'], reach: 'EVERYTHING' })).value;
});

afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

async function applicationOf(name: string) {
  const { id } = (await createApplication(gateway, name)).application;
  const keyFor = async (scope: string) => (await createKey(gateway, id, { scopes: [scope] })).value;
  return { id, reader: await keyFor('SESSIONS_READ'), minter: await keyFor('SESSIONS_CREATE') };
}

async function watch(request?: StreamRequest): Promise<EventStream> {
  const stream = await openStream(gateway.url, request);
  open.push(stream);
  return stream;
}

const watchAs = (credential: string, filter = {}) => watch({ credential, variables: { filter } });

/** Issues a session through an application. @returns its id */
async function issueAs({ minter }: { minter: string }, externalUserId: string, input = {}): Promise<string> {
  const { body } = await gateway.ask(ISSUE, { input: { externalUserId, ...input } }, bearer(minter));
  return body.data.createRealtimeSession.session.id;
}

/** The sessions of the events, up to one session. Events come in order, so what is missing then will not come. */
async function sessionsUpTo(stream: EventStream, last: string): Promise<string[]> {
  const sessions: string[] = [];
  while (sessions.at(-1) !== last)
    sessions.push(...eventsOf([await stream.next()]).map(({ session }) => session.id));
  return sessions;
}

test('without SESSIONS_READ a stream is refused, and one denial is recorded', async () => {
  const errors = await errorsOfStream(gateway.url, { credential: shop.minter });
  expect(errors).toMatchObject([{ path: ['sessionEvents'], extensions: { code: 'FORBIDDEN' } }]);
  const denials = await database.query(
    `SELECT actor_name, detail FROM audit_event WHERE action = 'access.denied'`,
  );
  expect(denials).toEqual([{ actor_name: 'shop', detail: { fields: ['Subscription.sessionEvents'] } }]);
});

test('without a valid credential a stream is refused', async () => {
  expect((await askForStream(gateway.url, { credential: 'nobody' })).status).toBe(401);
});

describe('of live events', () => {
  test('each subscriber gets those that it may see, and no others', async () => {
    const streams = {
      alice: await watchAs(await identity.sign({ sub: 'alice' })),
      bob: await watchAs(await identity.sign({ sub: 'bob' })),
      shop: await watchAs(shop.reader),
      bank: await watchAs(bank.reader),
      everything: await watchAs(seesAll),
      operator: await watchAs(await identity.sign({ sub: 'ops', gatehouse_scopes: ['SESSIONS_READ'] })),
    };
    const aliceInShop = await issueAs(shop, 'alice');
    const bobInShop = await issueAs(shop, 'bob');
    const aliceInBank = await issueAs(bank, 'alice');
    const bobInBank = await issueAs(bank, 'bob');
    const all = [aliceInShop, bobInShop, aliceInBank, bobInBank];
    expect(await sessionsUpTo(streams.everything, bobInBank)).toEqual(all);
    expect(await sessionsUpTo(streams.operator, bobInBank)).toEqual(all);
    expect(await sessionsUpTo(streams.shop, bobInShop)).toEqual([aliceInShop, bobInShop]);
    expect(await sessionsUpTo(streams.bank, bobInBank)).toEqual([aliceInBank, bobInBank]);
    expect(await sessionsUpTo(streams.alice, aliceInBank)).toEqual([aliceInShop, aliceInBank]);
    expect(await sessionsUpTo(streams.bob, bobInBank)).toEqual([bobInShop, bobInBank]);
  });

  test('a filter for the sessions of others returns none of them', async () => {
    const curious = [
      await watchAs(await identity.sign({ sub: 'alice' }), { externalUserId: 'bob' }),
      await watchAs(shop.reader, { applicationId: bank.id }),
    ];
    const everything = await watchAs(seesAll);
    const last = await issueAs(bank, 'bob');
    await sessionsUpTo(everything, last);
    expect(curious.map(({ arrived }) => arrived)).toEqual([[], []]);
  });

  test('a forbidden field is null with an error in each event, and one denial is recorded per stream', async () => {
    const stream = await watch({
      credential: shop.reader,
      query:
        'subscription { sessionEvents { type session { id auditEvents(first: 1) { nodes { action } } user { externalId } } } }',
    });
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.push(await issueAs(shop, 'carol'));
    const results = await stream.take(4);
    for (const [index, { data, errors }] of results.entries()) {
      expect(errors).toMatchObject([
        { path: ['sessionEvents', 'session', 'auditEvents'], extensions: { code: 'FORBIDDEN' } },
      ]);
      // The other fields are there.
      expect(data.sessionEvents).toEqual({
        type: 'ISSUED',
        session: { id: ids[index], auditEvents: null, user: { externalId: 'carol' } },
      });
    }
    const denials = await database.query(
      `SELECT detail FROM audit_event WHERE action = 'access.denied' AND detail->'fields' ? 'RealtimeSession.auditEvents'`,
    );
    expect(denials).toHaveLength(1);
  });
});

describe('after', () => {
  test.each([
    ['not an id', 'x'],
    ['the id of another type', unknownId('RealtimeSession')],
  ])('that is %s is refused', async (_, after) => {
    const errors = await errorsOfStream(gateway.url, { variables: { after } });
    expect(errors).toMatchObject([
      { message: 'after is not the id of an event', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('may be the id of an event of others, or of none, and reveals nothing about them', async () => {
    const operator = await watch();
    const theirs = await issueAs(bank, 'dave');
    const [event] = eventsOf([await operator.next()]);
    const ours = await issueAs(shop, 'dave');
    // An id between the two, which no event has.
    const between = Buffer.from(event.id, 'base64')
      .toString()
      .replace(/.{12}$/, 'ffffffffffff');
    for (const after of [event.id, Buffer.from(between).toString('base64')]) {
      const stream = await watch({ credential: shop.reader, variables: { after } });
      expect(await sessionsUpTo(stream, ours)).toEqual([ours]);
    }
    const all = await watch({ variables: { after: unknownId('AuditEvent') } });
    expect(await sessionsUpTo(all, ours)).toContain(theirs);
  });
});

describe('a filter', () => {
  test('matches the status before or after the change, and all of its fields', async () => {
    const filters = {
      revoked: { statuses: ['REVOKED'] },
      active: { statuses: ['ACTIVE'] },
      pending: { statuses: ['PENDING'] },
      never: { statuses: ['FAILED'] },
      labelled: { labels: [{ key: 'team', value: 'red' }], externalUserId: 'erin' },
      soon: { expiresBefore: new Date(Date.now() + 300_000).toISOString() },
      both: { models: ['gpt-realtime', 'gpt-realtime-mini'], applicationId: shop.id, types: ['REALTIME'] },
      none: { statuses: [] },
      foreign: { userId: unknownId('Application') },
      nul: { externalUserId: 'a\u0000b' },
    };
    const streams = new Map<string, EventStream>();
    for (const [name, filter] of Object.entries(filters))
      streams.set(name, await watch({ variables: { filter } }));
    const everything = await watch();
    const red = {
      labels: [
        { key: 'team', value: 'red' },
        { key: 'x', value: 'y' },
      ],
    };
    const short = await issueAs(shop, 'erin', { ...red, expiresAfterSeconds: 60, model: 'gpt-realtime' });
    const long = await issueAs(bank, 'erin', {
      labels: [{ key: 'team', value: 'blue' }],
      expiresAfterSeconds: 3600,
    });
    await revokeSession(gateway, { id: short });
    const [issuedShort, issuedLong, revoked] = eventsOf(await everything.take(3)).map(({ id }) => id);
    // Events come in order: after this one, all subscribers have got the earlier ones.
    await issueAs(bank, 'frank', { expiresAfterSeconds: 3600 });
    await everything.next();
    const delivered = Object.fromEntries(
      [...streams].map(([name, { arrived }]) => [
        name,
        eventsOf(arrived.map(({ result }) => result)).map(({ id }) => id),
      ]),
    );
    expect(delivered).toMatchObject({
      revoked: [revoked],
      never: [],
      labelled: [issuedShort, revoked],
      soon: [issuedShort, revoked],
      both: [issuedShort, revoked],
      none: [],
      foreign: [],
      nul: [],
    });
    expect(delivered['active']?.slice(0, 3)).toEqual([issuedShort, issuedLong, revoked]);
    expect(delivered['pending']?.slice(0, 2)).toEqual([issuedShort, issuedLong]);
    expect(delivered['pending']).not.toContain(revoked);
    expect(long).not.toBe(short);
  });

  test('that is malformed is refused', async () => {
    const errors = await errorsOfStream(gateway.url, { variables: { filter: { statuses: ['GONE'] } } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
