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
import type { Answer } from '../support/gateway.ts';
import { type Parameters, sendParameters } from '../support/send-parameters.ts';
import { AGAIN, nested, VALUES, VARIABLES } from './refused-cases.ts';

const database = useDatabase();
const gateway = useGateway(database);

test('every scalar of our own that can be sent is among the values', () => {
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

test.each(AGAIN)(
  '%s: refused as in a document that comes the first time when the operation was executed before',
  async (_what, query, variables, { method = 'POST', ...parameters }, sentence) => {
    for (const _ of Array(3)) expect((await send('POST', { query, variables })).body.errors).toBeUndefined();
    const again = await send(method, { query, ...parameters });
    expect(again.body.errors.map(({ message }: { message: string }) => message)).toEqual([sentence]);
    expect(again).toEqual(await send(method, { query: `${query} `, ...parameters }));
  },
);

async function send(method: string, parameters: Parameters) {
  return withoutRequestIds(await sendParameters(gateway, method, parameters));
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}

function withoutRequestIds({
  status,
  body,
}: Pick<Answer, 'status' | 'body'>): Pick<Answer, 'status' | 'body'> {
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
