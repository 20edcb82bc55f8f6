import { gql, type TypedDocumentNode } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { Client, fetchExchange, type Operation } from 'urql';
import { afterEach, expect, test, vi } from 'vitest';
import { dataOf, issue } from '../support/ask.ts';
import { documentOperations } from '../support/document-operations.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { createUrql } from './.snippets/urql.ts';

// urql with graphcache as docs/clients.md sets it up, against a gateway with the sandbox.

const database = useDatabase();
const gateway = useGateway(database, { GATEHOUSE_USAGE_LABEL: 'team' });
const urql = () => createUrql(gateway.url, () => ROOT_KEY);

/** What graphcache warns of, e.g. of types without a key. */
const warn = vi.spyOn(console, 'warn');
const error = vi.spyOn(console, 'error');
afterEach(() => {
  const warnings = [...warn.mock.calls, ...error.mock.calls];
  warn.mockClear();
  error.mockClear();
  expect(warnings).toEqual([]);
});

type Session = { id: string; status: string };
type Page = {
  realtimeSessions: {
    eventsAfter: string;
    totalCount: number;
    edges: { node: Session }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
};
const LIST: TypedDocumentNode<Page, { user: string; after?: string }> = gql`
  query List($user: String!, $after: String) {
    realtimeSessions(filter: { externalUserId: $user }, first: 2, after: $after) {
      eventsAfter totalCount
      edges { node { id status labels { key value } tools { __typename } turnDetection { __typename } usage { costUsd } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
type Event = { id: string; type: string; session: Session };
const EVENTS: TypedDocumentNode<{ sessionEvents: Event }, { after: string }> = gql`
  subscription Events($after: ID) { sessionEvents(after: $after) { id type session { id status } } }
`;
const TRAIL: TypedDocumentNode<
  { auditEvents: { nodes: { id: string; action: string; session: Session }[] } },
  { session: string }
> = gql`
  query Trail($session: ID!) {
    auditEvents(filter: { sessionId: $session, actions: ["session.revoked"] }) {
      nodes { id action actor { kind name } session { id status } }
    }
  }
`;

test('pages become one list of the cache, and types without an id need no key', async () => {
  for (let i = 0; i < 3; i++)
    await issue(gateway, { externalUserId: 'alice', labels: [{ key: 'a', value: 'b' }] });
  const client = urql();
  const first = await client.query(LIST, { user: 'alice' });
  const after = first.data?.realtimeSessions.pageInfo.endCursor ?? '';
  expect(first.data?.realtimeSessions.edges).toHaveLength(2);
  await client.query(LIST, { user: 'alice', after });
  const cached = client.readQuery(LIST, { user: 'alice' });
  expect(cached?.data?.realtimeSessions.edges).toHaveLength(3);
});

test('every question of a dashboard is kept without a warning', async () => {
  const client = urql();
  for (const { name, query, variables } of await documentOperations('docs/clients.md')) {
    if (name === 'Mint') continue;
    const { error: refused, data } = await client.query(
      gql(query),
      JSON.parse(variables.replace('"<application>"', 'null')),
    );
    expect({ name, refused, data }).toEqual({ name, refused: undefined, data: expect.anything() });
  }
});

test('an event and the audit event of the same change are kept apart, and a change changes what is shown', async () => {
  const client = urql();
  const { session } = await issue(gateway, { externalUserId: 'dora' });
  const listed = await client.query(LIST, { user: 'dora' });
  expect(listed.data?.realtimeSessions.edges).toMatchObject([{ node: { status: 'ACTIVE' } }]);
  // Between the list and the subscription.
  const revoke = 'mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id }) { __typename } }';
  await dataOf(gateway, revoke, session);
  const after = listed.data?.realtimeSessions.eventsAfter ?? '';
  const event = await new Promise<Event>((resolve, reject) => {
    const events = client.subscription(EVENTS, { after }).subscribe(({ data, error: refused }) => {
      if (refused) reject(refused);
      if (data?.sessionEvents.type !== 'REVOKED') return;
      resolve(data.sessionEvents);
      queueMicrotask(() => events.unsubscribe());
    });
  });
  const trail = await client.query(TRAIL, { session: session.id });
  const [audited] = trail.data?.auditEvents.nodes ?? [];
  expect(audited).toMatchObject({ action: 'session.revoked', session: { id: session.id } });
  expect(event.id).not.toBe(audited?.id);
  const cached = client.readQuery(LIST, { user: 'dora' });
  expect(cached?.data?.realtimeSessions.edges).toMatchObject([{ node: { status: 'REVOKED' } }]);
});

test('a refused subscription and a refused query say why at once', async () => {
  const subscription = gql`subscription { sessionEvents { foo } }`;
  const refused = await new Promise<unknown>((resolve) => {
    urql()
      .subscription(subscription, {})
      .subscribe((result) => resolve(result.error?.graphQLErrors));
  });
  expect(refused).toMatchObject([{ message: 'There is no such field on type "SessionEvent".' }]);
  const anonymous = await createUrql(gateway.url, () => 'gh_wrong').query(gql`{ viewer { name } }`, {});
  expect(anonymous.error?.graphQLErrors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  for (let i = 0; i < 2; i++) {
    const answer = await urql().query(gql`{ viewer { foo } }`, {});
    expect(answer.error?.graphQLErrors).toMatchObject([
      { message: 'There is no such field on type "Viewer".', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  }
});

test('hashes of persisted queries are given up for documents, once', async () => {
  const sent: Operation['extensions'][] = [];
  const client = new Client({
    url: gateway.url,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${ROOT_KEY}` } },
    exchanges: [persistedExchange({ preferGetForPersistedQueries: false }), fetchExchange],
    fetch: (url, options) => {
      sent.push(JSON.parse(String(options?.body)));
      return fetch(url, options);
    },
  });
  for (const user of ['alice', 'bob']) {
    const { data, error: refused } = await client.query(LIST, { user });
    expect(refused).toBeUndefined();
    expect(data?.realtimeSessions.edges).toEqual(expect.any(Array));
  }
  expect(sent.map((body) => body && 'query' in body)).toEqual([false, true, true]);
});
