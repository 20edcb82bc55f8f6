import { named, opens, type Standing, viewpointOf } from './callers.ts';
import { nodes, openingOf, type RecordType } from './intended-table.ts';
import type { Path } from './paths.ts';
import { type Fact, idOf, isVisible } from './records.ts';

/** What a path came to: the ids that could be read at its end, and the codes of the errors beside them. */
export type Outcome = { readonly code: string | null; readonly ids: readonly string[] };

/** What a request names: a record, or an id or name that nothing has. */
export type Target = {
  readonly label: string;
  readonly type: RecordType;
  readonly id: string;
  readonly name: string;
  readonly fact: Fact | null;
};

/** What the intended table says of a path. `target` is what its arguments name, if it has any. */
export function intended(
  path: Path,
  standing: Standing,
  target: Target | null,
  facts: readonly Fact[],
): Outcome {
  const came = walked(path, standing, target, facts);
  return came.code === null
    ? { code: null, ids: came.at.map(idOf).toSorted() }
    : { code: came.code, ids: [] };
}

/** The beginning of a path, up to what refuses the caller; null: nothing does. All paths that begin so end there. */
export function gateOn(
  path: Path,
  standing: Standing,
  target: Target | null,
  facts: readonly Fact[],
): string | null {
  const came = walked(path, standing, target, facts);
  if (came.code === null) return null;
  const { root, steps } = path;
  return [root, ...steps.slice(0, came.passed)].map((step) => step.text + (step.narrowed ?? '')).join('.');
}

type Walked =
  | { readonly code: null; readonly at: readonly Fact[] }
  /** `passed`: how many steps of the path it takes to be refused. */
  | { readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN'; readonly passed: number };

function walked(path: Path, standing: Standing, target: Target | null, facts: readonly Fact[]): Walked {
  const viewpoint = viewpointOf(standing, facts);
  if (viewpoint === null) return { code: 'UNAUTHENTICATED', passed: 0 };
  if (!rootOpens(path, standing, target)) return { code: 'FORBIDDEN', passed: 0 };
  const seen = (records: readonly Fact[]) => records.filter((fact) => isVisible(fact, viewpoint, facts));
  const viewer = path.root.coordinate === 'Query.viewer';
  let at = seen(viewer ? ofViewer(path, standing, facts) : startsOf(path, target, facts));
  for (const [index, { coordinate }] of path.steps.entries()) {
    if (viewer && index === 0) continue;
    if (at.length > 0 && !opens(openingOf(coordinate), standing))
      return { code: 'FORBIDDEN', passed: index + 1 };
    at = at.flatMap((fact) => seen(follow(coordinate, fact, facts)));
  }
  return { code: null, at };
}

function rootOpens({ root }: Path, standing: Standing, target: Target | null): boolean {
  if (!opens(openingOf(root.coordinate), standing)) return false;
  return root.narrowed === null || opens(nodes[root.narrowed as RecordType], standing, target?.fact);
}

function startsOf({ root }: Path, target: Target | null, facts: readonly Fact[]): readonly Fact[] {
  switch (root.coordinate) {
    case 'Query.realtimeSessions':
      return facts.filter(({ type }) => type === 'RealtimeSession');
    case 'Query.realtimeCalls':
      return facts.filter(({ type }) => type === 'RealtimeCall');
    case 'Query.users':
      return facts.filter(({ type }) => type === 'User');
    case 'Query.applications':
      return facts.filter(({ type }) => type === 'Application');
    case 'Query.usage':
    case 'Query.sessionStatistics':
      return oneOfEachRow(facts);
    case 'Query.auditEvents':
      return facts.filter(({ type, name }) => type === 'AuditEvent' && name === 'session.issued');
    default:
      return target?.fact == null ? [] : [target.fact];
  }
}

/** A row of a report stands for the sessions of a user through an application, and is meant by the first of them. */
function oneOfEachRow(facts: readonly Fact[]): readonly Fact[] {
  const sessions = facts.filter(({ type }) => type === 'RealtimeSession');
  return [...new Map(sessions.toReversed().map((one) => [`${one.user} ${one.application}`, one])).values()];
}

function ofViewer({ steps }: Path, standing: Standing, facts: readonly Fact[]): readonly Fact[] {
  if (steps[0]?.coordinate === 'Viewer.application')
    return standing.kind === 'application' ? [named(facts, 'Application', standing.application)] : [];
  if (standing.kind !== 'end user') return [];
  return facts.filter(({ type, name }) => type === 'User' && name === standing.externalId);
}

type Link = (fact: Fact, other: Fact) => boolean;
const link =
  (type: RecordType, of: (fact: Fact) => string | null): Link =>
  (fact, other) =>
    other.type === type && other.uuid === of(fact);

/** Which records a field of a record leads to, visible or not. */
const LINKS: Readonly<Record<string, Link>> = {
  'UsageRow.user': link('User', ({ user }) => user),
  'UsageRow.application': link('Application', ({ application }) => application),
  'SessionStatisticsRow.user': link('User', ({ user }) => user),
  'SessionStatisticsRow.application': link('Application', ({ application }) => application),
  'RealtimeSession.user': link('User', ({ user }) => user),
  'RealtimeSession.application': link('Application', ({ application }) => application),
  'RealtimeSession.call': link('RealtimeCall', ({ uuid }) => uuid),
  'RealtimeCall.session': link('RealtimeSession', ({ uuid }) => uuid),
  'RealtimeSession.auditEvents': (fact, other) => other.type === 'AuditEvent' && other.session === fact.uuid,
  'User.auditEvents': (fact, other) => other.type === 'AuditEvent' && other.user === fact.uuid,
  'User.sessions': (fact, other) => other.type === 'RealtimeSession' && other.user === fact.uuid,
  'Application.apiKeys': (fact, other) => other.type === 'ApiKey' && other.application === fact.uuid,
  'AuditEvent.session': link('RealtimeSession', ({ session }) => session),
  'AuditEvent.user': link('User', ({ user }) => user),
  'AuditActor.user': link('User', ({ actorUser }) => actorUser),
  'AuditActor.application': link('Application', ({ actorApplication }) => actorApplication),
  'AuditActor.apiKey': link('ApiKey', ({ actorApiKey }) => actorApiKey),
};

/** Steps that stay with the record they are of. */
const STAYING = new Set([
  'AuditEvent.actor',
  'RealtimeSessionConnection.edges',
  'RealtimeSessionConnection.nodes',
  'RealtimeSessionEdge.node',
  'RealtimeCallConnection.edges',
  'RealtimeCallConnection.nodes',
  'RealtimeCallEdge.node',
  'UserConnection.edges',
  'UserConnection.nodes',
  'UserEdge.node',
  'AuditEventConnection.edges',
  'AuditEventConnection.nodes',
  'AuditEventEdge.node',
  'SessionStatistics.rows',
  'SessionStatisticsRowConnection.edges',
  'SessionStatisticsRowConnection.nodes',
  'SessionStatisticsRowEdge.node',
  'UsageReport.rows',
  'UsageRowConnection.edges',
  'UsageRowConnection.nodes',
  'UsageRowEdge.node',
]);

function follow(coordinate: string, fact: Fact, facts: readonly Fact[]): readonly Fact[] {
  if (STAYING.has(coordinate)) return [fact];
  if (coordinate === 'User.usage') return oneOfEachRow(facts).filter(({ user }) => user === fact.uuid);
  const leads = LINKS[coordinate];
  if (leads === undefined)
    throw new Error(`The test does not know where ${coordinate} leads: add it to LINKS`);
  return facts.filter((other) => leads(fact, other));
}

type GivenError = {
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string };
};

type Answered = { readonly data?: Record<string, unknown> | null; readonly errors?: readonly GivenError[] };

/** What an answer says under one alias of its root. */
export function observed(body: Answered, alias: string): Outcome {
  const errors = (body.errors ?? []).filter(({ path }) => path === undefined || path[0] === alias);
  return { code: codeOf(errors), ids: textsIn(body.data?.[alias]).toSorted() };
}

function codeOf(errors: readonly GivenError[]): string | null {
  const codes = new Set(errors.map(({ extensions }) => extensions.code));
  return codes.size === 0 ? null : [...codes].toSorted().join(' and ');
}

/** What an answer says of one path of those that were merged under an alias. */
export function observedOn(path: Path, body: Answered, alias: string): Outcome {
  const names = [alias, ...path.steps.map(({ coordinate }) => coordinate.split('.').at(-1))];
  const isOn = (error: GivenError) =>
    (error.path ?? []).filter((key) => typeof key === 'string').every((key, index) => key === names[index]);
  return {
    code: codeOf((body.errors ?? []).filter(isOn)),
    ids: idsAlong(body.data, names).toSorted(),
  };
}

function idsAlong(value: unknown, [name, ...rest]: readonly (string | undefined)[]): string[] {
  if (Array.isArray(value))
    return value.flatMap((one) => idsAlong(one, name === undefined ? [] : [name, ...rest]));
  const found: unknown = Object.entries(value ?? {}).find(([key]) => key === (name ?? 'id'))?.[1];
  return name === undefined ? textsIn(found) : idsAlong(found, rest);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** One document of several paths, each under an alias of its own; and the variables that it takes. */
export function documentOf(selections: readonly string[]): string {
  const body = selections.map((text, index) => `p${index}: ${text}`).join('\n');
  const variables = [body.includes('$id') ? '$id: ID!' : '', body.includes('$name') ? '$name: String!' : ''];
  const declared = variables.filter((text) => text !== '').join(', ');
  return `query ${declared === '' ? '' : `(${declared})`} {\n${body}\n}`;
}
