import { type ASTNode, parse, parseValue, print, visit } from 'graphql';
import { expect, test } from 'vitest';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';

const CANARY = 'cAnArY7';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  GATEHOUSE_INTROSPECTION: 'false',
  GATEHOUSE_ALLOWED_MODELS: 'gpt-realtime',
}));

const DOCUMENTS = [
  `query Read($id: ID!, $first: Int = 3, $yes: Boolean! = true) {
    realtimeSession(id: $id) @include(if: $yes) { id labels { key } ...Session }
    realtimeSessions(first: $first, after: "cursor") { nodes { id ... on Node { id } } pageInfo { endCursor } }
  }
  fragment Session on RealtimeSession @skip(if: false) { user { externalId } auditEvents(first: 2) { nodes { action } } }`,
  `mutation Issue($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) { __typename ... on Error { message } }
  }`,
  `mutation Literal($speed: Float = 1.5) {
    createRealtimeSession(input: {
      externalUserId: "alice", model: "other", expiresAfterSeconds: 60, temperature: 0.5, modalities: [AUDIO], type: REALTIME
      labels: [{ key: "a", value: "b" }], extra: { speed: $speed, tracing: { metadata: { a: "b" } } }
      turnDetection: { serverVad: { threshold: 0.5, createResponse: true } }, toolChoice: null, maxResponseOutputTokens: "inf"
    }) { __typename ... on Error { message } }
  }`,
];

const OBJECT = parseValue(`{ ${CANARY}: ["${CANARY}"] }`);
const VALUES: readonly string[] = [
  'StringValue',
  'IntValue',
  'FloatValue',
  'BooleanValue',
  'NullValue',
  'EnumValue',
];

/** What may stand in the place of a node: each puts the canary there in another way. */
function replacementsOf(node: ASTNode): unknown[] {
  if (node.kind === 'Name') return [{ ...node, value: CANARY }];
  if (!VALUES.includes(node.kind)) return [];
  return [{ kind: 'EnumValue', value: CANARY }, { kind: 'StringValue', value: CANARY }, OBJECT];
}

/** A document with the canary in the place of one name or value, for each of them, and in its syntax. */
function* spoiled(document: string): Generator<string> {
  const ast = parse(document);
  let places = Number.POSITIVE_INFINITY;
  for (let wanted = 0; wanted < places; wanted += 1) {
    let place = 0;
    const changed = visit(ast, {
      enter(node) {
        const replacements = replacementsOf(node);
        const chosen = replacements[wanted - place];
        place += replacements.length;
        return chosen;
      },
    });
    places = place;
    yield print(changed);
  }
  for (const at of ['query', 'mutation', '{', '}', '(', ')', ':', '$'])
    yield document.replace(at, `${at} ${CANARY} `);
}

test('a canary in any place of a document never comes back', async () => {
  const variables = { id: 'x', input: { externalUserId: 'alice', model: 'other' } };
  let tried = 0;
  for (const document of DOCUMENTS) {
    for (const query of spoiled(document)) {
      const { body } = await gateway.ask(query, variables);
      // As a name of its own in a document that is executed it is the key of what it names.
      const text = JSON.stringify(body.errors ?? []);
      expect(text, query).not.toMatch(new RegExp(`${CANARY}|did you mean|INTERNAL`, 'i'));
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(150);
  expect(upstream.calls).toEqual([]);
});

const INPUT = {
  externalUserId: 'alice',
  model: 'other',
  expiresAfterSeconds: 60,
  modalities: ['AUDIO'],
  labels: [{ key: 'a', value: 'b' }],
  turnDetection: { serverVad: { threshold: 0.5 } },
  tools: [{ function: { name: 'f', parameters: { type: 'object' } } }],
  extra: { tracing: { metadata: { a: 'b' } } },
};

/** A value with the canary in each place: as a value, and as one more key. */
function* spoiledValues(value: unknown): Generator<unknown> {
  yield CANARY;
  yield { [CANARY]: CANARY };
  yield [CANARY];
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of spoiledValues(value[0])) yield [item];
    return;
  }
  yield { ...value, [CANARY]: 1 };
  for (const [key, inner] of Object.entries(value))
    for (const changed of spoiledValues(inner)) yield { ...value, [key]: changed };
}

test('a canary in any place of the variables never comes back in an error', async () => {
  const [, document = ''] = DOCUMENTS;
  for (const input of spoiledValues(INPUT)) {
    // Named after the canary, too: the variable's name is the client's.
    const { body } = await gateway.ask(document.replaceAll('$input', `$${CANARY}`), { [CANARY]: input });
    expect(JSON.stringify(body), JSON.stringify(input)).not.toMatch(new RegExp(`${CANARY}|INTERNAL`));
  }
  expect(upstream.calls).toEqual([]);
});
