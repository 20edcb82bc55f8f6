import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { askAs, createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { idOf, uuidOf } from '../support/ids.ts';
import {
  FAILURE_CODES,
  fillLedger,
  LABELS,
  MODELS,
  PEOPLE,
  PROVIDERS,
  TYPES,
  UPSTREAM_IDS,
} from './listings/fill-ledger.ts';
import {
  listedSessions,
  listedUsers,
  SESSION_ORDERS,
  type SessionFilter,
  type SessionModel,
  USER_ORDERS,
  type UserFilter,
  type UserModel,
} from './listings/model.ts';
import { type Ask, counts, type Listing, walk } from './listings/walk.ts';

const STATUSES = ['PENDING', 'ACTIVE', 'EXPIRED', 'REVOKED', 'FAILED', 'UNCONFIRMED'];
const SEED = 20261122;
// LISTING_RUNS=300 looks further.
const RUNS = Number(process.env['LISTING_RUNS'] ?? 20);
const VIEWERS = ['everything', 'own application'] as const;
type View = {
  readonly ask: Ask;
  readonly sessions: readonly SessionModel[];
  readonly users: readonly UserModel[];
};

const database = useDatabase();
// Both ways of answering: from rows of text, and by executing.
const gateway = useGateway(database, {}, { listingsFrom: 1 });
const executing = useGateway(database, {}, { listingsFrom: Number.POSITIVE_INFINITY });
/** What each viewer reads, record by record. */
const views = new Map<string, View>();

const NODES = /* GraphQL */ `
  query ($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on RealtimeSession {
        id status type model provider upstreamSessionId createdAt labels { key value }
        clientSecret { expiresAt } failure { code } exposedUntil user { id externalId } application { id }
      }
      ... on User { id externalId suspendedAt activeSessionCount nextExpiryAt lastSessionAt }
    }
  }
`;

beforeAll(async () => {
  const made = [await createApplication(gateway, 'A'), await createApplication(gateway, 'B')];
  const applications: string[] = made.map(({ application }) => application.id);
  await fillLedger(database, {
    applications: applications.map(uuidOf),
    sessions: 400,
  });
  const key = await createKey(gateway, applications[0] ?? '', { scopes: ['SESSIONS_READ', 'USERS_READ'] });
  const credentials = { everything: ROOT_KEY, 'own application': key.value };
  const idsOf = async (table: string, type: string) =>
    (await database.query<{ id: string }>(`SELECT id FROM ${table} ORDER BY random()`)).map(({ id }) =>
      idOf(type, id),
    );
  const [sessions, users] = [
    await idsOf('realtime_session', 'RealtimeSession'),
    await idsOf('end_user', 'User'),
  ];
  for (const viewer of VIEWERS) {
    const ask: Ask = async (query, variables) => {
      const [answer, executed] = await Promise.all(
        [gateway, executing].map((one) => askAs(one, credentials[viewer], query, variables)),
      );
      if (answer === undefined) throw new Error('Nobody answered');
      expect(answer.body).toEqual(executed?.body);
      return answer;
    };
    views.set(viewer, { ask, sessions: await seen(ask, sessions), users: await seen(ask, users) });
  }
});

/** Those of the records that somebody sees. */
async function seen<Model>(ask: Ask, ids: readonly string[]): Promise<readonly Model[]> {
  const pages = Array.from({ length: Math.ceil(ids.length / 100) }, (_, n) =>
    ids.slice(n * 100, n * 100 + 100),
  );
  const answers = await Promise.all(pages.map((page) => ask(NODES, { ids: page })));
  return answers.flatMap(({ body }) => body.data.nodes.filter((node: Model | null) => node !== null));
}

function viewOf(viewer: string): View {
  const view = views.get(viewer);
  if (view === undefined) throw new Error(`Nothing was read as ${viewer}`);
  return view;
}

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const some = (values: readonly string[]) => fc.subarray([...values, 'none of these']);
const mostly = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 4 });
const moment = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((minutes) => new Date(Date.now() + minutes * 60_000).toISOString());
/** Sessions that are live are of the last hours, all others older than a day. */
const created = fc.oneof({ weight: 3, arbitrary: moment(-65 * 1440, -1440) }, moment(-100, 0));
const paging = { size: fc.constantFrom(1, 2, 7, 20, 100), upTo: fc.constantFrom(0, 1, 5, 50, 1000) };

/** Filters of few fields, so that something is left to list; null is as good as none. */
const sessionFilter = fc
  .record(
    {
      statuses: mostly(fc.subarray(STATUSES)),
      types: mostly(fc.subarray(TYPES)),
      models: mostly(some(MODELS)),
      providers: mostly(some(PROVIDERS)),
      externalUserId: mostly(fc.constantFrom(...PEOPLE, 'nobody')),
      upstreamSessionId: mostly(fc.constantFrom(...UPSTREAM_IDS, 'sess_')),
      createdFrom: mostly(created),
      createdTo: mostly(created),
      expiresBefore: mostly(moment(55, 75)),
      failureCodes: mostly(fc.subarray(FAILURE_CODES)),
      exposedAfter: mostly(fc.oneof(moment(-65 * 1440, 0), moment(110, 140), moment(-5, 5 * 60))),
      labels: mostly(fc.subarray(LABELS, { maxLength: 2 })),
      // Which of them there is only the ledger knows.
      user: fc.nat(30),
      application: fc.nat(30),
    },
    { requiredKeys: [] },
  )
  .chain((filter) => {
    const keys = Object.keys(filter) as (keyof typeof filter)[];
    return fc.subarray(keys, { maxLength: 3 }).map((kept) => {
      return Object.fromEntries(kept.map((key) => [key, filter[key]])) as typeof filter;
    });
  });

/** Every page, read both ways, and the counts, all at once. */
async function expectListing(
  ask: Ask,
  listing: Listing,
  ids: readonly string[],
  { size: asked, upTo }: { readonly size: number; readonly upTo: number },
): Promise<void> {
  // Not more than a few pages: each is a statement of its own.
  const size = Math.max(asked, Math.ceil(ids.length / 4));
  const [forward, backward, counted] = await Promise.all([
    walk(ask, listing, size, 'forward'),
    walk(ask, listing, size, 'backward'),
    counts(ask, listing, upTo),
  ]);
  expect(forward).toEqual(ids);
  expect(backward).toEqual(ids);
  expect(counted).toEqual({ totalCount: ids.length, capped: Math.min(ids.length, upTo) });
}

describe.each(VIEWERS)('as one who sees %s', (viewer) => {
  test('there is something of everything to list', () => {
    const { sessions, users } = viewOf(viewer);
    expect(new Set(sessions.map(({ status }) => status))).toEqual(new Set(STATUSES));
    expect(sessions.length).toBe(viewer === 'everything' ? 400 : sessions.length);
    expect(new Set(users.map(({ nextExpiryAt }) => nextExpiryAt === null)).size).toBe(
      viewer === 'everything' ? 2 : 1,
    );
  });

  test('pages of sessions are the filtered and sorted list, whatever is asked', async () => {
    const { ask, sessions } = viewOf(viewer);
    const order = fc.constantFrom(...SESSION_ORDERS);
    await fc.assert(
      fc.asyncProperty(sessionFilter, order, fc.record(paging), async (picked, orderBy, page) => {
        const { user, application, ...rest } = picked;
        const filter: SessionFilter = {
          ...rest,
          ...(user === undefined ? {} : { userId: sessions[user]?.user.id ?? null }),
          ...(application === undefined
            ? {}
            : { applicationId: sessions[application]?.application.id ?? null }),
        };
        const expected = idsOf(listedSessions(sessions, filter, orderBy));
        await expectListing(ask, { field: 'realtimeSessions', filter, order: orderBy }, expected, page);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test.each(STATUSES)('the filter by status finds what shows %s, and nothing else', async (status) => {
    const { ask, sessions } = viewOf(viewer);
    const expected = idsOf(listedSessions(sessions, { statuses: [status] }, 'CREATED_AT_DESC'));
    expect(expected).not.toEqual([]);
    const listing = { field: 'realtimeSessions', filter: { statuses: [status] } } as const;
    await expectListing(ask, { ...listing, order: 'CREATED_AT_DESC' }, expected, { size: 9, upTo: 3 });
    await expectListing(ask, { ...listing, order: 'CREATED_AT_ASC' }, expected.toReversed(), {
      size: 9,
      upTo: 3,
    });
    await expectListing(
      ask,
      { ...listing, order: 'EXPIRES_AT_ASC' },
      idsOf(listedSessions(sessions, { statuses: [status] }, 'EXPIRES_AT_ASC')),
      { size: 9, upTo: 3 },
    );
  });

  test('pages of users are the filtered and sorted list, whatever is asked', async () => {
    const { ask, users } = viewOf(viewer);
    const prefix = fc.constantFrom(
      '',
      'a',
      'a%',
      'a_',
      'a\\',
      'A',
      '%',
      '_',
      '\\',
      'zo',
      'zoë',
      'no',
      'nor-%',
    );
    const userFilter: fc.Arbitrary<UserFilter> = fc.record(
      {
        externalIdPrefix: mostly(prefix),
        externalIds: mostly(some(PEOPLE)),
        suspended: mostly(fc.boolean()),
        hasActiveSessions: mostly(fc.boolean()),
      },
      { requiredKeys: [] },
    );
    const order = fc.constantFrom(...USER_ORDERS);
    await fc.assert(
      fc.asyncProperty(userFilter, order, fc.record(paging), async (filter, orderBy, page) => {
        const expected = idsOf(listedUsers(users, filter, orderBy));
        await expectListing(ask, { field: 'users', filter, order: orderBy }, expected, page);
      }),
      { seed: SEED, numRuns: Math.ceil(RUNS / 2) },
    );
  });

  test('what is derived of a user follows from its sessions', () => {
    const { sessions, users } = viewOf(viewer);
    for (const user of users) {
      const own = sessions.filter((session) => session.user.id === user.id);
      const active = listedSessions(own, {}, 'EXPIRES_AT_ASC');
      expect(user).toMatchObject({
        activeSessionCount: active.length,
        nextExpiryAt: active[0]?.clientSecret?.expiresAt ?? null,
        lastSessionAt: listedSessions(own, {}, 'CREATED_AT_DESC')[0]?.createdAt ?? null,
      });
    }
  });
});

test('User.sessions is the part of the list that is of that user', async () => {
  const { ask, sessions, users } = viewOf('everything');
  const query = /* GraphQL */ `
    query ($id: ID!, $filter: RealtimeSessionFilter) {
      node(id: $id) { ... on User { sessions(first: 100, filter: $filter) { totalCount nodes { id } } } }
    }
  `;
  const other = users[0]?.id ?? '';
  for (const { id } of users) {
    for (const filter of [{}, { statuses: ['ACTIVE'] }, { userId: id }, { userId: other }]) {
      const own = sessions.filter(({ user }) => user.id === id);
      const expected = listedSessions(own, filter, 'CREATED_AT_DESC').map((session) => ({ id: session.id }));
      const { body } = await ask(query, { id, filter });
      expect(body).toEqual({
        data: { node: { sessions: { totalCount: expected.length, nodes: expected } } },
      });
    }
  }
});
