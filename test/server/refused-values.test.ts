import fc from 'fast-check';
import {
  buildSchema,
  coerceInputValue,
  getNamedType,
  isInputObjectType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { acceptsValue } from '../../src/server/graphql/accepts-value.ts';
import { createExecuteQuery } from '../../src/server/graphql/compiled-queries.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);

const TIME = '2026-01-02T00:00:00Z';
const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });
const create = (fields: string) =>
  `mutation createRealtimeSession(input: { externalUserId: "u" ${fields} }) { __typename }`;
const usage = (filter: string) => `query usage(filter: { ${filter} }) { timeZone }`;

/** [what, where it stands (?), its type, the literal, the value of a variable, what is said about it] */
const VALUES: readonly [string, string, string, string, unknown, string | RegExp][] = [
  [
    'DateTime',
    usage(`to: "${TIME}" from: ?`),
    'DateTime!',
    '"2026-11-01"',
    '2026-11-01',
    /^filter\.from must be an RFC 3339/,
  ],
  [
    'DateTime, a number',
    usage(`from: "${TIME}" to: ?`),
    'DateTime!',
    '5',
    5,
    /^filter\.to must be an RFC 3339/,
  ],
  [
    'Decimal',
    'mutation setPolicy(input: { externalUserId: "u" monthlyBudgetUsd: ? }) { __typename }',
    'Decimal',
    '25.5',
    25.5,
    'input.monthlyBudgetUsd must be a decimal number as a string.',
  ],
  [
    'TokenLimit',
    create('maxResponseOutputTokens: ?'),
    'TokenLimit',
    '"lots"',
    'lots',
    'input.maxResponseOutputTokens must be a positive integer or "inf".',
  ],
  [
    'JSON',
    create('extra: ?'),
    'JSON',
    literal(nested(40)),
    nested(40),
    'input.extra must be a JSON value, nested at most 32 deep.',
  ],
  [
    'JSON in a list of objects',
    create('tools: [{ function: { name: "f" } } { function: { name: "g" parameters: ? } }]'),
    'JSON',
    literal(nested(40)),
    nested(40),
    'input.tools.1.function.parameters must be a JSON value, nested at most 32 deep.',
  ],
  [
    'Int',
    'query realtimeSessions(first: ?) { nodes { id } }',
    'Int',
    '"10"',
    '10',
    'first must be of type "Int".',
  ],
  ['Float', create('temperature: ?'), 'Float', '"hot"', 'hot', 'input.temperature must be of type "Float".'],
  ['String', create('model: ?'), 'String', '5', 5, 'input.model must be of type "String".'],
  [
    'Boolean',
    create('turnDetection: { serverVad: { createResponse: ? } }'),
    'Boolean',
    '1',
    1,
    'input.turnDetection.serverVad.createResponse must be of type "Boolean".',
  ],
  ['ID', 'query node(id: ?) { id }', 'ID!', '1.5', 1.5, 'id must be of type "ID".'],
  [
    'enum',
    create('type: ?'),
    'RealtimeSessionType',
    'ELSE',
    'ELSE',
    'input.type must be of type "RealtimeSessionType".',
  ],
  [
    'enum in a list',
    create('modalities: [AUDIO ?]'),
    'Modality!',
    'ELSE',
    'ELSE',
    'input.modalities.1 must be of type "Modality".',
  ],
  [
    'enum in a list that is a variable',
    create('modalities: ?'),
    '[Modality!]',
    '[AUDIO ELSE]',
    ['AUDIO', 'ELSE'],
    'input.modalities.1 must be of type "Modality".',
  ],
  ['null', 'query node(id: ?) { id }', 'ID!', 'null', null, 'id must not be null.'],
  [
    'null in an object in a list',
    create('labels: [{ key: "a" value: "b" } ?]'),
    'LabelInput!',
    '{ key: "a" value: null }',
    { key: 'a', value: null },
    'input.labels.1.value must not be null.',
  ],
  [
    'a text for an object',
    create('labels: [?]'),
    'LabelInput!',
    '"x"',
    'x',
    'input.labels.0 must be of type "LabelInput".',
  ],
  [
    'an object for a text',
    create('model: ?'),
    'String',
    '{ a: 1 }',
    { a: 1 },
    'input.model must be of type "String".',
  ],
  [
    'a list for a text',
    create('model: ?'),
    'String',
    '["x"]',
    ['x'],
    'input.model must be of type "String".',
  ],
  [
    'a field that is missing',
    create('labels: [{ key: "a" value: "b" } ?]'),
    'LabelInput!',
    '{ key: "a" }',
    { key: 'a' },
    'input.labels.1 lacks the field value.',
  ],
  [
    'a field that is not known',
    create('labels: [?]'),
    'LabelInput!',
    '{ key: "a" value: "b" else: 1 }',
    { key: 'a', value: 'b', else: 1 },
    'input.labels.0 has a field that is not known.',
  ],
  [
    'two fields of one',
    create('turnDetection: ?'),
    'TurnDetectionInput',
    '{ disabled: true serverVad: {} }',
    { disabled: true, serverVad: {} },
    'input.turnDetection must name exactly one of its fields.',
  ],
  [
    'no field of one',
    create('turnDetection: ?'),
    'TurnDetectionInput',
    '{}',
    {},
    'input.turnDetection must name exactly one of its fields.',
  ],
  [
    'null for the one field',
    create('turnDetection: ?'),
    'TurnDetectionInput',
    '{ serverVad: null }',
    { serverVad: null },
    'input.turnDetection.serverVad must not be null.',
  ],
];

test('every scalar of our own that is sent is in the list above', () => {
  const types = Object.values(schema.getTypeMap());
  const inputs = [
    ...types.filter(isInputObjectType).flatMap((type) => Object.values(type.getFields())),
    ...types
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).flatMap(({ args }) => args)),
  ];
  const scalars = inputs
    .map(({ type }) => getNamedType(type))
    .filter((type) => isScalarType(type) && !isSpecifiedScalarType(type));
  const sent = VALUES.map(([, , type]) => type.replace('!', ''));
  expect(sent).toEqual(expect.arrayContaining([...new Set(scalars.map(({ name }) => name))]));
});

test.each(VALUES)(
  '%s: refused as a literal as it is as a variable, and the literal is pointed at',
  async (_what, field, type, text, value, sentence) => {
    const [kind = '', rest = ''] = [field.slice(0, field.indexOf(' ')), field.slice(field.indexOf(' ') + 1)];
    const document = `${kind} { ${rest.replace('?', () => text)} }`;
    const [error, ...more] = (await gateway.ask(document)).body.errors;
    expect(error.message).toMatch(typeof sentence === 'string' ? exactly(sentence) : sentence);
    expect(more).toEqual([]);
    const begins = document.lastIndexOf(text) + 1;
    expect(error.locations).toEqual([{ line: 1, column: expect.any(Number) }]);
    expect(error.locations[0].column).toBeGreaterThanOrEqual(begins);
    expect(error.locations[0].column).toBeLessThan(begins + text.length);
    const variable = await gateway.ask(`${kind} ($v: ${type}) { ${rest.replace('?', '$v')} }`, { v: value });
    expect(variable.body.errors.map(({ message }: { message: string }) => message)).toEqual([error.message]);
    if (type.endsWith('!')) return;
    const asDefault = await gateway.ask(`${kind} ($v: ${type} = ${text}) { ${rest.replace('?', '$v')} }`);
    expect(asDefault.body.errors[0].message).toBe(error.message);
  },
);

/** [what, the query, its variables, what is said; null when it has data] */
const VARIABLES: readonly [string, string, Record<string, unknown>, string | null][] = [
  [
    'a default of a scalar of our own',
    `query ($v: DateTime = "${TIME}") { usage(filter: { from: $v, to: "2026-01-03T00:00:00Z" }) { timeZone } }`,
    {},
    null,
  ],
  [
    'a default with one inside',
    `query ($v: UsageFilter = { from: "${TIME}", to: "2026-01-03T00:00:00Z" }) { usage(filter: $v) { timeZone } }`,
    {},
    null,
  ],
  [
    'a default that is an enum',
    'query ($v: RealtimeSessionStatus = ACTIVE) { realtimeSessions(filter: { statuses: [$v] }) { nodes { id } } }',
    {},
    null,
  ],
  [
    'a variable that is left out inside an object',
    'query ($v: DateTime, $s: [RealtimeSessionStatus!]) { realtimeSessions(filter: { createdFrom: $v, statuses: $s }) { nodes { id } } }',
    {},
    null,
  ],
  [
    'null where the default would be needed',
    `query ($v: UsageFilter = { from: "${TIME}", to: "${TIME}" }) { usage(filter: $v) { timeZone } }`,
    { v: null },
    'filter must not be null.',
  ],
  [
    'null there inside an object',
    `query ($v: DateTime = "${TIME}") { usage(filter: { from: $v, to: "${TIME}" }) { timeZone } }`,
    { v: null },
    'filter.from must not be null.',
  ],
  [
    'null there inside a list',
    `query ($v: String = "m") { usage(filter: { from: "${TIME}", to: "2026-01-03T00:00:00Z", models: ["x", $v] }) { timeZone } }`,
    { v: null },
    'filter.models.1 must not be null.',
  ],
  [
    'null there in a directive',
    'query ($v: Boolean = true) { viewer { name @include(if: $v) } }',
    { v: null },
    'if must not be null.',
  ],
  [
    'null there in a fragment',
    'query ($v: Boolean = true) { viewer { ...F } } fragment F on Viewer { name @skip(if: $v) }',
    { v: null },
    'if must not be null.',
  ],
  [
    'null there in a mutation',
    'mutation ($v: String = "u") { createApplication(input: { name: $v }) { __typename } }',
    { v: null },
    'input.name must not be null.',
  ],
  [
    'the only field of an object, left out',
    'mutation ($v: FunctionToolInput) { createRealtimeSession(input: { externalUserId: "u", tools: [{ function: $v }] }) { __typename } }',
    {},
    'input.tools.0.function is needed.',
  ],
  [
    'the only field of an object, null',
    'mutation ($v: FunctionToolInput) { createRealtimeSession(input: { externalUserId: "u", tools: [{ function: $v }] }) { __typename } }',
    { v: null },
    'input.tools.0.function must not be null.',
  ],
  [
    'null where null is a value',
    'query ($v: Int = 5) { realtimeSessions(first: $v) { nodes { id } } }',
    { v: null },
    null,
  ],
];

test.each(VARIABLES)('%s: the same answer each time', async (_what, query, variables, sentence) => {
  const answers: ReturnType<typeof withoutRequestIds>[] = [];
  for (const _ of Array(3)) answers.push(withoutRequestIds(await gateway.ask(query, variables)));
  const [first] = answers;
  if (sentence === null) expect(first?.body).toEqual({ data: expect.anything() });
  else
    expect(first?.body.errors).toEqual([
      expect.objectContaining({
        message: sentence,
        locations: [{ line: 1, column: expect.any(Number) }],
        extensions: { code: 'BAD_USER_INPUT' },
      }),
    ]);
  expect(answers).toEqual([first, first, first]);
});

const MINT =
  'mutation ($input: CreateRealtimeSessionInput!, $n: Int = 1) { createRealtimeSession(input: $input) { __typename ... on CreateRealtimeSessionSuccess { session { auditEvents(first: $n) { nodes { id } } } } } }';
const LISTED =
  'query L($n: Int!) { realtimeSessions(first: $n) { nodes { auditEvents(first: $n) { nodes { id } } } } }';
const input = { externalUserId: 'u' };

/** [what, the document, variables with which it is executed, how it is sent afterwards, what is said then] */
const AGAIN: readonly [string, string, object, { method?: string; [parameter: string]: unknown }, string][] =
  [
    [
      'a value of another type',
      MINT,
      { input },
      { variables: { input: { ...input, temperature: 'hot' } } },
      'input.temperature must be of type "Float".',
    ],
    [
      'a list that is too long',
      MINT,
      { input },
      { variables: { input: { ...input, labels: Array(2000).fill({ key: 'k', value: 'v' }) } } },
      'input.labels has more than 1000 entries.',
    ],
    [
      'a page of the result that is too large',
      MINT,
      { input },
      { variables: { input, n: 101 } },
      'first must be from 0 to 100',
    ],
    [
      'more objects than are allowed',
      LISTED,
      { n: 1 },
      { variables: { n: 100 } },
      'The operation asks for up to 10201 objects; 5000 are allowed.',
    ],
    [
      'a mutation by GET',
      MINT,
      { input },
      { method: 'GET', variables: { input } },
      'A mutation is sent by POST.',
    ],
    [
      'another operation',
      LISTED,
      { n: 1 },
      { variables: { n: 1 }, operationName: 'M' },
      'The document has no operation of the name in operationName.',
    ],
  ];

test.each(AGAIN)(
  '%s: refused as in a document that comes the first time when the operation was executed before',
  async (_what, query, variables, { method = 'POST', ...parameters }, sentence) => {
    for (const _ of Array(3)) expect((await send('POST', { query, variables })).body.errors).toBeUndefined();
    const again = await send(method, { query, ...parameters });
    expect(again.body.errors.map(({ message }: { message: string }) => message)).toEqual([sentence]);
    expect(again).toEqual(await send(method, { query: `${query} `, ...parameters }));
  },
);

async function send(method: string, parameters: Readonly<Record<string, unknown>>) {
  const search = new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const response = await fetch(method === 'GET' ? `${gateway.url}?${search}` : gateway.url, {
    method,
    headers: { authorization: `Bearer ${ROOT_KEY}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(parameters) }),
  });
  return withoutRequestIds({ status: response.status, body: await response.json() });
}

function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"(\w+)":/g, '$1:');
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}

// biome-ignore lint/suspicious/noExplicitAny: the answers have many shapes
function withoutRequestIds({ status, body }: { status: number; body: any }): { status: number; body: any } {
  return {
    status,
    body: JSON.parse(JSON.stringify(body, (key, value) => (key === 'requestId' ? undefined : value))),
  };
}

test('a variable that is too deep only inside its literal is refused', async () => {
  const query =
    'mutation ($v: JSON) { createRealtimeSession(input: { externalUserId: "u", extra: { a: { b: $v } } }) { __typename } }';
  const { status, body } = await gateway.ask(query, { v: nested(31) });
  expect(status).toBe(400);
  expect(body.errors).toEqual([
    {
      message: 'input has an invalid value.',
      path: ['createRealtimeSession'],
      extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) },
    },
  ]);
});

test('a variable that is left out inside an object is left out there also when the query is compiled', async () => {
  const small = buildSchema(
    'input Page { size: Int = 5 } type Query { size(page: Page, pages: [Page]): Int }',
  );
  const field = small.getQueryType()?.getFields()['size'];
  if (field === undefined) throw new Error('The schema has no such field');
  field.resolve = (_root, { page, pages: [first] = [] }) => (page ?? first).size;
  const { execute: executeQuery } = createExecuteQuery();
  const sizesOf = async (query: string) => {
    const document = parse(query);
    const answers: unknown[] = [];
    for (const variableValues of [{}, {}, { v: 7 }, {}, { v: null }])
      answers.push((await executeQuery({ schema: small, document, variableValues })).data?.['size']);
    return answers;
  };
  expect(await sizesOf('query ($v: Int) { size(page: { size: $v }) }')).toEqual([5, 5, 7, 5, null]);
  expect(await sizesOf('query ($v: Int) { size(pages: [{ size: $v }]) }')).toEqual([5, 5, 7, 5, null]);
});

test('a value is accepted without being coerced exactly where coercing it finds nothing wrong', () => {
  const small = buildSchema(`
    directive @oneOf on INPUT_OBJECT
    enum Colour { RED BLUE }
    input One @oneOf { a: Int b: Colour }
    input All { one: One ones: [One!] n: Int! = 1 s: String! f: Float flags: [[Boolean]] more: All }
    type Query { all(all: All!): Int }`);
  const type = small.getQueryType()?.getFields()['all']?.args[0]?.type;
  if (type === undefined) throw new Error('The schema has no such argument');
  const leaf = fc.constantFrom<unknown>(null, 1, 0.5, 2 ** 40, 'RED', 'GREEN', 's', true, [], {});
  const one = fc.oneof(leaf, fc.record({ a: leaf, b: leaf }, { requiredKeys: [] }), fc.constant({ a: 1 }));
  const { all } = fc.letrec((tie) => ({
    all: fc.record(
      {
        one,
        ones: fc.oneof(one, fc.array(one, { maxLength: 2 })),
        n: fc.oneof({ weight: 5, arbitrary: fc.constant<unknown>(1) }, leaf),
        s: fc.oneof({ weight: 5, arbitrary: fc.constant<unknown>('s') }, leaf),
        f: leaf,
        flags: fc.oneof(leaf, fc.array(fc.oneof(leaf, fc.array(leaf, { maxLength: 2 })), { maxLength: 2 })),
        more: fc.option(tie('all'), { depthSize: 'small' }),
        unknown: leaf,
      },
      { requiredKeys: [] },
    ),
  }));
  // Of the others hardly one is valid.
  const valid = fc.record({
    s: fc.constant('s'),
    one: fc.constantFrom(null, { a: 1 }, { b: 'RED' }),
    flags: fc.constantFrom(null, true, [[true], null]),
    more: fc.option(fc.constant({ s: 's', n: 2, f: 1 })),
  });
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(fc.oneof(leaf, all, valid), (value) => {
      let isValid = true;
      coerceInputValue(value, type, () => {
        isValid = false;
      });
      seen.add(isValid);
      expect(acceptsValue(value, type)).toBe(isValid);
    }),
    { numRuns: 1000 },
  );
  expect(seen.size).toBe(2);
});
