import { getIntrospectionQuery, getNamedType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { CREATE, READ, TRAIL } from '../support/documents.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { startGateway, upstreamEnv } from '../support/gateway.ts';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));

const mint = (alias: string) =>
  `${alias}: createRealtimeSession(input: { externalUserId: "u" }) { __typename }`;
const times = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');
/** Sessions, each with one page of events: the two connections, and the sizes multiplied. */
const EVENTS = (sessions: string, events: string) =>
  `query ${sessions.includes('$') ? '($n: Int, $d: Int = 60)' : ''} { realtimeSessions(${sessions}) { nodes { auditEvents(${events}) { nodes { id } } } } }`;

/** [what, document, variables, the message; null when it is executed] */
const CASES: readonly [string, string, Record<string, unknown>, string | null][] = [
  ['30 aliases', `{ ${times(30, (n) => `a${n}: viewer { name }`)} }`, {}, null],
  [
    '31 aliases',
    `{ ${times(31, (n) => `a${n}: viewer { name }`)} }`,
    {},
    'The operation has 31 aliases; 30 are allowed.',
  ],
  [
    '32 aliases by way of fragments',
    '{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...C ...C } fragment C on Query { viewer { a: name b: name c: name d: name e: name f: name g: name h: name } }',
    {},
    'The operation has 32 aliases; 30 are allowed.',
  ],
  ['50 directives', `{ viewer { ${'... @include(if: true) { name } '.repeat(50)} } }`, {}, null],
  [
    '51 directives, one on the operation',
    `query ($y: Boolean!) { viewer { ${'... @include(if: $y) { name } '.repeat(50)} ...F @skip(if: $y) } } fragment F on Viewer { name }`,
    { y: true },
    'The operation has 51 directives; 50 are allowed.',
  ],
  [
    '17 fields deep, inside fragments',
    `{ realtimeSessions(first: 1) { nodes { ...F } } } fragment F on RealtimeSession { ${'auditEvents(first: 1) { nodes { session { '.repeat(5)} ${'} } }'.repeat(5).replace('}', 'id }')} }`,
    {},
    'The operation is 18 fields deep; 16 are allowed.',
  ],
  ['comments, which are no tokens', `{ viewer { name } } ${'# '.repeat(9000)}`, {}, null],
  ['more than 4,000 tokens', `{ ${'a '.repeat(3999)} }`, {}, 'The document has more than 4000 tokens.'],
  ['65 brackets deep', '{ a '.repeat(65), {}, 'The document is nested more than 64 levels deep.'],
  ['a page of pages within the cost', EVENTS('first: 49', 'first: 100'), {}, null],
  [
    'beyond it, by literals',
    EVENTS('first: 100', 'first: 100'),
    {},
    'The operation asks for up to 10201 objects; 5000 are allowed.',
  ],
  ['within it, by a variable', EVENTS('first: $n', 'first: $d'), { n: 20 }, null],
  [
    'beyond it, by a variable',
    EVENTS('first: $n', 'first: $d'),
    { n: 100 },
    'The operation asks for up to 6201 objects; 5000 are allowed.',
  ],
  [
    'beyond it, by both variables',
    EVENTS('first: $n', 'first: $d'),
    { n: 80, d: 100 },
    'The operation asks for up to 8161 objects; 5000 are allowed.',
  ],
  ['null is the default size', EVENTS('first: $n', 'first: $d'), { n: null }, null],
  [
    'lists count 10 each',
    '{ realtimeSessions(first: 100) { nodes { tools { __typename } labels { key } user { quotas { limit } quotas2: quotas { limit } quotas3: quotas { limit } } } } }',
    {},
    'The operation asks for up to 5201 objects; 5000 are allowed.',
  ],
  [
    'rows of a report count, their totals do not',
    '{ usage(filter: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }) { rows(first: 1000) { nodes { totals { costUsd } } edges { node { totals { costUsd } user { id } application { id } } } } } }',
    {},
    'The operation asks for up to 5002 objects; 5000 are allowed.',
  ],
  [
    'ids of nodes count',
    'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on User { quotas { limit } policy { maxTtlSeconds } a: quotas { limit } b: quotas { limit } c: quotas { limit } d: quotas { limit } } } }',
    { ids: Array(100).fill('x') },
    'The operation asks for up to 5200 objects; 5000 are allowed.',
  ],
];

test.each(CASES)('%s', async (_what, query, variables, message) => {
  for (const accept of ['application/json', 'application/graphql-response+json']) {
    const { status, body } = await gateway.ask(query, variables, { accept });
    if (message === null) {
      expect(body).not.toHaveProperty('errors');
    } else {
      expect(status).toBe(400);
      expect(body).toEqual({
        errors: [{ message, extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) } }],
      });
    }
  }
});

test('the documents of real clients stay far within the limits', async () => {
  const session = await gateway.ask(CREATE, { input: { externalUserId: 'u' } });
  expect(session.body.data.createRealtimeSession.__typename).toBe('CreateRealtimeSessionSuccess');
  const { id } = session.body.data.createRealtimeSession.session;
  for (const query of [READ, TRAIL]) expect((await gateway.ask(query, { id })).status).toBe(200);
  const everything = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  });
  expect((await gateway.ask(everything)).body).toMatchObject({ data: { __schema: expect.anything() } });
});

test('every field with pages declares their size', () => {
  const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__') ? Object.values(type.getFields()) : [],
  );
  const paged = fields.filter(({ type }) => getNamedType(type).name.endsWith('Connection'));
  expect(paged.length).toBeGreaterThan(5);
  for (const { name, extensions } of paged)
    expect(extensions, name).toHaveProperty('cost.page', {
      size: expect.any(Number),
      most: expect.any(Number),
    });
});

test('fragments that double 500 times are measured at once', async () => {
  const doubling = times(500, (n) => `fragment F${n} on Query { ...F${n + 1} ... { ...F${n + 1} } }`);
  const startedAt = performance.now();
  const { status } = await gateway.ask(`{ ...F0 } ${doubling} fragment F500 on Query { viewer { a: name } }`);
  expect(status).toBe(400);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

describe('one field of a mutation', () => {
  test.each([
    ['two aliased mints', `mutation { ${mint('a')} ${mint('b')} }`],
    ['one of them in a fragment', `mutation { ${mint('a')} ...F } fragment F on Mutation { ${mint('b')} }`],
    [
      'one of them in an inline fragment that is skipped',
      `mutation { ${mint('a')} ... @skip(if: true) { ${mint('b')} } }`,
    ],
    [
      'one of them not included',
      `mutation { ${mint('a')} ${mint('b').replace(' {', ' @include(if: false) {').replace('@include(if: false) { externalUserId', '{ externalUserId')} }`,
    ],
    ['the same field twice', `mutation { ${mint('a')} ${mint('a')} }`],
  ])('%s: refused, and nothing is minted', async (_what, query) => {
    const minted = upstream.calls.length;
    const { status, body } = await gateway.ask(query, {}, { accept: 'application/json' });
    expect(status).toBe(400);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(body).not.toHaveProperty('data');
    expect(upstream.calls).toHaveLength(minted);
  });

  test('__typename beside it is not one', async () => {
    const { body } = await gateway.ask(`mutation { __typename ${mint('a')} t: __typename }`);
    expect(body.data).toEqual({
      __typename: 'Mutation',
      a: { __typename: 'CreateRealtimeSessionSuccess' },
      t: 'Mutation',
    });
  });

  test('only the operation that is executed is measured', async () => {
    const query = `mutation Two { ${mint('a')} ${mint('b')} } query One { viewer { name } }`;
    const response = await fetch(`${gateway.url}?${new URLSearchParams({ query, operationName: 'One' })}`, {
      headers: { authorization: 'Bearer root-key-of-the-tests-0123456789-abcdef' },
    });
    expect(await response.json()).toEqual({ data: { viewer: { name: 'root' } } });
  });
});

test('limits are what the configuration says', async () => {
  const strict = await startGateway(database, {
    GATEHOUSE_MAX_TOKENS: '100',
    GATEHOUSE_MAX_DEPTH: '5',
    GATEHOUSE_MAX_ALIASES: '0',
    GATEHOUSE_MAX_DIRECTIVES: '0',
    GATEHOUSE_MAX_COST: '21',
  });
  try {
    const message = async (query: string) => (await strict.ask(query)).body.errors?.[0].message;
    expect(await message('{ realtimeSessions { nodes { id } } }')).toBeUndefined();
    expect(await message('{ realtimeSessions(first: 21) { nodes { id } } }')).toMatch('22 objects; 21 are');
    expect(await message('{ a: viewer { name } }')).toMatch('1 aliases; 0 are');
    expect(await message('{ viewer { name @skip(if: true) } }')).toMatch('1 directives; 0 are');
    expect(await message('{ realtimeSessions { nodes { clientSecret { redacted } } } }')).toMatch('objects');
    expect(await message(`{ viewer { ${'name '.repeat(100)} } }`)).toMatch('more than 100 tokens');
  } finally {
    await strict.close();
  }
});
