const TIME = '2026-01-02T00:00:00Z';
/** An object of so many levels below it. */
export const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });
const create = (fields: string) =>
  `mutation createRealtimeSession(input: { externalUserId: "u" ${fields} }) { __typename }`;
const usage = (filter: string) => `query usage(filter: { ${filter} }) { timeZone }`;

/** [what, where it stands (?), its type, the literal, the value of a variable, what is said about it] */
export const VALUES: readonly [string, string, string, string, unknown, string | RegExp][] = [
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

/** [what, the query, its variables, what is said; null when it has data] */
export const VARIABLES: readonly [string, string, Record<string, unknown>, string | null][] = [
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

const MINT =
  'mutation ($input: CreateRealtimeSessionInput!, $n: Int = 1) { createRealtimeSession(input: $input) { __typename ... on CreateRealtimeSessionSuccess { session { auditEvents(first: $n) { nodes { id } } } } } }';
const LISTED =
  'query L($n: Int!) { realtimeSessions(first: $n) { nodes { auditEvents(first: $n) { nodes { id } } } } }';
const input = { externalUserId: 'u' };

/** [what, the document, variables with which it is executed, how it is sent afterwards, what is said then] */
export const AGAIN: readonly [
  string,
  string,
  object,
  { method?: string; [parameter: string]: unknown },
  string,
][] = [
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

function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"(\w+)":/g, '$1:');
}
