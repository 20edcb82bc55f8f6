import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ConcreteRequest,
  createOperationDescriptor,
  fetchQuery,
  type OperationType,
  requestSubscription,
} from 'relay-runtime';
import { expect, test } from 'vitest';
import { dataOf, issue } from '../support/ask.ts';
import { createApplication, createKey } from '../support/callers.ts';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { runBinary } from '../support/run-binary.ts';
import { createRelay } from './.snippets/relay.ts';

// Relay's runtime as docs/clients.md sets it up, with what relay-compiler makes of schema.graphql.

const require = createRequire(import.meta.url);

const SOURCE = `
import { graphql } from 'relay-runtime';

graphql\`
  query SessionsQuery($user: String!, $count: Int!, $cursor: String) {
    realtimeSessions(filter: { externalUserId: $user }, first: $count, after: $cursor)
      @connection(key: "Sessions_realtimeSessions", filters: ["filter"]) {
      eventsAfter
      edges { node { id status } }
    }
  }
\`;

graphql\`
  subscription SessionsSubscription($after: ID) {
    sessionEvents(after: $after) { id type session { id status } }
  }
\`;
`;

interface Sessions extends OperationType {
  readonly variables: { user: string; count: number; cursor?: string };
  readonly response: {
    realtimeSessions: {
      eventsAfter: string;
      edges: { node: { id: string; status: string } }[];
      pageInfo: { endCursor: string; hasNextPage: boolean };
    };
  };
}
interface Events extends OperationType {
  readonly variables: { after?: string };
  readonly response: { sessionEvents: { type: string } };
}

const database = useDatabase();
const gateway = useGateway(database);
const relay = (key = ROOT_KEY) => createRelay(gateway.url, () => key);

const compiled = use(
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-relay-runtime-'));
    mkdirSync(join(folder, 'src'));
    copyFileSync(join(import.meta.dirname, '../../schema.graphql'), join(folder, 'schema.graphql'));
    writeFileSync(join(folder, 'src/Sessions.ts'), SOURCE);
    const config = { src: './src', schema: './schema.graphql', language: 'typescript', eagerEsModules: true };
    writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
    const ended = runBinary(
      require.resolve('relay-compiler/cli.js'),
      ['--noWatchman', 'relay.config.json'],
      folder,
    );
    expect(ended, ended.output).toMatchObject({ exitCode: 0 });
    const artifact = async (name: string): Promise<ConcreteRequest> =>
      (await import(join(folder, `src/__generated__/${name}.graphql.ts`))).default;
    return {
      folder,
      query: await artifact('SessionsQuery'),
      subscription: await artifact('SessionsSubscription'),
    };
  },
  ({ folder }) => rmSync(folder, { recursive: true }),
);

function read(environment: ReturnType<typeof relay>, variables: Sessions['variables']) {
  const { data } = environment.lookup(createOperationDescriptor(compiled.query, variables).fragment);
  return data;
}

test('pages become one list of the store', async () => {
  for (let i = 0; i < 3; i++) await issue(gateway, { externalUserId: 'alice' });
  const environment = relay();
  const variables = { user: 'alice', count: 2 };
  const { realtimeSessions: first } =
    (await fetchQuery<Sessions>(environment, compiled.query, variables).toPromise()) ?? {};
  expect(first).toMatchObject({ edges: [{}, {}], pageInfo: { hasNextPage: true } });
  await fetchQuery<Sessions>(environment, compiled.query, {
    ...variables,
    cursor: first?.pageInfo.endCursor ?? '',
  }).toPromise();
  expect(read(environment, variables)).toMatchObject({
    realtimeSessions: { edges: [{}, {}, {}], pageInfo: { hasNextPage: false } },
  });
});

test('a subscription goes on after a list, and changes what the store has', async () => {
  const environment = relay();
  const variables = { user: 'dora', count: 2 };
  const { session } = await issue(gateway, { externalUserId: 'dora' });
  const listed = await fetchQuery<Sessions>(environment, compiled.query, variables).toPromise();
  const revoke = 'mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id }) { __typename } }';
  await dataOf(gateway, revoke, session);
  await new Promise<void>((resolve, reject) => {
    const { dispose } = requestSubscription<Events>(environment, {
      subscription: compiled.subscription,
      variables: { after: listed?.realtimeSessions.eventsAfter ?? '' },
      onNext: (data) => {
        if (data?.sessionEvents.type !== 'REVOKED') return;
        dispose();
        resolve();
      },
      onError: reject,
    });
  });
  expect(read(environment, variables)).toMatchObject({
    realtimeSessions: { edges: [{ node: { id: session.id, status: 'REVOKED' } }] },
  });
});

test('a refused query and a refused subscription say why at once', async () => {
  const { application } = await createApplication(gateway, 'shop');
  const { value } = await createKey(gateway, application.id, { scopes: ['SESSIONS_CREATE'] });
  const environment = relay(value);
  const query = fetchQuery<Sessions>(environment, compiled.query, { user: 'alice', count: 2 }).toPromise();
  await expect(query).rejects.toThrow('Your credential does not allow this.');
  const refused = await new Promise<unknown>((resolve) => {
    requestSubscription<Events>(environment, {
      subscription: compiled.subscription,
      variables: {},
      onError: resolve,
    });
  });
  expect(refused).toMatchObject({
    source: { errors: [{ extensions: { code: 'FORBIDDEN', needs: ['SESSIONS_READ'] } }] },
  });
});
