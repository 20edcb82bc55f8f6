import { CANARY, get, type HostileInput, post, postBody } from './hostile-input.ts';

const CREATE =
  'mutation ($i: CreateRealtimeSessionInput!) { createRealtimeSession(input: $i) { __typename } }';
const NODE = 'query ($id: ID!) { node(id: $id) { id } realtimeSession(id: $id) { id } }';
const USER = 'query ($u: String) { user(externalId: $u) { id } }';
const viewer = JSON.stringify('{ viewer { name } }');

const nothingFound = (body: string) => /^\{"data":\{("\w+":null,?)+\}\}$/.test(body);
const refused = (body: string) => /InvalidInputError|PolicyViolationError|BAD_USER_INPUT/.test(body);
const notFound = (body: string) => /NotFoundError|InvalidInputError|BAD_USER_INPUT/.test(body);

const INJECTIONS = {
  SQL: "' OR '1'='1'; DROP TABLE realtime_session; --",
  'SQL by UNION': "x' UNION SELECT token, 1 FROM pg_authid -- ",
  'a shell command': '; cat /etc/passwd | nc 127.0.0.1 1 #`id`$(id)',
  'a path': '../../../../../../etc/passwd%00.png',
  'a script': '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'a template': '{{7*7}}\u0024{7*7}<%= 7*7 %>#{7*7}',
  'a look-up by JNDI': '\u0024{jndi:ldap://127.0.0.1:1/a}',
  'header lines': 'a\r\nset-cookie: b=c\r\n\r\n<html>',
};

/** Values that want to be more than values. What may be refused by policy is: nothing is ever minted for them. */
export const values: readonly HostileInput[] = [
  ...Object.entries(INJECTIONS).flatMap(([what, text]): HostileInput[] => [
    {
      name: `${what} in ids`,
      source: 'DVGA',
      bytes: post(NODE, { variables: { id: text + CANARY } }),
      status: [200],
      harmless: nothingFound,
    },
    {
      name: `${what} in the identifier of a user`,
      source: 'DVGA',
      bytes: post(USER, { variables: { u: text + CANARY } }),
      status: [200],
      harmless: nothingFound,
    },
    {
      name: `${what} in a cursor`,
      source: 'OWASP',
      bytes: post('query ($c: String) { realtimeSessions(after: $c) { nodes { id } } }', {
        variables: { c: Buffer.from(text + CANARY).toString('base64url') },
      }),
      status: [200, 400],
      harmless: refused,
    },
    {
      name: `${what} in every text of an input`,
      source: 'OWASP',
      bytes: post(CREATE, {
        variables: {
          i: {
            externalUserId: text + CANARY,
            model: text + CANARY,
            voice: text,
            instructions: text,
            idempotencyKey: 'x',
            labels: [{ key: text, value: text }],
            tools: [{ function: { name: text, description: text, parameters: { [text]: text } } }],
          },
        },
      }),
      status: [200],
      harmless: refused,
    },
    {
      name: `${what} in the name of a provider`,
      source: 'OWASP',
      bytes: post(CREATE, { variables: { i: { externalUserId: 'x', provider: text + CANARY } } }),
      status: [200],
      harmless: refused,
    },
    {
      name: `${what} in the reason of a revocation`,
      source: 'OWASP',
      bytes: post(
        'mutation ($i: RevokeRealtimeSessionInput!) { revokeRealtimeSession(input: $i) { __typename } }',
        { variables: { i: { id: text, reason: text + CANARY } } },
      ),
      status: [200, 400],
      harmless: notFound,
    },
  ]),
  {
    name: 'a cursor of another listing',
    source: 'OWASP',
    bytes: post(
      '{ realtimeSessions(after: "YXVkaXRFdmVudHM6MDE5MGY0ZTAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw") { nodes { id } } }',
    ),
    status: [200, 400],
    harmless: refused,
  },
  {
    name: 'an id of another type',
    source: 'OWASP',
    bytes: post('{ realtimeSession(id: "VXNlcjowMTkwZjRlMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA") { id } }'),
    status: [200],
    harmless: nothingFound,
  },
  {
    name: 'an object of operators for an id',
    source: 'OWASP',
    bytes: post(NODE, { variables: { id: { $ne: CANARY } } }),
    status: [400],
  },
  {
    name: 'a list for an id',
    source: 'OWASP',
    bytes: post(NODE, { variables: { id: [CANARY] } }),
    status: [400],
  },
  {
    name: 'an id of 200,000',
    source: 'OWASP',
    bytes: post(NODE, { variables: { id: CANARY.repeat(28_000) } }),
    status: [200],
    harmless: nothingFound,
  },
  {
    name: 'a number beyond 64 bits for an id',
    source: 'OWASP',
    bytes: postBody(`{"query":${JSON.stringify(NODE)},"variables":{"id":1${'0'.repeat(400)}}}`),
    status: [200, 400],
    harmless: nothingFound,
  },
  {
    name: 'a literal of 100,000 digits',
    source: 'advisory',
    bytes: post(`{ realtimeSessions(first: ${'9'.repeat(100_000)}) { nodes { id } } }`),
    status: [400],
  },
  {
    name: '1e400 for a temperature',
    source: 'OWASP',
    bytes: postBody(
      `{"query":${JSON.stringify(CREATE)},"variables":{"i":{"externalUserId":"u","temperature":1e400}}}`,
    ),
    status: [400],
  },
  {
    name: 'numbers with long exponents in JSON',
    source: 'advisory',
    bytes: postBody(
      `{"query":${JSON.stringify(CREATE)},"variables":{"i":{"externalUserId":"u","extra":{"speed":1e-${'9'.repeat(1000)}}}}}`,
    ),
    status: [200, 400],
    harmless: refused,
  },
  {
    name: '__proto__ beside the query',
    source: 'advisory',
    bytes: postBody(`{"query":${viewer},"__proto__":{"polluted":"${CANARY}"}}`),
    status: [400],
  },
  {
    name: '__proto__ and constructor in variables',
    source: 'advisory',
    bytes: postBody(
      `{"query":${JSON.stringify(CREATE)},"variables":{"i":{"externalUserId":"u","__proto__":{"a":1},"constructor":{"prototype":{"polluted":"${CANARY}"}}}}}`,
    ),
    status: [400],
  },
  {
    name: '__proto__ inside JSON',
    source: 'advisory',
    bytes: postBody(
      `{"query":${JSON.stringify(CREATE)},"variables":{"i":{"externalUserId":"u","extra":{"__proto__":{"speed":1},"tracing":{"metadata":{"__proto__":{"a":"${CANARY}"}}}}}}}`,
    ),
    status: [200, 400],
    harmless: refused,
  },
  {
    name: 'variables named like members of objects',
    source: 'advisory',
    bytes: post(
      'query ($constructor: Int, $hasOwnProperty: Int, $toString: Int) { a: realtimeSessions(first: $constructor) { nodes { id } } b: realtimeSessions(first: $hasOwnProperty) { nodes { id } } c: realtimeSessions(first: $toString) { nodes { id } } }',
    ),
    status: [200],
    harmless: (body) => body.includes('"nodes":[]'),
  },
  {
    name: 'a query twice in one body',
    source: 'advisory',
    bytes: postBody(
      `{"query":"mutation { createRealtimeSession(input: { externalUserId: \\"u\\" }) { __typename } }","query":${viewer}}`,
    ),
    status: [200],
    harmless: (body) => body.includes('viewer') && !body.includes('createRealtimeSession'),
  },
  {
    name: 'a list of operations',
    source: 'graphql-cop',
    bytes: postBody(`[${Array(10).fill(`{"query":${viewer}}`).join()}]`),
    status: [400],
  },
  {
    name: 'a list of one operation',
    source: 'DVGA',
    bytes: postBody(`[{"query":${viewer}}]`),
    status: [400],
  },
  { name: 'an empty list', source: 'advisory', bytes: postBody('[]'), status: [400] },
  { name: 'null for a body', source: 'OWASP', bytes: postBody('null'), status: [400] },
  { name: 'a text for a body', source: 'OWASP', bytes: postBody(`"${CANARY}"`), status: [400] },
  { name: 'a number for a body', source: 'OWASP', bytes: postBody('7'), status: [400] },
  { name: 'nothing for a body', source: 'OWASP', bytes: postBody(''), status: [400] },
  { name: 'an object without anything', source: 'OWASP', bytes: postBody('{}'), status: [400] },
  { name: 'a list for a query', source: 'OWASP', bytes: post([CANARY]), status: [400] },
  { name: 'an object for a query', source: 'OWASP', bytes: post({ [CANARY]: 1 }), status: [400] },
  {
    name: 'a text for variables',
    source: 'OWASP',
    bytes: post('{ viewer { name } }', { variables: CANARY }),
    status: [400],
  },
  {
    name: 'a list for extensions',
    source: 'OWASP',
    bytes: post('{ viewer { name } }', { extensions: [CANARY] }),
    status: [400],
  },
  {
    name: 'an object for an operation name',
    source: 'OWASP',
    bytes: post('{ viewer { name } }', { operationName: { a: CANARY } }),
    status: [400],
  },
  {
    name: 'a parameter that nobody knows',
    source: 'OWASP',
    bytes: post('{ viewer { name } }', { [CANARY]: CANARY }),
    status: [400],
  },
  {
    name: 'a byte order mark',
    source: 'advisory',
    bytes: postBody(`\ufeff{"query":${viewer}}`),
    status: [400],
  },
  {
    name: 'a byte order mark inside the document',
    source: 'advisory',
    bytes: post('\ufeff{ viewer { name } }'),
    status: [200, 400],
    harmless: (body) => body.includes('"viewer"'),
  },
  {
    name: 'NUL in the document',
    source: 'OWASP',
    bytes: post(`{ viewer { name \0${CANARY} } }`),
    status: [400],
  },
  {
    name: 'NUL in a value',
    source: 'advisory',
    bytes: post(USER, { variables: { u: `a\0${CANARY}` } }),
    status: [200, 400],
    harmless: (body) => nothingFound(body) || refused(body),
  },
  {
    name: 'NUL in the reason and in the identifier of a suspension',
    source: 'advisory',
    bytes: post('mutation ($i: SuspendUserInput!) { suspendUser(input: $i) { __typename } }', {
      variables: { i: { externalUserId: `a\0${CANARY}`, reason: `a\0${CANARY}` } },
    }),
    status: [200, 400],
    harmless: notFound,
  },
  {
    name: 'NUL in the user, the models and the providers of a policy',
    source: 'advisory',
    bytes: post('mutation ($i: SetPolicyInput!) { setPolicy(input: $i) { __typename } }', {
      variables: {
        i: {
          externalUserId: `a\0${CANARY}`,
          allowedModels: [`a\0${CANARY}`],
          allowedProviders: [`a\0${CANARY}`],
        },
      },
    }),
    status: [200, 400],
    harmless: notFound,
  },
  {
    name: 'a lone surrogate in a value',
    source: 'advisory',
    bytes: postBody(`{"query":${JSON.stringify(USER)},"variables":{"u":"a\\ud800${CANARY}"}}`),
    status: [200, 400],
    harmless: (body) => nothingFound(body) || refused(body),
  },
  {
    name: 'a lone surrogate as an escape of GraphQL',
    source: 'advisory',
    bytes: post('{ user(externalId: "\\uD800") { id } }'),
    status: [400],
  },
  {
    name: 'an escape beyond Unicode',
    source: 'advisory',
    bytes: post('{ user(externalId: "\\u{110000}") { id } }'),
    status: [400],
  },
  {
    name: 'the schema spelled with escapes',
    source: 'OWASP',
    bytes: post('{ \\u005f\\u005fschema { types { name } } }'),
    status: [400],
  },
  {
    name: 'UTF-8 that is none',
    source: 'advisory',
    bytes: postBody(
      Buffer.concat([
        Buffer.from(`{"query":${viewer},"operationName":"`),
        Buffer.from([0xff, 0xfe, 0xc0, 0xaf]),
        Buffer.from('"}'),
      ]),
    ),
    status: [400],
  },
  {
    name: 'UTF-16',
    source: 'advisory',
    bytes: postBody(Buffer.from(`{"query":${viewer}}`, 'utf16le')),
    status: [400],
  },
  {
    name: 'variables nested 50,000 deep',
    source: 'advisory',
    bytes: postBody(
      `{"query":${JSON.stringify(CREATE)},"variables":{"i":{"externalUserId":"u","extra":${'['.repeat(50_000)}${']'.repeat(50_000)}}}}`,
    ),
    status: [400],
  },
  {
    name: 'extensions nested 30,000 deep',
    source: 'advisory',
    bytes: postBody(`{"query":${viewer},"extensions":${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}}`),
    status: [200, 400],
    harmless: (body) => body.includes('"viewer"'),
  },
  { name: 'JSON that ends too soon', source: 'OWASP', bytes: postBody(`{"query":"${CANARY}`), status: [400] },
  {
    name: 'variables that are no JSON, by GET',
    source: 'advisory',
    bytes: get({ query: '{ viewer { name } }', variables: `{${CANARY}` }),
    status: [400],
  },
  {
    name: 'extensions that are no JSON, by GET',
    source: 'advisory',
    bytes: get({ query: '{ viewer { name } }', extensions: CANARY }),
    status: [400],
  },
];
