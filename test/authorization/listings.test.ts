import { beforeAll, describe, expect, test } from 'vitest';
import { use } from '../support/fixture.ts';
import { callers, named, opens, standingOf, viewpointOf } from './callers.ts';
import { openingOf } from './intended-table.ts';
import { type Fact, idOf, isVisible, type Viewpoint } from './records.ts';
import { startWorld } from './world.ts';

type Times = { readonly created: Date; readonly expires: Date | null; readonly active: boolean };

const world = use(startWorld, ({ close }) => close());
let facts: readonly Fact[];
/** Of each session, by uuid, as superuser reads it. */
let times: ReadonlyMap<string, Times>;
let namedFirstAt: ReadonlyMap<string, string>;

const [A, B] = ['key of A with all scopes', 'key of B with all scopes'];

beforeAll(async () => {
  // Alice through both applications; what expires first and what is newest are B's.
  for (const caller of [A, A, B, B]) {
    const { body } = await world.ask(
      caller,
      'mutation { createRealtimeSession(input: { externalUserId: "alice" }) { __typename } }',
    );
    expect(body.data.createRealtimeSession.__typename).toBe('CreateRealtimeSessionSuccess');
  }
  await world.database.query(`
    UPDATE realtime_session AS s SET expires_at = now() + CASE a.name WHEN 'A' THEN interval '1 hour' ELSE interval '30 minutes' END
    FROM application AS a WHERE a.id = s.application_id AND outcome = 'ISSUED'`);
  facts = await world.facts();
  const rows = await world.database.query<Times & { uuid: string }>(`
    SELECT id AS uuid, created_at AS created, expires_at AS expires,
      outcome = 'ISSUED' AND revoked_at IS NULL AND expires_at > now() AS active FROM realtime_session`);
  times = new Map(rows.map(({ uuid, ...of }) => [uuid, of]));
  const users = await world.database.query<{ uuid: string; at: Date }>(
    'SELECT id AS uuid, created_at AS at FROM end_user',
  );
  namedFirstAt = new Map(users.map(({ uuid, at }) => [uuid, at.toISOString()]));
});

const ORDERS = ['LAST_SESSION_AT_DESC', 'NEXT_EXPIRY_AT_ASC', 'CREATED_AT_DESC'] as const;
const USERS = /* GraphQL */ `
  query Users($order: UserOrder!) {
    users(orderBy: $order, first: 100) {
      totalCount
      nodes { id createdAt activeSessionCount nextExpiryAt lastSessionAt }
    }
    busy: users(filter: { hasActiveSessions: true }) { totalCount nodes { id } }
    idle: users(filter: { hasActiveSessions: false }) { totalCount nodes { id } }
  }
`;
const SESSIONS = /* GraphQL */ `
  query Sessions($alice: ID!, $a: ID!) {
    all: realtimeSessions(first: 100) { totalCount nodes { id } }
    soonest: realtimeSessions(orderBy: EXPIRES_AT_ASC, first: 100) { nodes { id } }
    active: realtimeSessions(filter: { statuses: [ACTIVE] }) { totalCount nodes { id } }
    ofAlice: realtimeSessions(filter: { userId: $alice }) { totalCount nodes { id } }
    ofAliceByName: realtimeSessions(filter: { externalUserId: "alice" }) { totalCount nodes { id } }
    ofA: realtimeSessions(filter: { applicationId: $a }) { totalCount nodes { id } }
  }
`;
const OF_USERS = '{ users(first: 100) { nodes { id sessions(first: 100) { totalCount nodes { id } } } } }';

/** The sessions that somebody sees, of one user or of all. */
function sessionsSeen(viewpoint: Viewpoint, user: string | null = null): readonly Fact[] {
  return facts.filter(
    (fact) =>
      fact.type === 'RealtimeSession' &&
      (user === null || fact.user === user) &&
      isVisible(fact, viewpoint, facts),
  );
}

const usersSeen = (viewpoint: Viewpoint) =>
  facts.filter((fact) => fact.type === 'User' && isVisible(fact, viewpoint, facts));
const isActive = ({ uuid }: Fact) => times.get(uuid)?.active === true;

/** What is derived of a user out of the sessions that somebody sees. */
function derived(user: Fact, viewpoint: Viewpoint) {
  const sessions = sessionsSeen(viewpoint, user.uuid);
  const at = (some: readonly Fact[], of: 'created' | 'expires') =>
    some
      .map(({ uuid }) => times.get(uuid)?.[of]?.toISOString() ?? '')
      .toSorted((one, other) => one.localeCompare(other));
  return {
    id: idOf(user),
    // When another application named the user first is not an application's business.
    createdAt:
      viewpoint.reach === 'OWN_APPLICATION'
        ? (at(sessions, 'created')[0] ?? null)
        : namedFirstAt.get(user.uuid),
    activeSessionCount: sessions.filter(isActive).length,
    nextExpiryAt: at(sessions.filter(isActive), 'expires')[0] ?? null,
    lastSessionAt: at(sessions, 'created').at(-1) ?? null,
  };
}

type Listing = { readonly totalCount?: number; readonly nodes: readonly { readonly id: string }[] };
const sorted = ({ nodes }: Listing) =>
  nodes.toSorted((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
const listed = ({ totalCount, nodes }: Listing) => ({ totalCount, nodes: sorted({ nodes }) });
/** A listing of exactly these records. */
const exactly = (records: readonly Fact[]) =>
  listed({ totalCount: records.length, nodes: records.map((fact) => ({ id: idOf(fact) })) });

describe.each(Object.keys(callers).filter((caller) => standingOf(caller).kind !== 'nobody'))(
  '%s',
  (caller) => {
    const standing = standingOf(caller);
    const opened = (coordinate: string) => opens(openingOf(coordinate), standing);
    const viewpoint = (): Viewpoint => {
      const from = viewpointOf(standing, facts);
      if (from === null) throw new Error(`${caller} sees nothing`);
      return from;
    };

    test.runIf(opened('Query.users'))(
      'counts and lists the users it sees, and of each what it sees',
      async () => {
        const users = usersSeen(viewpoint());
        const busy = users.filter(({ uuid }) => sessionsSeen(viewpoint(), uuid).some(isActive));
        for (const order of ORDERS) {
          const { body } = await world.ask(caller, USERS, { order });
          const [meant, all] = [order === 'NEXT_EXPIRY_AT_ASC' ? busy : users, body.data.users];
          expect(body.errors).toBeUndefined();
          expect(sorted(all)).toEqual(sorted({ nodes: meant.map((user) => derived(user, viewpoint())) }));
          expect(all.totalCount).toBe(meant.length);
          expect(listed(body.data.busy)).toEqual(exactly(busy));
          expect(listed(body.data.idle)).toEqual(exactly(users.filter((user) => !busy.includes(user))));
        }
      },
    );

    test.runIf(opened('Query.realtimeSessions'))('counts and lists the sessions it sees', async () => {
      const [alice, a] = [named(facts, 'User', 'alice'), named(facts, 'Application', 'A')];
      const { body } = await world.ask(caller, SESSIONS, { alice: idOf(alice), a: idOf(a) });
      const seen = sessionsSeen(viewpoint());
      expect(body.errors).toBeUndefined();
      expect(listed(body.data.all)).toEqual(exactly(seen));
      expect(listed(body.data.active)).toEqual(exactly(seen.filter(isActive)));
      expect(sorted(body.data.soonest)).toEqual(exactly(seen.filter(isActive)).nodes);
      const ofAlice = exactly(sessionsSeen(viewpoint(), alice.uuid));
      expect(listed(body.data.ofAlice)).toEqual(ofAlice);
      expect(listed(body.data.ofAliceByName)).toEqual(ofAlice);
      expect(listed(body.data.ofA)).toEqual(
        exactly(seen.filter(({ application }) => application === a.uuid)),
      );
    });

    test.runIf(opened('Query.auditEvents'))('counts the audit events it sees', async () => {
      const { body } = await world.ask(
        caller,
        '{ auditEvents(filter: { actions: ["session.issued"] }) { totalCount } }',
      );
      const seen = facts.filter(
        (fact) =>
          fact.type === 'AuditEvent' && fact.name === 'session.issued' && isVisible(fact, viewpoint(), facts),
      );
      expect(body).toEqual({ data: { auditEvents: { totalCount: seen.length } } });
    });

    test.runIf(opened('Query.users') && opened('User.sessions'))(
      'counts and lists the sessions it sees of each user',
      async () => {
        const { body } = await world.ask(caller, OF_USERS);
        expect(body.errors).toBeUndefined();
        for (const user of usersSeen(viewpoint())) {
          const node = body.data.users.nodes.find(({ id }: { id: string }) => id === idOf(user));
          expect(listed(node.sessions)).toEqual(exactly(sessionsSeen(viewpoint(), user.uuid)));
        }
      },
    );

    test('reads how the gateway is doing where the table says so', async () => {
      const { body } = await world.ask(caller, '{ gateway { version trail { sealedEvents } } }');
      if (opened('Query.gateway')) expect(body.data.gateway.version).toMatch(/^\d/);
      else expect(body).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    });

    test.runIf(opened('Query.gateway'))('reads the last head of the trail with AUDIT_READ', async () => {
      const maySee = opens(['AUDIT_READ'], standing);
      const { body } = await world.ask(caller, '{ gateway { trail { lastHead } } }');
      expect(body.data.gateway.trail.lastHead).toEqual(
        maySee ? expect.stringMatching(/^[0-9a-f]{64}$/) : null,
      );
      expect(body.errors?.[0].extensions.code).toBe(maySee ? undefined : 'FORBIDDEN');
    });

    test.each([
      ['Query.users', '{ users { totalCount } }'],
      ['Query.realtimeSessions', '{ realtimeSessions { totalCount } }'],
      ['Query.auditEvents', '{ auditEvents { totalCount } }'],
    ])('is told no count where it may not list: %s', async (coordinate, query) => {
      const { body } = await world.ask(caller, query);
      if (opened(coordinate)) expect(body.errors).toBeUndefined();
      else expect(body).toMatchObject({ data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    });
  },
);

test("A's key sees A's numbers of a user of several applications, and B's key B's", async () => {
  const query =
    '{ user(externalId: "alice") { activeSessionCount nextExpiryAt lastSessionAt sessions { totalCount } } }';
  const numbers = async (caller: string) => {
    const { body } = await world.ask(caller, query);
    const { nextExpiryAt, lastSessionAt, ...counts } = body.data.user;
    return { counts, expires: Date.parse(nextExpiryAt), last: Date.parse(lastSessionAt) };
  };
  const of = new Map<string, Awaited<ReturnType<typeof numbers>>>();
  for (const caller of [A, B, 'root key', 'end user alice']) of.set(caller, await numbers(caller));
  const ofB = of.get(B);
  // Three through A and two through B, of which B's are newer and expire first; and one through neither.
  expect(of.get(A)?.counts).toEqual({ activeSessionCount: 3, sessions: { totalCount: 3 } });
  expect(ofB?.counts).toEqual({ activeSessionCount: 2, sessions: { totalCount: 2 } });
  expect(of.get('root key')?.counts).toEqual({ activeSessionCount: 6, sessions: { totalCount: 6 } });
  expect(of.get('end user alice')).toEqual(of.get('root key'));
  expect(of.get(A)?.expires).toBeGreaterThan(ofB?.expires ?? Number.NaN);
  expect(of.get(A)?.last).toBeLessThan(ofB?.last ?? Number.NaN);
});
