import { createHash } from 'node:crypto';
import { ApolloLink, CombinedGraphQLErrors, gql, type TypedDocumentNode } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { tap } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { dataOf, issue } from '../support/ask.ts';
import { createApplication, createKey } from '../support/callers.ts';
import { documentOperations } from '../support/document-operations.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { createApollo } from './.snippets/apollo.ts';

// Apollo Client as docs/clients.md sets it up, against a gateway with the sandbox.

const database = useDatabase();
const gateway = useGateway(database, { GATEHOUSE_USAGE_LABEL: 'team' });
const apollo = (key = ROOT_KEY) => createApollo(gateway.url, () => key);

type Session = { id: string; status: string };
type Page = {
  realtimeSessions: {
    eventsAfter: string;
    edges: { node: Session }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
};
const LIST: TypedDocumentNode<Page, { user: string; after?: string }> = gql`
  query List($user: String!, $after: String) {
    realtimeSessions(filter: { externalUserId: $user }, first: 2, after: $after) {
      eventsAfter
      edges { node { id status } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
type Minted = { createRealtimeSession: { __typename: string; clientSecret?: { value: string } } };
const MINT: TypedDocumentNode<Minted, { user: string }> = gql`
  mutation Mint($user: String!) {
    createRealtimeSession(input: { externalUserId: $user }) {
      __typename
      ... on CreateRealtimeSessionSuccess { clientSecret { value } session { id usage { reported } } }
      ... on Error { message }
    }
  }
`;
const EVENTS: TypedDocumentNode<
  { sessionEvents: { id: string; type: string; session: Session } },
  { after: string }
> = gql`
  subscription Events($after: ID) { sessionEvents(after: $after) { id type session { id status } } }
`;

test('pages become one list of the cache, and those of another filter another', async () => {
  for (let i = 0; i < 3; i++) await issue(gateway, { externalUserId: 'alice' });
  const client = apollo();
  const options = { query: LIST, variables: { user: 'alice' } };
  const first = (await client.query(options)).data?.realtimeSessions;
  expect(first?.edges).toHaveLength(2);
  await client.watchQuery(options).fetchMore({ variables: { after: first?.pageInfo.endCursor ?? '' } });
  const cached = client.readQuery(options);
  expect(cached?.realtimeSessions.edges).toHaveLength(3);
  expect(cached?.realtimeSessions.pageInfo.hasNextPage).toBe(false);
  expect(
    (await client.query({ query: LIST, variables: { user: 'bob' } })).data?.realtimeSessions.edges,
  ).toEqual([]);
});

test('fragments on interfaces are read from the cache', async () => {
  const { session } = await issue(gateway, { externalUserId: 'alice' });
  const NODE: TypedDocumentNode<{ node: Session | null }, { id: string }> = gql`
    query Node($id: ID!) { node(id: $id) { ... on Node { id } ... on RealtimeSession { status } } }
  `;
  const client = apollo();
  await client.query({ query: NODE, variables: { id: session.id } });
  expect(client.readQuery({ query: NODE, variables: { id: session.id } })?.node).toMatchObject({
    id: session.id,
    status: 'ACTIVE',
  });
});

test('the secret arrives under the default policy of errors, and is not kept', async () => {
  const client = apollo();
  const { data } = await client.mutate({ mutation: MINT, variables: { user: 'alice' } });
  const secret = data?.createRealtimeSession.clientSecret?.value;
  expect(secret).toMatch(/^ek_/);
  expect(JSON.stringify(client.extract())).not.toContain(secret);
});

test('what a key may not read beside the secret is refused before anything is minted, and says what it needs', async () => {
  const { application } = await createApplication(gateway, 'shop');
  const { value } = await createKey(gateway, application.id, { scopes: ['SESSIONS_CREATE'] });
  const refused = apollo(value).mutate({ mutation: MINT, variables: { user: 'carol' } });
  const error = await refused.catch((reason: unknown) => reason);
  expect(CombinedGraphQLErrors.is(error) && error.errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN', needs: ['USAGE_READ'], requestId: expect.any(String) } },
  ]);
  expect(
    await dataOf(gateway, '{ realtimeSessions(filter: { externalUserId: "carol" }) { nodes { id } } }'),
  ).toEqual({ realtimeSessions: { nodes: [] } });
});

test('every question of a dashboard is kept without a warning', async () => {
  const warnings = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
  const client = apollo();
  for (const { name, query, variables } of await documentOperations('docs/clients.md')) {
    if (name === 'Mint') continue;
    const { data } = await client.query<unknown>({
      query: gql(query),
      variables: JSON.parse(variables.replace('"<application>"', 'null')),
    });
    expect({ name, data }).toEqual({ name, data: expect.anything() });
  }
  expect(warnings.flatMap(({ mock }) => mock.calls)).toEqual([]);
});

test.each([
  [
    'a field that is not there',
    gql`{ viewer { foo } }`,
    'BAD_USER_INPUT',
    'There is no such field on type "Viewer".',
  ],
  [
    'a wrong value in the document',
    gql`{ realtimeSessions(filter: { createdFrom: "2026-11-01" }) { nodes { id } } }`,
    'BAD_USER_INPUT',
    'filter.createdFrom must be',
  ],
])('%s is refused with the same sentence each time', async (_, query, code, sentence) => {
  const client = apollo();
  const ask = () => client.query({ query, fetchPolicy: 'no-cache' }).catch((error: unknown) => error);
  for (const error of [await ask(), await ask()]) {
    expect(CombinedGraphQLErrors.is(error) && error.errors).toMatchObject([
      { message: expect.stringContaining(sentence), locations: [{}], extensions: { code } },
    ]);
  }
});

test('a wrong key is refused with a code', async () => {
  const asked = apollo('gh_wrong').query({ query: gql`{ viewer { name } }` });
  const error = await asked.catch((reason: unknown) => reason);
  expect(CombinedGraphQLErrors.is(error) && error.errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } },
  ]);
});

test('hashes of persisted queries are given up for documents, once', async () => {
  const client = apollo();
  const sent: unknown[] = [];
  const record = new ApolloLink((operation, forward) => {
    const { includeQuery } = operation.getContext()['http'] ?? {};
    return forward(operation).pipe(
      tap((result) => sent.push({ includeQuery, errors: result.errors?.map(({ message }) => message) })),
    );
  });
  const sha256 = async (text: string) => createHash('sha256').update(text).digest('hex');
  client.setLink(ApolloLink.from([new PersistedQueryLink({ sha256 }), record, client.link]));
  for (const user of ['alice', 'bob']) {
    const { data } = await client.query({ query: LIST, variables: { user } });
    expect(data?.realtimeSessions.edges).toEqual(expect.any(Array));
  }
  expect(sent).toEqual([
    { includeQuery: false, errors: ['PersistedQueryNotSupported'] },
    { includeQuery: true, errors: undefined },
    { includeQuery: undefined, errors: undefined },
  ]);
});

test('a subscription goes on after a list, and changes what the cache has', async () => {
  const client = apollo();
  const variables = { user: 'dora' };
  const { session } = await issue(gateway, { externalUserId: 'dora' });
  const listed = await client.query({ query: LIST, variables });
  expect(listed.data?.realtimeSessions.edges).toMatchObject([{ node: { status: 'ACTIVE' } }]);
  // Between the list and the subscription.
  await dataOf(
    gateway,
    'mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id }) { __typename } }',
    session,
  );
  const after = listed.data?.realtimeSessions.eventsAfter ?? '';
  const event = await new Promise<string | undefined>((resolve, reject) => {
    const events = client.subscribe({ query: EVENTS, variables: { after } }).subscribe({
      next: ({ data }) => {
        if (data?.sessionEvents.type !== 'REVOKED') return;
        events.unsubscribe();
        resolve(data.sessionEvents.id);
      },
      error: reject,
    });
  });
  expect(event).toEqual(expect.any(String));
  expect(client.readQuery({ query: LIST, variables })?.realtimeSessions.edges).toMatchObject([
    { node: { status: 'REVOKED' } },
  ]);
});

test('a subscription that is refused says why at once', async () => {
  const wrong = gql`subscription { sessionEvents { foo } }`;
  const error = await new Promise((resolve) => {
    apollo()
      .subscribe({ query: wrong })
      .subscribe({ next: (result) => resolve(result.error), error: resolve });
  });
  expect(CombinedGraphQLErrors.is(error) && error.errors).toMatchObject([
    { message: 'There is no such field on type "SessionEvent".', extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});
