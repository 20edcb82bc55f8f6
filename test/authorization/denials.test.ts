import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { callers, named, type Standing, standingOf } from './callers.ts';
import { type Fact, idOf, missingBeside } from './records.ts';
import { type Exchange, startWorld, type World } from './world.ts';

let world: World;
let proxy: TcpProxy;
let facts: readonly Fact[];

beforeAll(async () => {
  world = await startWorld(async ({ url }) => {
    const through = new URL(url);
    proxy = await startTcpProxy(Number(through.port));
    through.port = String(proxy.port);
    return through.href;
  });
  facts = await world.facts();
});

afterAll(async () => {
  await world?.close();
  await proxy?.close();
});

const CREATE = `mutation ($input: CreateRealtimeSessionInput!) {
  createRealtimeSession(input: $input) {
    __typename
    ... on CreateRealtimeSessionSuccess { clientSecret { value } session { id user { externalId createdAt } } }
  }
}`;
const APPLICATIONS = '{ applications { id } }';

const requestOf = ({ headers }: Exchange) => headers['x-request-id'];

/** What the trail has of a request. */
function trailOf(exchange: Exchange) {
  return world.database.query(
    `SELECT action, outcome, actor_kind, coalesce(i.actor_name, e.actor_name) AS actor_name, actor_application_id,
       actor_api_key_id, actor_user_id, application_id, e.user_id, session_id,
       coalesce(i.ip_address, e.ip_address) AS ip_address, detail
     FROM audit_event AS e LEFT JOIN audit_identity AS i ON i.event_id = e.id WHERE request_id = $1`,
    [requestOf(exchange)],
  );
}

function codesOf({ body }: Exchange): readonly string[] {
  return (body.errors ?? []).map((error: { extensions: { code: string } }) => error.extensions.code);
}

/** The columns that say who was refused. */
function actorOf(caller: string, standing: Standing) {
  switch (standing.kind) {
    case 'application':
      return {
        actor_kind: 'APPLICATION',
        actor_name: standing.application,
        actor_application_id: named(facts, 'Application', standing.application).uuid,
        actor_api_key_id: named(facts, 'ApiKey', caller).uuid,
        actor_user_id: null,
      };
    case 'end user':
      return {
        actor_kind: 'USER',
        actor_name: standing.externalId,
        actor_application_id: null,
        actor_api_key_id: null,
        // Also of somebody who is nobody's user yet: what identifies a person has to belong to one.
        actor_user_id: expect.any(String),
      };
    default:
      return {
        actor_kind: 'OPERATOR',
        actor_name: caller,
        actor_application_id: null,
        actor_api_key_id: null,
        actor_user_id: null,
      };
  }
}

const NOTHING_ABOUT = { outcome: 'DENIED', application_id: null, user_id: null, session_id: null };

const refused = [
  'end user alice',
  'an end user without records',
  'key of A without scopes',
  'key of B with all scopes',
  'operator without scopes',
];

describe('what is refused is recorded, once a request, with who asked', () => {
  test.each(refused)('a field, for %s', async (caller) => {
    const answer = await world.ask(caller, APPLICATIONS);
    expect(answer).toMatchObject({ status: 403, body: { data: null } });
    expect(codesOf(answer)).toEqual(['FORBIDDEN']);
    expect(await trailOf(answer)).toEqual([
      {
        ...NOTHING_ABOUT,
        ...actorOf(caller, standingOf(caller)),
        action: 'access.denied',
        ip_address: '127.0.0.1',
        detail: { fields: ['Query.applications'] },
      },
    ]);
  });

  test.each(['end user alice', 'key without SESSIONS_CREATE', 'dashboard key', 'operator without scopes'])(
    'a session, for %s',
    async (caller) => {
      const answer = await world.ask(caller, CREATE, { input: { externalUserId: 'bob' } });
      expect(answer).toMatchObject({ status: 403, body: { data: null } });
      expect(await trailOf(answer)).toEqual([
        {
          ...NOTHING_ABOUT,
          ...actorOf(caller, standingOf(caller)),
          action: 'session.denied',
          ip_address: '127.0.0.1',
          detail: { reason: 'forbidden' },
        },
      ]);
    },
  );

  test('many fields of one request are one event, which names each once', async () => {
    const [one, two] = facts.filter(({ type }) => type === 'ApiKey');
    if (one === undefined || two === undefined) throw new Error('There are no keys');
    const answer = await world.ask(
      'key with only SESSIONS_READ',
      `query ($one: ID!, $two: ID!) {
        a: node(id: $one) { id } b: node(id: $two) { id } nodes(ids: [$one, $two]) { id }
        realtimeSession(id: "x") { id }
        c: viewer { application { apiKeys { id } } } d: viewer { application { createdAt } }
        user(externalId: "alice") { id }
      }`,
      { one: idOf(one), two: missingBeside(two) },
    );
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({
      a: null,
      b: null,
      nodes: [null, null],
      realtimeSession: null,
      c: { application: null },
      d: { application: null },
      user: null,
    });
    const trail = await trailOf(answer);
    expect(trail).toHaveLength(1);
    expect(trail[0]?.['detail'].fields.toSorted()).toEqual([
      'Application.apiKeys',
      'Application.createdAt',
      'Query.node',
      'Query.nodes',
      'Query.user',
    ]);
  });

  test.each([
    ['setPolicy', 'SetPolicyInput', { externalUserId: 'bob', maxTtlSeconds: 60 }],
    ['setPolicy', 'SetPolicyInput', { externalUserId: 'nobody-at-all', maxTtlSeconds: 60 }],
    ['suspendUser', 'SuspendUserInput', { externalUserId: 'nobody-at-all' }],
  ])('%s for a user, beyond the reach: %o', async (name, type, input) => {
    const answer = await world.ask(
      'key of A with all scopes',
      `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`,
      { input },
    );
    expect(answer.status).toBe(403);
    expect(await trailOf(answer)).toMatchObject([
      { action: 'access.denied', detail: { fields: [`Mutation.${name}`] } },
    ]);
    const users = await world.database.query(`SELECT FROM end_user WHERE external_id = 'nobody-at-all'`);
    expect(users).toEqual([]);
  });
});

describe('nothing is recorded', () => {
  test.each(Object.keys(callers).filter((caller) => standingOf(caller).kind === 'nobody'))(
    'of %s',
    async (caller) => {
      const answers = await Promise.all([
        world.ask(caller, APPLICATIONS),
        world.ask(caller, CREATE, { input: { externalUserId: 'bob' } }),
      ]);
      for (const answer of answers) {
        expect(answer.status).toBe(401);
        expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
        expect(answer.body.data).toBeUndefined();
        expect(await trailOf(answer)).toEqual([]);
      }
    },
  );

  test('of what is only not visible', async () => {
    const [foreign] = facts.filter(
      ({ type, application }) =>
        type === 'RealtimeSession' && application === named(facts, 'Application', 'B').uuid,
    );
    if (foreign === undefined) throw new Error('B has no session');
    const answer = await world.ask(
      'key of A with all scopes',
      'mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id }) { __typename } }',
      { id: idOf(foreign) },
    );
    expect(answer.body).toEqual({ data: { revokeRealtimeSession: { __typename: 'NotFoundError' } } });
    expect(await trailOf(answer)).toEqual([]);
  });
});

describe('a denial that cannot be recorded', () => {
  const own = () => facts.find(({ type }) => type === 'RealtimeSession');
  const PARTLY = 'query ($id: ID!) { realtimeSession(id: $id) { id auditEvents { nodes { id } } } }';

  describe('because the trail does not take it', () => {
    // Sealing and other periodic work hold locks on the trail meanwhile: PostgreSQL may end the change as a deadlock.
    const change = (sql: string) => vi.waitFor(() => world.database.query(sql), { timeout: 20_000 });
    beforeAll(() =>
      change(`
        CREATE FUNCTION refuse_denials() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE 'no denials today'; END $$;
        CREATE TRIGGER refuse_denials BEFORE INSERT ON audit_event FOR EACH ROW
        WHEN (NEW.action IN ('access.denied', 'session.denied')) EXECUTE FUNCTION refuse_denials()`),
    );
    afterAll(() => change('DROP FUNCTION refuse_denials CASCADE'));

    test('is an error without what was asked for', async () => {
      for (const answer of [
        await world.ask('key of A without scopes', APPLICATIONS),
        await world.ask('end user alice', CREATE, { input: { externalUserId: 'bob' } }),
      ]) {
        expect(answer.status).toBe(500);
        expect(codesOf(answer)).toEqual(['INTERNAL_SERVER_ERROR']);
        expect(answer.body.data ?? null).toBeNull();
        expect(answer.text).not.toContain('denials');
      }
    });

    test('leaves what was open, and tells nothing of the rest', async () => {
      const id = idOf(own() ?? named(facts, 'User', 'alice'));
      const answer = await world.ask('end user alice', PARTLY, { id });
      expect(codesOf(answer)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(answer.body.data).toEqual({ realtimeSession: { id, auditEvents: null } });
    });

    test('does not take away a secret: the selection was refused before one was minted', async () => {
      const answer = await world.ask('key with only SESSIONS_CREATE', CREATE, {
        input: { externalUserId: 'heidi' },
      });
      expect(answer.status).toBe(500);
      expect(codesOf(answer)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(answer.body.data).toBeUndefined();
      expect(await world.database.query(`SELECT FROM end_user WHERE external_id = 'heidi'`)).toEqual([]);
    });
  });

  describe('because the ledger is away', () => {
    afterEach(() => proxy.refuse(false));

    test('is answered by that, not by FORBIDDEN', async () => {
      // Known already: whom a token names is told without the ledger.
      await world.ask('end user alice', '{ viewer { name } }');
      proxy.refuse(true);
      const answer = await world.ask('end user alice', APPLICATIONS);
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, body: { data: null } });
      expect(codesOf(answer)).toEqual(['SERVICE_UNAVAILABLE']);
      const session = await world.ask('end user alice', CREATE, { input: { externalUserId: 'bob' } });
      expect({ status: session.status, codes: codesOf(session) }).toEqual({
        status: 503,
        codes: ['SERVICE_UNAVAILABLE'],
      });
      proxy.refuse(false);
      expect(await trailOf(answer)).toEqual([]);
      expect((await world.ask('end user alice', APPLICATIONS)).status).toBe(403);
    });
  });
});

test("nobody's own credential opens a call: only the client secret of a session does", async () => {
  const statuses = await Promise.all(
    Object.keys(callers).map(async (caller) => [caller, await world.offer(caller)] as const),
  );
  expect(statuses.filter(([, status]) => status !== 401)).toEqual([]);
});
