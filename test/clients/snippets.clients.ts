import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSchema, isScalarType, isSpecifiedScalarType } from 'graphql';
import { createClient } from 'graphql-sse';
import { expect, test } from 'vitest';
import { dataOf, issue, revokeSession } from '../support/ask.ts';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import codegen from './.snippets/codegen.ts';
import { follow } from './.snippets/follow.ts';
import { mint } from './.snippets/mint.ts';

// graphql-sse, and the other snippets of docs/clients.md, against a gateway with the sandbox.

const database = useDatabase();
const gateway = useGateway(database);
/** Connections through it can be broken. */
const proxy = use(
  () => startTcpProxy(Number(new URL(gateway.url).port)),
  ({ close }) => close(),
);
const events = () => createClient({ url: gateway.url, headers: { authorization: `Bearer ${ROOT_KEY}` } });
const position = async (): Promise<string> =>
  (await dataOf(gateway, '{ realtimeSessions(first: 1) { eventsAfter } }')).realtimeSessions.eventsAfter;

test('the package mints in five lines', async () => {
  expect(await mint(gateway.url, ROOT_KEY, 'alice')).toMatch(/^ek_/);
});

test('the code generator is told every scalar of the schema', async () => {
  const sdl = await readFile(join(import.meta.dirname, '../..', codegen.schema), 'utf8');
  const scalars = Object.values(buildSchema(sdl).getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  );
  expect(codegen.generates['src/gql/'].config.scalars).toMatchObject(
    Object.fromEntries(scalars.map(({ name }) => [name, expect.any(String)])),
  );
});

test('graphql-sse gets what happens', async () => {
  const query = 'subscription ($after: ID) { sessionEvents(after: $after) { type session { id } } }';
  const after = await position();
  const { session } = await issue(gateway, { externalUserId: 'alice' });
  for await (const { data } of events().iterate({ query, variables: { after } })) {
    expect(data).toEqual({ sessionEvents: { type: 'ISSUED', session: { id: session.id } } });
    break;
  }
});

test.each([
  ['a field that is not there', { query: 'subscription { sessionEvents { foo } }' }, 'BAD_USER_INPUT'],
  ['what is no GraphQL', { query: 'subscription {' }, 'BAD_USER_INPUT'],
  [
    'a wrong position',
    { query: 'subscription { sessionEvents(after: "somewhere") { id } }' },
    'BAD_USER_INPUT',
  ],
])('graphql-sse shows at once that %s was refused, and does not try again', async (_, request, code) => {
  const results: unknown[] = [];
  let attempts = 0;
  const on = { connecting: () => void attempts++ };
  for await (const result of events().iterate(request, on)) results.push(result);
  expect(results).toMatchObject([{ errors: [{ extensions: { code } }] }]);
  expect(attempts).toBe(1);
});

test('what happens between a list and its watching, and while the connection is broken, is told once', async () => {
  const url = gateway.url.replace(/:\d+/, `:${proxy.port}`);
  const after = await position();
  const expected: string[] = [];
  const told: string[] = [];
  const happen = async () => {
    const { session } = await issue(gateway, { externalUserId: 'dora' });
    await revokeSession(gateway, { id: session.id });
    expected.push(`ISSUED ${session.id}`, `REVOKED ${session.id}`);
  };
  await happen();
  for await (const { type, session } of follow(url, () => ROOT_KEY, after)) {
    told.push(`${type} ${session.id}`);
    if (told.length === 6) break;
    if (told.length !== expected.length) continue;
    proxy.cut();
    await happen();
  }
  expect(told).toEqual(expected);
});

test('whoever follows is told of a refusal', async () => {
  const following = follow(gateway.url, () => ROOT_KEY, 'somewhere');
  await expect(following.next()).rejects.toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});
