import { getIntrospectionQuery } from 'graphql';
import { CANARY, get, type HostileInput, post, times } from './hostile-input.ts';

const mint = (alias: string) =>
  `${alias}: createRealtimeSession(input: { externalUserId: "u" }) { __typename }`;
const events = (levels: number) =>
  `{ realtimeSessions(first: 1) { nodes { ${'auditEvents(first: 1) { nodes { session { '.repeat(levels)} id ${'} } }'.repeat(levels)} } } }`;
const introspects = /__schema|"types"|queryType"/;

/** Documents that are too much, that reach for what is closed, or that want to learn from their refusal. */
export const documents: readonly HostileInput[] = [
  {
    name: 'alias overloading',
    source: 'graphql-cop',
    bytes: post(`{ ${times(101, (n) => `${CANARY}${n}: viewer { name }`)} }`),
    status: [400],
  },
  {
    name: 'aliased mints',
    source: 'DVGA',
    bytes: post(`mutation { ${mint('a')} ${mint('b')} }`),
    status: [400],
  },
  {
    name: 'aliased mints behind fragments',
    source: 'OWASP',
    bytes: post(
      `mutation { ...A ...B } fragment A on Mutation { ${mint('a')} } fragment B on Mutation { ${mint('b')} }`,
    ),
    status: [400],
  },
  {
    name: 'aliased mints, one of which claims to be skipped',
    source: 'OWASP',
    bytes: post(`mutation ($s: Boolean!) { ${mint('a')} ... @skip(if: $s) { ${mint('b')} } }`, {
      variables: { s: false },
    }),
    status: [400],
  },
  {
    name: 'field duplication',
    source: 'graphql-cop',
    bytes: post(`{ viewer { ${'name '.repeat(3900)} } }`),
    status: [400],
  },
  {
    name: 'duplicated objects',
    source: 'DVGA',
    bytes: post(`{ ${'realtimeSessions { nodes { user { id } } } '.repeat(390)} }`),
    status: [400],
  },
  {
    name: 'directive overloading, unknown ones',
    source: 'graphql-cop',
    bytes: post(`{ viewer { name ${`@${CANARY}`.repeat(1900)} } }`),
    status: [400],
  },
  {
    name: 'directive overloading, known ones',
    source: 'graphql-cop',
    bytes: post(`{ viewer { ${times(60, () => '... @include(if: true) { name }')} } }`),
    status: [400],
  },
  {
    name: 'pages of one in pages of one, 20 deep',
    source: 'OWASP',
    bytes: post(events(6)),
    status: [400],
  },
  {
    name: 'brackets nested 10,000 deep',
    source: 'OWASP',
    bytes: post('{ viewer '.repeat(10_000)),
    status: [400],
  },
  {
    name: 'a literal nested 1,000 deep',
    source: 'advisory',
    bytes: post(`{ node(id: ${'['.repeat(1000)}1${']'.repeat(1000)}) { id } }`),
    status: [400],
  },
  {
    name: 'sessions of events of sessions of events',
    source: 'DVGA',
    bytes: post(
      '{ realtimeSessions(first: 100) { nodes { auditEvents(first: 100) { nodes { session { auditEvents(first: 100) { nodes { id } } } } } } } }',
    ),
    status: [400],
  },
  {
    name: 'the same with its sizes in variables',
    source: 'advisory',
    bytes: post(
      'query ($n: Int) { realtimeSessions(first: $n) { nodes { auditEvents(first: $n) { nodes { id } } } } }',
      { variables: { n: 100 } },
    ),
    status: [400],
  },
  {
    name: 'the same with its sizes in defaults of variables',
    source: 'advisory',
    bytes: post(
      'query ($n: Int = 100) { realtimeSessions(first: $n) { nodes { auditEvents(first: $n) { nodes { id } } } } }',
    ),
    status: [400],
  },
  {
    name: 'a page of 2,147,483,647',
    source: 'OWASP',
    bytes: post('{ realtimeSessions(first: 2147483647) { nodes { id } } }'),
    status: [200, 400],
    harmless: (body) => body.includes('BAD_USER_INPUT'),
  },
  {
    name: 'a page of -1',
    source: 'OWASP',
    bytes: post('query ($n: Int) { realtimeSessions(first: $n) { nodes { id } } }', { variables: { n: -1 } }),
    status: [200, 400],
    harmless: (body) => body.includes('BAD_USER_INPUT'),
  },
  {
    name: '10,000 ids',
    source: 'OWASP',
    bytes: post('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      variables: { ids: Array.from({ length: 10_000 }, () => CANARY) },
    }),
    status: [200, 400],
    harmless: (body) => body.includes('BAD_USER_INPUT'),
  },
  {
    name: 'introspection',
    source: 'graphql-cop',
    bytes: post(getIntrospectionQuery()),
    status: [400],
    absent: introspects,
  },
  {
    name: 'introspection in a fragment under an alias',
    source: 'DVGA',
    bytes: post(`{ ...F } fragment F on Query { ${CANARY}: __schema { types { name } } }`),
    status: [400],
  },
  {
    name: '__type',
    source: 'OWASP',
    bytes: post('{ __type(name: "User") { fields { name } } }'),
    status: [400],
  },
  {
    name: 'introspection by GET',
    source: 'graphql-cop',
    bytes: get({ query: '{ __schema { queryType { name } } }' }),
    status: [400],
    absent: introspects,
  },
  {
    name: 'introspection with a line break after __schema',
    source: 'advisory',
    bytes: post('{__schema\n{queryType{name}}}'),
    status: [400],
  },
  {
    name: 'circular introspection',
    source: 'DVGA',
    bytes: post(`{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} }'.repeat(8)} } } }`),
    status: [400],
  },
  {
    name: 'a fragment that spreads itself',
    source: 'DVGA',
    bytes: post(`{ ...${CANARY} } fragment ${CANARY} on Query { ...${CANARY} }`),
    status: [400],
  },
  {
    name: 'fragments that spread each other',
    source: 'OWASP',
    bytes: post('{ ...A } fragment A on Query { ...B } fragment B on Query { viewer { name } ...A }'),
    status: [400],
  },
  {
    name: 'fragments that double 200 times',
    source: 'advisory',
    bytes: post(
      `{ ...F0 } ${times(200, (n) => `fragment F${n} on Query { x: viewer { name } ...F${n + 1} ...F${n + 1} }`)} fragment F200 on Query { viewer { name } }`,
    ),
    status: [400],
  },
  {
    name: 'as many fragments as fit',
    source: 'advisory',
    bytes: post(
      `{ viewer { ${times(400, (n) => `...F${n}`)} } } ${times(400, (n) => `fragment F${n} on Viewer { name }`)}`,
    ),
    status: [200, 400],
    harmless: (body) => body.includes('"name"'),
  },
  { name: 'a flood of tokens', source: 'OWASP', bytes: post(`{ ${'a '.repeat(100_000)} }`), status: [400] },
  {
    name: 'fields that conflict in many ways',
    source: 'advisory',
    bytes: post(`{ ${times(190, (n) => `${CANARY}: node(id: "${n}") { id }`)} }`),
    status: [400],
  },
  {
    name: 'probing for suggestions of fields',
    source: 'graphql-cop',
    bytes: post('{ realtimeSession(id: "x") { clientSecre statu } usr { id } }'),
    status: [400],
    absent: /did you mean|clientSecret|status"|usr/i,
  },
  {
    name: 'probing for suggestions of arguments, types and enum values',
    source: 'OWASP',
    bytes: post(
      'query ($a: Usr) { realtimeSessions(frst: 1) { nodes { id ... on RealtimeSesion { id } } } } mutation { createRealtimeSession(input: { modalities: [AUDI], instruction: "x" }) { __typename } }',
    ),
    status: [400],
    absent: /did you mean|"first"|AUDIO|instructions|RealtimeSesion\b/i,
  },
  {
    name: 'an unknown field of an input',
    source: 'OWASP',
    bytes: post(
      'mutation ($i: CreateRealtimeSessionInput!) { createRealtimeSession(input: $i) { __typename } }',
      {
        variables: { i: { [CANARY]: CANARY } },
      },
    ),
    status: [400],
  },
  {
    name: 'unused, undefined and twice defined variables',
    source: 'OWASP',
    bytes: post(`query ($${CANARY}: Int, $${CANARY}: Int) { viewer { name } node(id: $x${CANARY}) { id } }`),
    status: [400],
  },
  { name: 'an empty document', source: 'OWASP', bytes: post(''), status: [400] },
  {
    name: 'a document of comments',
    source: 'advisory',
    bytes: post(`#${CANARY}\n`.repeat(20_000)),
    status: [400],
  },
  {
    name: 'only a fragment',
    source: 'OWASP',
    bytes: post(`fragment ${CANARY} on Query { viewer { name } }`),
    status: [400],
  },
  { name: 'a schema definition', source: 'OWASP', bytes: post(`type ${CANARY} { a: Int }`), status: [400] },
  {
    name: 'an operation name of 100,000',
    source: 'OWASP',
    bytes: post('{ viewer { name } }', { operationName: CANARY.repeat(15_000) }),
    status: [400],
  },
  {
    name: 'an operation that names itself over two lines of the log',
    source: 'OWASP',
    bytes: post('query A { viewer { name } }', { operationName: `A\n{"level":60,"msg":"${CANARY}"}` }),
    status: [400],
  },
  {
    name: 'two operations and no name',
    source: 'OWASP',
    bytes: post('query A { viewer { name } } query B { viewer { name } }'),
    status: [400],
  },
  {
    name: 'a harmless query that hides a mutation behind the name',
    source: 'OWASP',
    bytes: get({ query: `query A { viewer { name } } mutation B { ${mint('a')} }`, operationName: 'B' }),
    status: [405],
  },
  {
    name: 'a mutation by GET',
    source: 'graphql-cop',
    bytes: get({ query: `mutation { ${mint('a')} }` }),
    status: [405],
  },
  {
    name: 'a subscription',
    source: 'OWASP',
    bytes: post(`subscription { ${CANARY} }`),
    status: [400],
  },
  {
    name: 'a subscription for who accepts no events',
    source: 'advisory',
    bytes: post('subscription { sessionEvents { id } }', { headers: { accept: 'application/json' } }),
    status: [406],
  },
  {
    name: 'an incremental answer',
    source: 'advisory',
    bytes: post('{ ... @defer { viewer { name } } }', { headers: { accept: 'multipart/mixed' } }),
    status: [406],
  },
  {
    name: '@defer',
    source: 'advisory',
    bytes: post('{ ... @defer { viewer { name } } }'),
    status: [400],
  },
  {
    name: 'a trace',
    source: 'graphql-cop',
    bytes: post('{ viewer { name } }', {
      extensions: { tracing: true },
      headers: { 'x-apollo-tracing': '1' },
    }),
    status: [200],
    harmless: (body) => !/tracing|extensions|duration/i.test(body),
  },
];
