import assert from 'node:assert';
import fc from 'fast-check';
import { getArgumentValues, getOperationAST, getVariableValues, parse } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { compileArguments } from '../../src/server/listings/compile-arguments.ts';
import { compileListing } from '../../src/server/listings/compile-listing.ts';
import { fillLedger, MODELS, PEOPLE } from '../sessions/listings/fill-ledger.ts';
import { createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY, type TestGateway } from '../support/gateway.ts';
import { uuidOf } from '../support/ids.ts';

// LISTING_RUNS=2000 looks further.
const RUNS = Number(process.env['LISTING_RUNS'] ?? 100);
const SEED = 20261129;

const database = useDatabase();
const compiled = useGateway(database, {}, { listingsFrom: 1 });
const executed = useGateway(database, {}, { listingsFrom: Number.POSITIVE_INFINITY });

// Each by itself: one that has to be escaped hides that another was not.
const text = fc
  .tuple(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('', '"', '\\', '\u0007', '\u001f', ' ', '\u007f', '\u2028', '\u{1f600}', '/</script>'),
  )
  .map((parts) => parts.join(''))
  .filter((value) => value.isWellFormed() && !value.includes('\0'));
const time = fc.constantFrom(
  '0044-03-15 12:00:00+00 BC',
  '0001-01-01 00:00:00+00',
  '0999-12-31 23:59:59.999999+00',
  '1969-12-31 23:59:59.999999+00',
  '1970-01-01 00:00:00.001+00',
  '2026-02-28 23:59:59.9+00',
  '2026-02-28 23:59:59.99+00',
  '2026-02-28 23:59:59.000001+00',
  '9999-12-31 23:59:59.999999+00',
  '10000-01-01 00:00:00+00',
  '275760-09-13 00:00:00.001+00',
);
const number = fc.constantFrom(0, 0.1, 0.8, 1, 1e21, 1e-7, -0, 123456789.125, 1.7976931348623157e308);
const json = fc
  .jsonValue({ stringUnit: 'binary' })
  .filter((value) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)));

const row = fc.record({
  voice: fc.option(text),
  instructions: fc.option(text),
  upstream_session_id: fc.option(text),
  output_language: fc.option(text),
  failure_upstream_param: fc.option(text),
  failure_upstream_status: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  temperature: fc.option(number),
  max_response_output_tokens: fc.option(fc.constantFrom('inf', '1', '4096', '9007199254740991')),
  input_audio_format: fc.option(fc.constantFrom('PCM16', 'G711_ULAW')),
  upstream_config: fc.option(json),
  settled_at: time,
  revoked_at: fc.option(time),
});

let ofApplication = '';

beforeAll(async () => {
  const made = [await createApplication(compiled, 'A'), await createApplication(compiled, 'B "quoted" \\ é')];
  const ids: string[] = made.map(({ application }) => application.id);
  await fillLedger(database, {
    applications: ids.map(uuidOf),
    sessions: 200,
  });
  ofApplication = (await createKey(compiled, ids[1] ?? '', { scopes: ['SESSIONS_READ', 'USERS_READ'] }))
    .value;
  const rows = fc.sample(row, { numRuns: 120, seed: SEED });
  await database.query(
    `UPDATE realtime_session AS s SET
       voice = r.voice, instructions = r.instructions, output_language = r.output_language,
       upstream_session_id = r.upstream_session_id, failure_upstream_param = CASE WHEN s.failure_code IS NOT NULL THEN r.failure_upstream_param END,
       failure_upstream_status = CASE WHEN s.failure_code IS NOT NULL THEN r.failure_upstream_status END, temperature = r.temperature,
       max_response_output_tokens = r.max_response_output_tokens, input_audio_format = r.input_audio_format,
       upstream_config = r.upstream_config,
       settled_at = CASE WHEN s.settled_at IS NOT NULL THEN r.settled_at END,
       revoked_at = CASE WHEN s.revoked_at IS NOT NULL THEN r.revoked_at END
     FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM realtime_session) AS of,
       jsonb_array_elements($1::jsonb) WITH ORDINALITY AS made (value, n),
       jsonb_populate_record(NULL::realtime_session, value) AS r
     WHERE s.id = of.id AND made.n = of.n`,
    [JSON.stringify(rows)],
  );
  await database.query("UPDATE end_user SET external_id = $1 WHERE external_id = 'axb'", [
    '"\\\u2028 \u{1f600}',
  ]);
  await database.query(
    `UPDATE end_user SET external_id = NULL, erasure_began_at = now(), erased_at = now()
     WHERE external_id = 'alice'`,
  );
});

// A key belongs to one field, so that all selections can be merged.
const SCALARS = [
  ...['id', 'status', 'type', 'object', 'model', 'voice', 'provider', 'upstreamSessionId', 'instructions'],
  ...['createdAt', 'issuedAt', 'revokedAt', 'exposedUntil', 'temperature', 'maxResponseOutputTokens'],
  ...['outputLanguage', 'inputAudioFormat', 'outputAudioFormat', 'upstreamConfig', '__typename'],
];
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  user: ['id', 'externalId', '__typename'],
  application: ['id', 'name', '__typename'],
  clientSecret: ['redacted', 'fingerprint', 'expiresAt', '__typename'],
  failure: ['code', 'message', 'upstreamStatus', 'upstreamParam', 'upstreamCode', '__typename'],
};
const directive = fc.constantFrom(
  ...['', '', '', '', '@include(if: $yes)', '@skip(if: $yes)', '@include(if: $no)', '@skip(if: true)'],
  '@include(if: true) @skip(if: $no)',
);
const selected = (names: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...names), fc.boolean(), directive)
    .map(([name, aliased, when]) => `${aliased ? `x_${name}: ` : ''}${name} ${when}`);
const several = (part: fc.Arbitrary<string>, most: number) =>
  fc.array(part, { minLength: 1, maxLength: most }).map((parts) => parts.join(' '));
const object = fc
  .constantFrom(...Object.keys(OBJECTS))
  .chain((name) =>
    fc
      .tuple(fc.boolean(), directive, several(selected(OBJECTS[name] ?? []), 4))
      .map(([aliased, when, inner]) => `${aliased ? `x_${name}: ` : ''}${name} ${when} { ${inner} }`),
  );
const fields = several(fc.oneof({ weight: 3, arbitrary: selected(SCALARS) }, object), 8);
const session = several(
  fc.oneof(
    { weight: 4, arbitrary: fields },
    fc.tuple(directive, fields).map(([when, inner]) => `... on RealtimeSession ${when} { ${inner} }`),
    fc.tuple(directive, fields).map(([when, inner]) => `... ${when} { ${inner} }`),
    directive.map((when) => `... on Node ${when} { id __typename }`),
    directive.map((when) => `...Part ${when}`),
  ),
  3,
);
const pageInfo = several(
  selected(['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor', '__typename']),
  4,
).map((inner) => `pageInfo { ${inner} }`);
const connection = several(
  fc.oneof(
    session.map((inner) => `nodes { ${inner} }`),
    session.map((inner) => `edges { cursor node { ${inner} } }`),
    session.map((inner) => `x_edges: edges { __typename node { ${inner} } x: cursor }`),
    pageInfo,
    fc.constant('__typename'),
    fc.constantFrom('totalCount', 'x_totalCount: totalCount(upTo: 7) @include(if: $no)'),
  ),
  4,
);
// Arguments that are variables, and variables inside of arguments.
const ARGUMENTS = [
  [
    '$filter: RealtimeSessionFilter, $order: RealtimeSessionOrder, $first: Int, $last: Int, $before: String',
    'filter: $filter, orderBy: $order, first: $first, last: $last, before: $before',
  ],
  [
    `$status: RealtimeSessionStatus! = EXPIRED, $model: String = "${MODELS[0]}", $person: String, $first: Int = 3`,
    `filter: { statuses: [ACTIVE, $status], models: ["none", $model], externalUserId: $person, createdFrom: null },
       orderBy: CREATED_AT_ASC, first: $first`,
  ],
  ['$key: String!', 'filter: { labels: [{ key: $key, value: "v" }], types: REALTIME }'],
] as const;
const request = fc.record({
  query: fc.tuple(connection, fields, fc.boolean(), fc.constantFrom(...ARGUMENTS)).map(
    ([selection, part, aliased, [declared, used]]) =>
      `query (${declared}, $yes: Boolean!, $no: Boolean = false) {
           ${aliased ? '__typename x: ' : ''}realtimeSessions(${used}) { ${selection} ...Used }
         }
         fragment Used on RealtimeSessionConnection { nodes @skip(if: $yes) { ...Part } }
         fragment Part on RealtimeSession { ${part} }`,
  ),
  variables: fc.record(
    {
      filter: fc.record(
        {
          statuses: fc.subarray(['ACTIVE', 'EXPIRED', 'REVOKED', 'FAILED', 'UNCONFIRMED', 'PENDING']),
          models: fc.subarray(MODELS),
          externalUserId: fc.constantFrom(...PEOPLE),
        },
        { requiredKeys: [] },
      ),
      order: fc.constantFrom('CREATED_AT_DESC', 'CREATED_AT_ASC', 'EXPIRES_AT_ASC', null),
      first: fc.constantFrom(0, 1, 3, 20, 100, 101, null),
      last: fc.constantFrom(null, 3),
      status: fc.constantFrom('ACTIVE', 'FAILED', 'UNCONFIRMED', 'none', null),
      model: fc.constantFrom(...MODELS, null),
      person: fc.constantFrom(...PEOPLE, null),
      key: fc.constantFrom('tier', 'team', null),
      before: fc.constantFrom(null, 'no cursor'),
      yes: fc.boolean(),
      no: fc.boolean(),
    },
    { requiredKeys: ['yes'] },
  ),
});

const USER_SCALARS = [
  ...['id', 'externalId', 'createdAt', 'suspendedAt', 'erasedAt', 'lastSessionAt', 'activeSessionCount'],
  ...['nextExpiryAt', '__typename'],
];
const requestForUsers = fc.record({
  query: several(selected(USER_SCALARS), 6).map(
    (inner) => `query ($order: UserOrder!, $first: Int, $yes: Boolean!, $no: Boolean = false) {
      users(orderBy: $order, first: $first) { nodes { ${inner} } pageInfo { endCursor @include(if: $yes) hasNextPage @skip(if: $no) } }
    }`,
  ),
  variables: fc.record({
    order: fc.constantFrom('LAST_SESSION_AT_DESC', 'NEXT_EXPIRY_AT_ASC', 'CREATED_AT_DESC'),
    first: fc.constantFrom(0, 2, 100, null),
    yes: fc.boolean(),
  }),
});

// The texts of most rows: what few of them have is seldom on a page of those above.
const ALL_TEXTS = `{ realtimeSessions(first: 100, orderBy: CREATED_AT_ASC) { nodes {
  voice instructions outputLanguage upstreamSessionId failure { upstreamParam } user { externalId } } } }`;

test('a compiled listing is answered byte by byte as an executed one', { timeout: 60_000 }, async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 4, arbitrary: request }, requestForUsers),
      fc.boolean(),
      async ({ query, variables }, asApplication) => {
        const credential = asApplication ? ofApplication : ROOT_KEY;
        const [one, other] = await Promise.all([
          answerOf(compiled, credential, { query, variables }),
          answerOf(executed, credential, { query, variables }),
        ]);
        expect(one).toEqual(other);
        if (isCompiled(query)) written += 1;
      },
    ),
    { numRuns: RUNS, seed: SEED, examples: [[{ query: ALL_TEXTS, variables: { yes: true } }, false]] },
  );
  // The rest asks for a count.
  expect(written).toBeGreaterThan(RUNS / 3);
});

test('arguments are computed as graphql-js computes them', () => {
  const field = schema.getQueryType()?.getFields()['realtimeSessions'];
  assert(field !== undefined);
  for (const [declared, used] of [
    ...ARGUMENTS,
    ['$order: RealtimeSessionOrder', 'orderBy: $order'],
  ] as const) {
    const operation = getOperationAST(
      parse(`query (${declared}) { realtimeSessions(${used}) { __typename } }`),
    );
    const node = operation?.selectionSet.selections[0];
    assert(node?.kind === 'Field');
    const compute = compileArguments(field, node);
    fc.assert(
      fc.property(request, ({ variables }) => {
        const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
        if (coerced === undefined) return;
        expect(outcomeOf(() => compute(coerced))).toEqual(
          outcomeOf(() => getArgumentValues(field, node, coerced)),
        );
      }),
      { seed: SEED },
    );
  }
});

function outcomeOf(work: () => object): object {
  try {
    // Objects of graphql-js have no prototype.
    return { ...work() };
  } catch (error) {
    return { error };
  }
}

const LISTING = 'edges { node { id status createdAt user { id externalId } } } pageInfo { endCursor }';

test.each([
  ['what a table of sessions shows', `{ realtimeSessions { ${LISTING} } }`],
  ['nodes', '{ realtimeSessions { nodes { id application { name } } } }'],
  ['a field beside the listing that says its type', `{ __typename realtimeSessions { ${LISTING} } }`],
  [
    'users by their last session',
    '{ users(first: 50) { edges { node { id externalId lastSessionAt activeSessionCount nextExpiryAt } } } }',
  ],
  ['a position of events', '{ realtimeSessions { eventsAfter nodes { id } } }'],
])('%s is compiled', (_what, query) => {
  expect(isCompiled(query)).toBe(true);
});

test.each([
  ['a count', '{ realtimeSessions { totalCount } }'],
  ['a field of another record', '{ realtimeSessions { nodes { user { createdAt } } } }'],
  ['a field with arguments', '{ realtimeSessions { nodes { auditEvents(first: 1) { nodes { id } } } } }'],
  ['a union', '{ realtimeSessions { nodes { tools { __typename } } } }'],
  ['two listings', '{ a: realtimeSessions { nodes { id } } b: realtimeSessions { nodes { id } } }'],
  ['another query beside it', '{ viewer { kind } realtimeSessions { nodes { id } } }'],
])('%s is executed', (_what, query) => {
  expect(isCompiled(query)).toBe(false);
});

function isCompiled(query: string): boolean {
  const document = parse(query);
  const operation = getOperationAST(document);
  return (
    operation != null && compileListing({ schema, document }, operation, { yes: true, no: false }) !== null
  );
}

/** All that a client gets, but for what differs by request. */
async function answerOf(gateway: TestGateway, credential: string, request: object) {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
    body: JSON.stringify(request),
  });
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
  );
  const body = (await response.text()).replaceAll(/"requestId":"[^"]*"/g, '"requestId":""');
  return { status: response.status, headers, body };
}

test('the variables of a listing that was compiled are checked each time', async () => {
  const query =
    'query ($models: [String!]) { realtimeSessions(filter: { models: $models }) { nodes { id } } }';
  for (let index = 0; index < 2; index += 1)
    expect((await compiled.ask(query, { models: ['m'] })).body.errors).toBeUndefined();
  const { body } = await compiled.ask(query, { models: Array.from({ length: 5000 }, () => 'm') });
  expect(body.errors[0].message).toMatch(/models has more than \d+ entries\.$/);
  expect(body.data).toBeUndefined();
});
