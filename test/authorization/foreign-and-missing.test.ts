import { beforeAll, describe, expect, test } from 'vitest';
import { use } from '../support/fixture.ts';
import { idArguments } from './arguments.ts';
import { named, standingOf, viewpointOf } from './callers.ts';
import { idTakers, mergedSelectionOf, paths, selectionOf } from './paths.ts';
import { type Fact, idOf, isVisible, missingBeside, neighbour } from './records.ts';
import { type Exchange, startWorld } from './world.ts';

const world = use(startWorld, ({ close }) => close());
let facts: readonly Fact[];

beforeAll(async () => {
  facts = await world.facts();
});

const restricted = [
  'end user alice',
  'an end user without records',
  'key of A with all scopes',
  'key of A without scopes',
  'key with only SESSIONS_READ',
  'key with only AUDIT_READ',
  'key with only USERS_READ',
];

/** All of an answer but its moment and its name. */
function bytesOf({ status, headers, text }: Exchange) {
  const { 'x-request-id': requestId = '', date: _, ...rest } = headers;
  expect(requestId).not.toBe('');
  return { status, headers: rest, text: text.replaceAll(requestId, 'the request') };
}

/** Records of a type that somebody does not see. */
function foreignTo(caller: string, type: Fact['type']): readonly Fact[] {
  const viewpoint = viewpointOf(standingOf(caller), facts);
  if (viewpoint === null) throw new Error(`${caller} is nobody`);
  return facts.filter((fact) => fact.type === type && !isVisible(fact, viewpoint, facts));
}

type Sent = readonly [query: string, variables: Record<string, unknown>];

/** Sends each pair of requests; those that were not answered alike. */
async function differing(caller: string, pairs: readonly { what: string; one: Sent; other: Sent }[]) {
  expect(pairs).not.toEqual([]);
  const compared = await Promise.all(
    pairs.map(async ({ what, one, other }) => {
      const [first, second] = await Promise.all([world.ask(caller, ...one), world.ask(caller, ...other)]);
      return { what, first: bytesOf(first), second: bytesOf(second) };
    }),
  );
  return compared.filter(({ first, second }) => JSON.stringify(first) !== JSON.stringify(second));
}

const encoded = (text: string) => Buffer.from(text).toString('base64');
/** What no record of that type is called. */
function strangeIds(type: string, { uuid }: Fact): readonly string[] {
  return [
    '',
    'nonsense',
    uuid,
    encoded(`${type}:nonsense`),
    encoded(`${type}:${uuid.toUpperCase()}`),
    encoded(`${type}:${uuid}:`),
    encoded(`Viewer:${uuid}`),
    `${encoded(`${type}:${uuid}`)} `,
  ];
}

test('every argument that names a record is among what is tried', () => {
  expect(new Set(idArguments.map(({ what }) => what))).toEqual(new Set(idTakers));
});

describe('what is not visible is answered like what does not exist, byte for byte', () => {
  test.each(restricted)('along every path, for %s', async (caller) => {
    // All paths from a root in one document: whatever one of them told would make it another answer.
    const byRoot = Map.groupBy(paths, ({ root }) => `${root.text} ${root.narrowed}`);
    const pairs = [...byRoot].flatMap(([what, together]) => {
      const [first] = together;
      const [foreign] = first?.names == null ? [] : foreignTo(caller, first.names);
      if (first === undefined || foreign === undefined) return [];
      const byName = first.root.text.includes('$name');
      const query = `query ($${byName ? 'name: String!' : 'id: ID!'}) { ${mergedSelectionOf(together)} }`;
      const [is, isNot] = byName
        ? [{ name: foreign.name }, { name: 'x'.repeat(foreign.name.length) }]
        : [{ id: idOf(foreign) }, { id: missingBeside(foreign) }];
      return [{ what, one: [query, is] as const, other: [query, isNot] as const }];
    });
    expect(await differing(caller, pairs)).toEqual([]);
  });

  test.each(restricted)('in the arguments of mutations and fields, for %s', async (caller) => {
    const pairs = idArguments.flatMap(({ what, type, query, input }) => {
      const [foreign] = foreignTo(caller, type);
      if (foreign === undefined) return [];
      return [
        {
          what,
          one: [query, input(idOf(foreign))] as const,
          other: [query, input(missingBeside(foreign))] as const,
        },
      ];
    });
    expect(await differing(caller, pairs)).toEqual([]);
  });

  test.each(restricted)('in cursors, for %s', async (caller) => {
    const own = facts.find(
      (fact) => fact.type === 'RealtimeSession' && !foreignTo(caller, 'RealtimeSession').includes(fact),
    );
    const trail = (id: string) => `RealtimeSession.auditEvents/${id}`;
    const pairs = [
      ...foreignTo(caller, 'RealtimeSession').flatMap(({ uuid }) =>
        ['after', 'before'].map((argument) => {
          const query = `query ($cursor: String) { realtimeSessions(${argument}: $cursor) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
          return { argument, query, listing: 'realtimeSessions/CREATED_AT_DESC', uuid, id: undefined };
        }),
      ),
      ...(own === undefined ? [] : foreignTo(caller, 'AuditEvent').slice(-3)).map(({ uuid }) => ({
        argument: 'after',
        query:
          'query ($cursor: String, $id: ID!) { realtimeSession(id: $id) { auditEvents(after: $cursor) { nodes { id } pageInfo { hasNextPage endCursor } } } }',
        listing: trail(own?.uuid ?? ''),
        uuid,
        id: own === undefined ? undefined : idOf(own),
      })),
    ].map(({ argument, query, listing, uuid, id }) => {
      const sent = (boundary: string) =>
        [query, { cursor: Buffer.from(`${listing}:${boundary}`).toString('base64url'), id }] as const;
      return { what: `${argument} in ${listing}`, one: sent(uuid), other: sent(neighbour(uuid)) };
    });
    expect(await differing(caller, pairs)).toEqual([]);
  });
});

// Those to whom all kinds of records are open: which kinds are not is told by asking node for one.
describe.each(['root key', 'key of A with all scopes, EVERYTHING'])('for %s', (caller) => {
  const unknownAndStrange = (what: string, type: Fact['type'], sent: (id: string) => Sent) => {
    const known = facts.find((fact) => fact.type === type);
    if (known === undefined) throw new Error(`There is no ${type}`);
    const other = sent(missingBeside(known));
    return strangeIds(type, known).map((id) => ({ what: `${what} ${id}`, one: sent(id), other }));
  };

  test('an id that is malformed, of another type or unknown is found alike', async () => {
    const pairs = paths
      .filter(({ root, steps }) => root.text.includes('$id') && steps.length === 0)
      .flatMap((path) => {
        const query = `query ($id: ID!) { ${selectionOf(path, 'id')} }`;
        return unknownAndStrange(path.name, path.leads, (id) => [query, { id }]);
      });
    expect(await differing(caller, pairs)).toEqual([]);
  });

  test('an id that is malformed, of another type or unknown is no better in an argument', async () => {
    const pairs = idArguments.flatMap(({ what, type, query, input }) =>
      unknownAndStrange(what, type, (id) => [query, input(id)]),
    );
    expect(await differing(caller, pairs)).toEqual([]);
  });
});

test.each([
  ['a cursor without a uuid', '-'.repeat(36)],
  ['a cursor with half a uuid', `${'0'.repeat(35)}-`],
])('%s is refused as the bad input that it is', async (_what, boundary) => {
  const cursor = Buffer.from(`realtimeSessions/CREATED_AT_DESC:${boundary}`).toString('base64url');
  for (const argument of ['after', 'before']) {
    const { status, body } = await world.ask(
      'root key',
      `query ($cursor: String) { realtimeSessions(${argument}: $cursor) { nodes { id } } }`,
      { cursor },
    );
    expect({ status, code: body.errors[0].extensions.code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
  }
});

test.each(['\0', 'a\0b', '\ud800', ''])('user(externalId: %j) is nobody', async (externalId) => {
  const { status, body } = await world.ask(
    'root key',
    'query ($name: String!) { user(externalId: $name) { id } }',
    {
      name: externalId,
    },
  );
  expect({ status, body }).toEqual({ status: 200, body: { data: { user: null } } });
});

test('limits are asked for through applications that one sees', async () => {
  const { body } = await world.ask(
    'key of A with all scopes',
    'query ($id: ID!) { user(externalId: "alice") { quotas(applicationId: $id) { limit } } }',
    { id: idOf(named(facts, 'Application', 'A')) },
  );
  expect(body.data.user.quotas).toHaveLength(3);
});
