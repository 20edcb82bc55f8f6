import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { type Parameters, sendParameters } from '../support/send-parameters.ts';

const database = useDatabase();
const gateway = useGateway(database);

const audits = serverAudits({
  url: () => gateway.url,
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${ROOT_KEY}` } }),
});

test('there are audits', () => {
  expect(audits.length).toBeGreaterThan(50);
});

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
  '%s %s',
  async (_id, _name, audit) => {
    const result = await audit.fn();
    expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
  },
);

const VIEWER = '{ viewer { name } }';
const MINT = 'mutation { createRealtimeSession(input: { externalUserId: "u" }) { __typename } }';
const TWO = 'query A { viewer { name } } query B { viewer { id: __typename } }';
const HASH = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
const KNOWN = 'a request has query, variables, operationName and extensions.';

const MEDIA_TYPES = ['application/json', 'application/graphql-response+json'];

const send = (method: string, parameters: Parameters, accept: string) =>
  sendParameters(gateway, method, parameters, { accept });

describe('a request that is not one of GraphQL is refused, and the answer says why', () => {
  test.each<[string, Parameters, string]>([
    ['POST', { querry: VIEWER }, `The key "querry" is not known: ${KNOWN}`],
    ['POST', { query: VIEWER, Variables: {} }, `The key "Variables" is not known: ${KNOWN}`],
    ['POST', { query: VIEWER, operation_name: null }, `The key "operation_name" is not known: ${KNOWN}`],
    // A key that may be a value in the wrong place is not repeated.
    ['POST', { query: VIEWER, ek_6712ab: 1 }, `A key is not known: ${KNOWN}`],
    ['POST', { query: VIEWER, ['k'.repeat(33)]: 1 }, `A key is not known: ${KNOWN}`],
    ...['documentId', 'id', 'doc_id'].map((key): [string, Parameters, string] => [
      'POST',
      { [key]: 'x' },
      `The key ${key} names a registered document, and this gateway has none: send the document as query.`,
    ]),
    [
      'GET',
      { query: VIEWER, documentId: 'x' },
      'The key documentId names a registered document, and this gateway has none: send the document as query.',
    ],
    ['POST', { query: VIEWER, variables: '{}' }, 'variables must be a JSON object, and is a string.'],
    ['POST', { query: VIEWER, variables: [1] }, 'variables must be a JSON object, and is a list.'],
    ['POST', { query: VIEWER, variables: 5 }, 'variables must be a JSON object, and is a number.'],
    ['GET', { query: VIEWER, variables: '"{}"' }, 'variables must be a JSON object, and is a string.'],
    ['GET', { query: VIEWER, variables: '{' }, 'variables must be a JSON object, and is not JSON.'],
    ['GET', { query: VIEWER, extensions: '{' }, 'extensions must be a JSON object, and is not JSON.'],
    ['POST', { query: VIEWER, extensions: true }, 'extensions must be a JSON object, and is a boolean.'],
    ['POST', { query: VIEWER, operationName: 5 }, 'operationName must be a string, and is a number.'],
    ['POST', { query: { a: 1 } }, 'query must be a string, and is an object.'],
    ['POST', { variables: {} }, 'The request has no query.'],
    ['POST', { query: null }, 'The request has no query.'],
    ['POST', { query: '' }, 'The request has no query.'],
    ['GET', {}, 'The request has no query.'],
    ['GET', { query: '' }, 'The request has no query.'],
    ['POST', { query: TWO }, 'The document has several operations: operationName must name one of them.'],
    [
      'POST',
      { query: TWO, operationName: '' },
      'The document has several operations: operationName must name one of them.',
    ],
    [
      'POST',
      { query: TWO, operationName: 'C' },
      'The document has no operation of the name in operationName.',
    ],
    [
      'POST',
      { query: VIEWER, operationName: 'A' },
      'The document has no operation of the name in operationName.',
    ],
    ['POST', { query: 'fragment F on Viewer { name }' }, 'The document has no operation.'],
  ])('%s %j', async (method, parameters, message) => {
    for (const accept of MEDIA_TYPES) {
      const { status, body } = await send(method, parameters, accept);
      expect(status).toBe(400);
      expect(body).toEqual({
        errors: [{ message, extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) } }],
      });
    }
  });

  test.each([
    { query: MINT },
    { query: `query A ${VIEWER} ${MINT.replace('mutation', 'mutation B')}`, operationName: 'B' },
  ])('GET %j: a mutation', async (parameters) => {
    for (const accept of MEDIA_TYPES) {
      const { status, headers, body } = await send('GET', parameters, accept);
      expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'POST' });
      expect(body.errors[0].message).toBe('A mutation is sent by POST.');
    }
    expect(await database.query('SELECT id FROM realtime_session')).toEqual([]);
  });
});

describe('what real clients send is executed', () => {
  test.each<[string, string, Parameters]>([
    ['graphql-request', 'POST', { query: VIEWER, variables: {}, operationName: 'A' }],
    [
      'Apollo Client',
      'POST',
      {
        query: VIEWER,
        variables: {},
        extensions: { clientLibrary: { name: '@apollo/client', version: '4.3.8' } },
      },
    ],
    ['Apollo Client, a document with its hash', 'POST', { query: VIEWER, extensions: HASH }],
    ['Apollo Client, the same by GET', 'GET', { query: VIEWER, extensions: HASH }],
    [
      'urql',
      'POST',
      { operationName: 'A', query: VIEWER, documentId: null, variables: null, extensions: null },
    ],
    ['a client that leaves the name empty', 'POST', { query: VIEWER, operationName: '' }],
    ['the same by GET', 'GET', { query: VIEWER, operationName: '' }],
    ['a URL with parameters of its own', 'GET', { query: VIEWER, operation: 'A', _: '1' }],
  ])('%s', async (_client, method, parameters) => {
    const named =
      parameters['operationName'] === 'A' ? { ...parameters, query: `query A ${VIEWER}` } : parameters;
    for (const accept of MEDIA_TYPES)
      expect(await send(method, named, accept)).toMatchObject({
        status: 200,
        body: { data: { viewer: { name: 'root' } } },
      });
  });
});

describe('a hash without its document', () => {
  // Apollo Client compares the code or the message, urql the message. Both then send the document, and no hash again.
  test.each(['POST', 'GET'])(
    'by %s is answered so that Apollo Client and urql send the document',
    async (method) => {
      const expected = {
        errors: [
          {
            message: 'PersistedQueryNotSupported',
            extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', requestId: expect.any(String) },
          },
        ],
      };
      const parameters = { operationName: 'A', variables: {}, extensions: HASH };
      // As Apollo's own servers do. Older clients read the errors of an answer only if its status is 200.
      expect(await send(method, parameters, 'application/json')).toMatchObject({
        status: 200,
        body: expected,
      });
      expect(await send(method, parameters, 'application/graphql-response+json')).toMatchObject({
        status: 400,
        body: expected,
      });
    },
  );
});

/** One document for each rule that a document can break: [document, what is said] */
const DOCUMENTS: readonly [string, string][] = [
  ['{ viewer { foo } }', 'There is no such field on type "Viewer".'],
  ['{ node(id: "x", foo: 1) { id } }', 'There is no such argument on field "Query.node".'],
  ['{ node { id } }', 'Field "node" argument "id" of type "ID!" is required, but it was not provided.'],
  ['{ viewer }', 'Field "viewer" of type "Viewer!" must have a selection of subfields.'],
  [
    '{ viewer { name { x } } }',
    'Field "name" must not have a selection since type "String!" has no subfields.',
  ],
  ['{ viewer { ...F } }', 'There is no such fragment in the document.'],
  ['{ viewer { name } } fragment F on Viewer { name }', 'A fragment is never used.'],
  ['{ viewer { ...F } } fragment F on Viewer { ...F }', 'A fragment spreads itself.'],
  ['{ viewer { ... on Foo { name } } }', 'There is no such type.'],
  ['{ viewer { ... on User { id } } }', 'A fragment cannot be spread here: "Viewer" can never be "User".'],
  ['{ viewer { ... on ID { id } } }', 'A fragment needs an output type with fields.'],
  ['{ viewer @foo { name } }', 'There is no such directive.'],
  ['query @skip(if: true) { viewer { name } }', 'Directive "@skip" may not be used on QUERY.'],
  [
    '{ viewer @skip(if: true) @skip(if: true) { name } }',
    'The directive "@skip" can only be used once at this location.',
  ],
  [
    '{ a: node(id: "x") { id } a: node(id: "y") { id } }',
    'Fields of one name conflict. Use different aliases.',
  ],
  ['query ($a: Int) { viewer { name } }', 'A variable is never used.'],
  ['{ node(id: $a) { id } }', 'A variable is used that the operation does not define.'],
  ['query ($a: Viewer) { node(id: $a) { id } }', 'A variable cannot be of an output type.'],
  ['query ($a: Int!) { node(id: $a) { id } }', 'A variable of type "Int!" is used where "ID!" is expected.'],
  ['query ($a: ID!, $a: ID!) { node(id: $a) { id } }', 'There can be only one variable of a name.'],
  ['{ node(id: "x", id: "y") { id } }', 'There can be only one argument of a name.'],
  [
    'mutation ($a: String) { createRealtimeSession(input: { externalUserId: "u", tools: [{ function: $f }] }) { __typename } }',
    'A variable is used that the operation does not define.',
  ],
  [
    'subscription { sessionEvents { id } a: sessionEvents { id } }',
    'A subscription must have exactly one field.',
  ],
  [
    'subscription Two { sessionEvents { id } a: sessionEvents { id } }',
    'A subscription must have exactly one field.',
  ],
  ['subscription { __typename }', 'A subscription must have exactly one field.'],
  ['{ viewer { name } } type Foo { a: Int }', 'A document can have only operations and fragments.'],
  ['{ node(id: 1.5) { id } }', 'id must be of type "ID".'],
  ['{ viewer {', 'The GraphQL document is malformed.'],
];

test.each(DOCUMENTS)('%s is refused with the same sentence each time', async (document, sentence) => {
  const { status, body } = await gateway.ask(document);
  expect(body.errors[0].message).toBe(sentence);
  for (const { extensions } of body.errors) extensions.requestId = expect.any(String);
  // What validation found is cached.
  for (const _again of [2, 3]) expect(await gateway.ask(document)).toMatchObject({ status, body });
});
