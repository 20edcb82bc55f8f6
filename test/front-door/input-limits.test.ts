import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';
import { MAX_LIST_LENGTH } from '../../src/graphql/list-limit.ts';
import { schema } from '../../src/graphql/schema.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';

const database = useDatabase();
const gateway = useGateway(database);

afterAll(async () => {
  // Whatever was sent here, nothing was reserved for it.
  expect(await database.query('SELECT id FROM realtime_session')).toEqual([]);
});

const CREATE = `mutation ($input: CreateRealtimeSessionInput!) {
  createRealtimeSession(input: $input) { __typename ... on InvalidInputError { message issues { path message } } }
}`;
const TIME = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
const mcp = { serverLabel: 'm', serverUrl: 'https://mcp.example' };

type Case = {
  readonly query: string;
  /** The variables with a list in its place. */
  readonly variables: (list: readonly unknown[]) => Record<string, unknown>;
  readonly entry: (index: number) => unknown;
  readonly path: string;
};

const name = (index: number) => `n${index}`;
const inFilter = (query: string, field: string, entry: Case['entry'] = name, others = {}): Case => ({
  query,
  variables: (list) => ({ filter: { ...others, [field]: list } }),
  entry,
  path: `filter.${field}`,
});
const sessions = (field: string, entry?: Case['entry']) =>
  inFilter(
    'query ($filter: RealtimeSessionFilter) { realtimeSessions(filter: $filter) { nodes { id } } }',
    field,
    entry,
  );
const calls = (field: string, entry: Case['entry']) =>
  inFilter(
    'query ($filter: RealtimeCallFilter) { realtimeCalls(filter: $filter) { nodes { id } } }',
    field,
    entry,
  );
const events = (field: string, entry?: Case['entry']) =>
  inFilter(
    'query ($filter: AuditEventFilter) { auditEvents(filter: $filter) { nodes { id } } }',
    field,
    entry,
  );
const usage = (field: string) =>
  inFilter(
    'query ($filter: UsageFilter!) { usage(filter: $filter) { totals { responses } } }',
    field,
    name,
    TIME,
  );
const statistics = (field: string) =>
  inFilter(
    'query ($filter: SessionStatisticsFilter!) { sessionStatistics(filter: $filter) { totals { issued } } }',
    field,
    name,
    TIME,
  );
const create = (field: string, entry: Case['entry']): Case => ({
  query: CREATE,
  variables: (list) => ({ input: { externalUserId: 'u', [field]: list } }),
  entry,
  path: field,
});
const createMcp = (field: string, entry: Case['entry']): Case => ({
  ...create(field, entry),
  variables: (list) => ({ input: { externalUserId: 'u', tools: [{ mcp: { ...mcp, [field]: list } }] } }),
  path: `tools.0.mcp.${field}`,
});
const createTranscription = (field: string): Case => ({
  ...create(field, name),
  variables: (list) => ({ input: { externalUserId: 'u', inputAudioTranscription: { [field]: list } } }),
  path: `inputAudioTranscription.${field}`,
});
const setPolicy = (field: string): Case => ({
  query:
    'mutation ($input: SetPolicyInput!) { setPolicy(input: $input) { __typename ... on InvalidInputError { issues { path message } } } }',
  variables: (list) => ({ input: { externalUserId: 'u', [field]: list } }),
  entry: name,
  path: field,
});
const label = (index: number) => ({ key: name(index), value: 'v' });

/** How each list of the schema is sent, by its coordinate. */
const LISTS: Readonly<Record<string, Case>> = {
  'Query.nodes(ids:)': {
    query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: (ids) => ({ ids }),
    entry: name,
    path: 'ids',
  },
  'Query.usage(groupBy:)': {
    query:
      'query ($by: [UsageDimension!], $filter: UsageFilter!) { usage(groupBy: $by, filter: $filter) { timeZone } }',
    variables: (by) => ({ by, filter: TIME }),
    entry: () => 'MODEL',
    path: 'groupBy',
  },
  'User.usage(groupBy:)': {
    query:
      'query ($by: [UsageDimension!], $from: DateTime!, $to: DateTime!) { user(externalId: "known") { usage(groupBy: $by, from: $from, to: $to) { timeZone } } }',
    variables: (by) => ({ by, ...TIME }),
    entry: () => 'MODEL',
    path: 'groupBy',
  },
  'Query.sessionStatistics(groupBy:)': {
    query:
      'query ($by: [StatisticsDimension!], $filter: SessionStatisticsFilter!) { sessionStatistics(groupBy: $by, filter: $filter) { timeZone } }',
    variables: (by) => ({ by, filter: TIME }),
    entry: () => 'MODEL',
    path: 'groupBy',
  },
  'RealtimeSessionFilter.statuses': sessions('statuses', () => 'ACTIVE'),
  'RealtimeSessionFilter.types': sessions('types', () => 'REALTIME'),
  'RealtimeSessionFilter.models': sessions('models'),
  'RealtimeSessionFilter.providers': sessions('providers'),
  'RealtimeSessionFilter.failureCodes': sessions('failureCodes', () => 'withdrawn'),
  'RealtimeSessionFilter.labels': sessions('labels', label),
  'RealtimeSessionFilter.connections': sessions('connections', () => 'DIRECT'),
  'RealtimeCallFilter.statuses': calls('statuses', () => 'LIVE'),
  'RealtimeCallFilter.endReasons': calls('endReasons', () => 'IDLE'),
  'UserFilter.externalIds': inFilter(
    'query ($filter: UserFilter) { users(filter: $filter) { nodes { id } } }',
    'externalIds',
    name,
  ),
  'AuditEventFilter.actions': events('actions'),
  'AuditEventFilter.outcomes': events('outcomes', () => 'DENIED'),
  'AuditEventFilter.actorKinds': events('actorKinds', () => 'USER'),
  'UsageFilter.userIds': usage('userIds'),
  'UsageFilter.applicationIds': usage('applicationIds'),
  'UsageFilter.models': usage('models'),
  'SessionStatisticsFilter.userIds': statistics('userIds'),
  'SessionStatisticsFilter.applicationIds': statistics('applicationIds'),
  'SessionStatisticsFilter.providers': statistics('providers'),
  'SessionStatisticsFilter.models': statistics('models'),
  'CreateRealtimeSessionInput.labels': create('labels', label),
  'CreateRealtimeSessionInput.modalities': create('modalities', () => 'AUDIO'),
  'CreateRealtimeSessionInput.tools': create('tools', (index) => ({ function: { name: name(index) } })),
  'InputAudioTranscriptionInput.keywords': createTranscription('keywords'),
  'InputAudioTranscriptionInput.languages': createTranscription('languages'),
  'McpToolInput.allowedTools': createMcp('allowedTools', name),
  'McpToolInput.headers': createMcp('headers', (index) => ({ name: name(index), value: 'v' })),
  'CreateApiKeyInput.scopes': {
    query:
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename ... on InvalidInputError { issues { path message } } } }',
    variables: (scopes) => ({ input: { applicationId: 'a', name: 'n', scopes } }),
    entry: () => 'AUDIT_READ',
    path: 'scopes',
  },
  'SetPolicyInput.allowedModels': setPolicy('allowedModels'),
  'SetPolicyInput.allowedProviders': setPolicy('allowedProviders'),
};

const lists = listsOfInput();
const listOf = (length: number, entry: Case['entry']) => Array.from({ length }, (_, index) => entry(index));

test('every list of the input is sent by a test below', () => {
  expect([...lists.keys()].sort()).toEqual(Object.keys(LISTS).sort());
});

describe.each([...lists])('%s', (coordinate, input) => {
  const most = input.extensions.most ?? 0;

  test('has a maximum, and its description names it', () => {
    expect(input.extensions).toHaveProperty('most', expect.any(Number));
    expect(most).toBeLessThanOrEqual(MAX_LIST_LENGTH);
    expect(input.description).toContain(`At most ${most.toLocaleString('en')}`);
  });

  test('with one entry more is refused, and the answer names the list and the maximum', async () => {
    const { query, variables, entry, path } = LISTS[coordinate] ?? fail();
    if (coordinate === 'User.usage(groupBy:)')
      await database.query(`INSERT INTO end_user (external_id) VALUES ('known') ON CONFLICT DO NOTHING`);
    const { body } = await gateway.ask(query, variables(listOf(most + 1, entry)));
    const refused = refusedList(body);
    expect(refused).toEqual({ path, most });
  });

  test('with far too many entries is refused before they are looked at', async () => {
    const { query, variables, path } = LISTS[coordinate] ?? fail();
    // None of them is an entry: each would be an error of its own.
    const { status, body } = await gateway.ask(query, variables(Array(60_000).fill({})));
    expect(status).toBe(400);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0].message).toMatch(`${path} has more than 1000 entries.`);
  });
});

/** An answer that refuses: a member of a result's union, or errors. */
type Refusing = {
  readonly data?: Readonly<
    Record<string, { readonly issues?: readonly { readonly path: string[]; readonly message: string }[] }>
  > | null;
  readonly errors?: readonly { readonly message: string }[];
};

/** The list that an answer refuses, and the maximum that it names. */
function refusedList({ data, errors }: Refusing): { path: string; most: number } {
  const [result] = Object.values(data ?? {});
  const issue = result?.issues?.[0];
  const said =
    issue === undefined ? (errors?.[0]?.message ?? '') : `${issue.path.join('.')} ${issue.message}`;
  const [, path = said, most] = /^(\S+) (?:must be at most|has more than) (\d+)/.exec(said) ?? [];
  return { path, most: Number(most) };
}

function listsOfInput(): Map<string, GraphQLArgument | GraphQLInputField> {
  const inputs = Object.values(schema.getTypeMap()).flatMap(inputsOf);
  return new Map(inputs.filter(([, { type }]) => isListType(getNullableType(type))));
}

function inputsOf(type: GraphQLNamedType): (readonly [string, GraphQLArgument | GraphQLInputField])[] {
  if (type.name.startsWith('__')) return [];
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field]);
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) =>
    field.args.map((one) => [`${type.name}.${field.name}(${one.name}:)`, one] as const),
  );
}

function fail(): never {
  throw new Error('A list of the schema is not in LISTS');
}

test('a list in the document is bounded like one in variables', async () => {
  const models = '"m" '.repeat(MAX_LIST_LENGTH + 1);
  const { status, body } = await gateway.ask(
    `{ realtimeSessions(filter: { models: [${models}] }) { nodes { id } } }`,
  );
  expect(status).toBe(400);
  expect(body.errors[0]).toMatchObject({
    message: 'filter.models must be at most 1000',
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

test('a document that repeats its names too often is refused before its fields are compared', async () => {
  const message = async (count: number) =>
    (await gateway.ask(`{ viewer { ${'name '.repeat(count)} } }`)).body.errors?.[0].message;
  expect(await message(316)).toBeUndefined();
  expect(await message(317)).toBe('The document repeats its names too often.');
});

describe('of many problems the first twenty are told, and that there are more', () => {
  const MORE = 'There are more errors than are listed.';
  const issuesOf = async (input: object) => {
    const { body } = await gateway.ask(CREATE, { input: { externalUserId: 'u', ...input } });
    expect(body.data.createRealtimeSession.__typename).toBe('InvalidInputError');
    expect(JSON.stringify(body).length).toBeLessThan(10_000);
    return body.data.createRealtimeSession;
  };

  test('variables', async () => {
    const { status, body } = await gateway.ask(CREATE, { input: { labels: Array(32).fill({}) } });
    expect(status).toBe(400);
    expect(body.errors).toHaveLength(21);
    expect(body.errors[0].message).toBe('input.labels.0 lacks the field key.');
    expect(body.errors.at(-1)).toMatchObject({ message: MORE, extensions: { code: 'BAD_USER_INPUT' } });
  });

  test('twenty errors in variables are all of them', async () => {
    const { body } = await gateway.ask(CREATE, { input: { labels: Array(10).fill({}) } });
    expect(body.errors).toHaveLength(20);
    expect(body.errors.at(-1).message).not.toBe(MORE);
  });

  test('literals', async () => {
    const labels = '{} '.repeat(32);
    const { status, body } = await gateway.ask(
      `mutation { createRealtimeSession(input: { labels: [${labels}] }) { __typename } }`,
    );
    expect(status).toBe(400);
    expect(body.errors).toHaveLength(21);
    expect(body.errors.at(-1).message).toBe(MORE);
  });

  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, 1]));
  test.each<[string, object]>([
    ['labels', { labels: Array(32).fill({ key: '', value: '' }) }],
    ['tools', { tools: Array(128).fill({ function: { name: '', description: '' } }) }],
    ['headers', { tools: [{ mcp: { ...mcp, headers: Array(32).fill({ name: '', value: '' }) } }] }],
    ['names of tools', { tools: [{ mcp: { ...mcp, allowedTools: Array(100).fill('') } }] }],
    ['unknown fields of extra', { extra: fields(15_000) }],
  ])('%s', async (_what, input) => {
    const { message, issues } = await issuesOf(input);
    expect(issues).toHaveLength(20);
    expect(message).toBe('The input cannot be used. Only the first 20 problems are listed.');
  });

  test('the name of an unknown field is cut when it is long', async () => {
    const { message, issues } = await issuesOf({ extra: { ['x'.repeat(100_000)]: 1 } });
    expect(issues).toEqual([{ path: ['extra', `${'x'.repeat(64)}…`], message: 'is not a known field' }]);
    expect(message).toBe('The input cannot be used.');
  });

  test.each<[string, object, string]>([
    [
      'names in requireApproval',
      { requireApproval: { always: { tool_names: Array(60_000).fill('') } } },
      'requireApproval',
    ],
  ])('%s: one problem', async (_what, fields, field) => {
    const { issues } = await issuesOf({ tools: [{ mcp: { ...mcp, ...fields } }] });
    expect(issues).toEqual([{ path: ['tools', '0', 'mcp', field], message: expect.any(String) }]);
  });

  test.each<[string, object, string[]]>([
    ['metadata of tracing', { tracing: { metadata: fields(15_000) } }, ['extra', 'tracing']],
    [
      'variables of a prompt',
      { prompt: { id: 'p', variables: fields(15_000) } },
      ['extra', 'prompt', 'variables'],
    ],
    ['include', { include: Array(60_000).fill('') }, ['extra', 'include']],
  ])('%s: one problem', async (_what, extra, path) => {
    const { issues } = await issuesOf({ extra: { ...extra } });
    expect(issues).toHaveLength(1);
    expect(issues[0].path).toEqual(path);
  });
});
