import { beforeAll, describe, expect, test } from 'vitest';
import { use } from '../support/fixture.ts';
import { type Fact, idOf } from './records.ts';
import { type Exchange, startWorld } from './world.ts';

const world = use(startWorld, ({ close }) => close());
let facts: readonly Fact[];

beforeAll(async () => {
  facts = await world.facts();
});

type Document = { readonly query: string; readonly variables?: () => Record<string, unknown> };

const oneOf = (type: Fact['type']) => {
  const found = facts.find((fact) => fact.type === type);
  if (found === undefined) throw new Error(`There is no ${type}`);
  return idOf(found);
};

/** What an operator may ask and end users may not, or not all of. */
const DOCUMENTS: Readonly<Record<string, Document>> = {
  'a forbidden root': { query: 'query Applications { applications { id name apiKeys { id scopes } } }' },
  'a forbidden field': {
    query: 'query Trail { realtimeSessions { nodes { id auditEvents { nodes { id action } } } } }',
  },
  'a forbidden node': {
    query: 'query Node($id: ID!) { node(id: $id) { id ... on ApiKey { scopes } } }',
    variables: () => ({ id: oneOf('ApiKey') }),
  },
  'a forbidden mutation': {
    query:
      'mutation Set($id: ID!) { setPolicy(input: { applicationId: $id, maxTtlSeconds: 7000 }) { __typename } }',
    variables: () => ({ id: oneOf('Application') }),
  },
  'a forbidden field of its own': {
    query:
      'query Own { viewer { kind name user { id externalId createdAt } application { id apiKeys { id } } } }',
  },
  'a list of what is visible': { query: 'query All { realtimeSessions { nodes { id user { id } } } }' },
  'a single record': {
    query: 'query One($id: ID!) { realtimeSession(id: $id) { id user { externalId } } }',
    variables: () => ({ id: oneOf('RealtimeSession') }),
  },
};

const CALLERS = [
  'root key',
  'end user alice',
  'operator with all scopes',
  'end user bob',
  'key of A with all scopes',
  'key of B with all scopes',
  'key of A without scopes',
];

/** What an answer says, but for the name of the request and the order in which its errors came about. */
function saidBy({ status, body }: Exchange) {
  const errors = (body.errors ?? []).map((error: { path: unknown[]; extensions: { code: string } }) =>
    [...error.path, error.extensions.code].join('.'),
  );
  return { status, data: body.data, errors: errors.toSorted() };
}

describe.each(Object.entries(DOCUMENTS))('%s', (_what, { query, variables }) => {
  const ask = async (caller: string) => saidBy(await world.ask(caller, query, variables?.()));

  test("an operator's document is no better when somebody else sends it again", async () => {
    const first = await ask('root key');
    expect(first).toMatchObject({ status: 200, errors: [] });
    const others = new Map<string, unknown>();
    for (const caller of CALLERS.slice(1)) {
      others.set(caller, await ask(caller));
      expect(await ask('root key')).toEqual(first);
    }
    expect(new Set([first, ...others.values()].map((said) => JSON.stringify(said))).size).toBeGreaterThan(1);
    // All at once, in an order in which everybody follows everybody.
    const asked = CALLERS.flatMap((_, offset) => [...CALLERS.slice(offset), ...CALLERS.slice(0, offset)]);
    const answers = await Promise.all(asked.map(async (caller) => ({ caller, said: await ask(caller) })));
    for (const { caller, said } of answers)
      expect({ caller, said }).toEqual({ caller, said: others.get(caller) ?? first });
  });
});

test.each(['a forbidden root', 'a forbidden field', 'a forbidden node', 'a forbidden mutation'])(
  '%s is refused to an end user who sends what an operator sent',
  async (what) => {
    const { query, variables } = DOCUMENTS[what] ?? { query: '' };
    expect(saidBy(await world.ask('root key', query, variables?.())).errors).toEqual([]);
    const { errors } = saidBy(await world.ask('end user alice', query, variables?.()));
    expect(errors).not.toEqual([]);
    for (const error of errors) expect(error).toMatch(/\.FORBIDDEN$/);
  },
);
