import { beforeAll, describe, expect, test } from 'vitest';
import { auditActions } from '../../src/audit/actions.ts';
import { issue, suspendUser } from '../support/ask.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { uuidOf } from '../support/ids.ts';

const database = useDatabase();
const gateway = useGateway(database);
type Event = { id: string; sequence: number | null; action: string; at: string; requestId: string };
/** All there are, newest first, each with its sequence. */
let events: Event[] = [];
const sessionIds: string[] = [];

const LIST = /* GraphQL */ `
  query List($filter: AuditEventFilter, $first: Int, $after: String, $last: Int, $before: String) {
    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes { id sequence action at requestId }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

beforeAll(async () => {
  for (const externalUserId of ['alice', 'bob', 'alice', 'carol'])
    sessionIds.push((await issue(gateway, { externalUserId })).session.id);
  await suspendUser(gateway, { externalUserId: 'bob' });
  await issue(gateway, { externalUserId: 'bob' });
  events = await eventually(async () => {
    const { nodes } = await list({});
    return nodes.every(({ sequence }: Event) => sequence !== null) ? nodes : undefined;
  });
});

async function list(variables: Record<string, unknown>) {
  const { body } = await gateway.ask(LIST, variables);
  expect(body.errors).toBeUndefined();
  return body.data.auditEvents;
}

async function actionsOf(filter: Record<string, unknown>): Promise<string[]> {
  return (await list({ filter })).nodes.map(({ action }: Event) => action);
}

async function userId(externalId: string): Promise<string> {
  const { body } = await gateway.ask('query ($externalId: String) { user(externalId: $externalId) { id } }', {
    externalId,
  });
  return body.data.user.id;
}

/** The time of the one row of a statement, and a microsecond later. */
async function instantsOf(column: string, rest: string): Promise<readonly [string, string]> {
  const text = (time: string) => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  const [row] = await database.query<{ at: string; later: string }>(
    `SELECT ${text(column)} AS at, ${text(`(${column} + interval '1 microsecond')`)} AS later FROM ${rest}`,
  );
  if (row === undefined) throw new Error('There is no such row');
  return [row.at, row.later];
}

test('a filter by time is exact to the microsecond: from is in, to is out', async () => {
  const [at, later] = await instantsOf('at', `audit_event WHERE action = 'user.suspended'`);
  const suspended = (time: object) => actionsOf({ actions: ['user.suspended'], ...time });
  expect(await suspended({ from: at, to: later })).toEqual(['user.suspended']);
  expect([await suspended({ from: later }), await suspended({ to: at })]).toEqual([[], []]);

  const [id = ''] = sessionIds;
  const uuid = uuidOf(id);
  const [created, after] = await instantsOf('created_at', `realtime_session WHERE id = '${uuid}'`);
  const found = async (time: object) => {
    const { body } = await gateway.ask(
      'query ($filter: RealtimeSessionFilter) { realtimeSessions(filter: $filter) { nodes { id } } }',
      { filter: time },
    );
    return body.data.realtimeSessions.nodes.some((node: { id: string }) => node.id === id);
  };
  expect(await found({ createdFrom: created, createdTo: after })).toBe(true);
  expect([await found({ createdFrom: after }), await found({ createdTo: created })]).toEqual([false, false]);
});

describe('auditEvents', () => {
  test.each([
    ['session.nope', 0],
    ['SESSION.ISSUED', 0],
    ['', 0],
    ['user.suspended\0', 1],
  ])('of an action that there is not are refused, with all that there are: %j', async (action, at) => {
    const actions = at === 0 ? [action] : ['user.suspended', action];
    const { body } = await gateway.ask(LIST, { filter: { actions } });
    expect(body.errors).toMatchObject([
      {
        message: `filter.actions.${at} must be one of ${auditActions.join(', ')}`,
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  test('are all there are, newest first, each with its place in the sealed trail', () => {
    expect(events).toHaveLength(10);
    expect(events.map(({ sequence }) => sequence).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 10 }, (_, n) => n + 1),
    );
    expect(events.map(({ at }) => at)).toEqual(
      events
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    expect(events[0]?.action).toBe('session.denied');
  });

  test('a page at a time, both ways, nothing twice and nothing left out', async () => {
    const forward: Event[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { nodes, pageInfo } = await list({ first: 3, after });
      forward.push(...nodes);
      ({ hasNextPage: more, endCursor: after } = pageInfo);
    }
    const backward: Event[] = [];
    for (let before: string | null = null, more = true; more; ) {
      const { nodes, pageInfo } = await list({ last: 4, before });
      backward.unshift(...nodes);
      ({ hasPreviousPage: more, startCursor: before } = pageInfo);
    }
    expect(forward).toEqual(events);
    expect(backward).toEqual(events);
  });

  test.each<[string, () => object | Promise<object>, string[]]>([
    ['an action', () => ({ actions: ['user.suspended'] }), ['user.suspended']],
    ['an outcome', () => ({ outcomes: ['DENIED'] }), ['session.denied']],
    ['a session', () => ({ sessionId: sessionIds[0] }), ['session.issued', 'session.requested']],
    [
      'a user, and an outcome',
      async () => ({ userId: await userId('bob'), outcomes: ['SUCCEEDED'] }),
      ['user.suspended', 'session.issued', 'session.requested'],
    ],
    ['a sort of caller that did nothing', () => ({ actorKinds: ['USER'] }), []],
    ['a request', () => ({ requestId: events[0]?.requestId }), ['session.denied']],
    ['from a moment on', () => ({ from: events[0]?.at }), ['session.denied']],
    ['before a moment', () => ({ to: '1969-01-01T00:00:00Z' }), []],
    ['nothing of a list', () => ({ actions: [] }), []],
    ['an id of something else', () => ({ userId: sessionIds[0] }), []],
    ['text that nothing can be', () => ({ requestId: 'a\0b' }), []],
  ])('by %s', async (_, filter, actions) => {
    expect(await actionsOf({ ...(await filter()) })).toEqual(actions);
  });

  test('by application: what concerns it', async () => {
    const { body } = await gateway.ask('{ realtimeSessions(first: 1) { nodes { application { id } } } }');
    const applicationId = body.data.realtimeSessions.nodes[0].application.id;
    expect(await actionsOf({ applicationId })).toHaveLength(9);
    const { body: about } = await gateway.ask('{ auditEvents { nodes { action application { id } } } }');
    for (const { action, application } of about.data.auditEvents.nodes)
      expect.soft(application, action).toEqual(action === 'user.suspended' ? null : { id: applicationId });
  });
});

describe('auditEvents.totalCount', () => {
  const COUNT = /* GraphQL */ `
    query ($filter: AuditEventFilter, $upTo: Int) {
      auditEvents(filter: $filter, first: 1) { totalCount(upTo: $upTo) }
    }
  `;

  test.each<[string, object, number]>([
    ['all events', {}, 10],
    ['those of a filter', { filter: { actions: ['session.issued', 'user.suspended'] } }, 5],
    ['none for an empty list', { filter: { outcomes: [] } }, 0],
    ['none for an id of something else', { filter: { userId: 'nonsense' } }, 0],
    ['no further than upTo', { upTo: 4 }, 4],
    ['all of them, where upTo is more', { upTo: 1_000_000 }, 10],
  ])('counts %s', async (_, variables, totalCount) => {
    const { body } = await gateway.ask(COUNT, { ...variables });
    expect(body).toEqual({ data: { auditEvents: { totalCount } } });
  });

  test.each([-1, 1_000_001])('refuses upTo %s', async (upTo) => {
    const { body } = await gateway.ask(COUNT, { upTo });
    expect(body.data).toEqual({ auditEvents: { totalCount: null } });
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  test('counts the events of a user and of a session', async () => {
    const { body } = await gateway.ask(
      'query ($id: ID!) { user(externalId: "bob") { auditEvents(first: 1) { totalCount } } realtimeSession(id: $id) { auditEvents { totalCount } } }',
      { id: sessionIds[0] },
    );
    expect(body.data).toEqual({
      user: { auditEvents: { totalCount: 4 } },
      realtimeSession: { auditEvents: { totalCount: 2 } },
    });
  });
});

test('those of a user: what is about it', async () => {
  const { body } = await gateway.ask(
    '{ user(externalId: "alice") { auditEvents(first: 3) { nodes { action } pageInfo { hasNextPage endCursor } } } }',
  );
  const { nodes, pageInfo } = body.data.user.auditEvents;
  expect(nodes.map(({ action }: Event) => action)).toEqual([
    'session.issued',
    'session.requested',
    'session.issued',
  ]);
  const rest = await gateway.ask(
    'query ($after: String) { user(externalId: "alice") { auditEvents(after: $after) { nodes { action } } } }',
    { after: pageInfo.endCursor },
  );
  expect([pageInfo.hasNextPage, rest.body.data.user.auditEvents.nodes]).toEqual([
    true,
    [{ action: 'session.requested' }],
  ]);
});
