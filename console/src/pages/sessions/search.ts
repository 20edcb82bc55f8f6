import { connectionKinds, failureCodes, sessionStatuses, sessionTypes } from './names.ts';

/**
 * What the URL of the list says: the fields of RealtimeSessionFilter by their own names, the order, the page, and the
 * columns. What is left out is the default.
 */
export type SessionsSearch = {
  readonly statuses?: readonly SessionStatusName[];
  readonly externalUserId?: string;
  readonly userId?: string;
  readonly applicationId?: string;
  readonly models?: readonly string[];
  readonly providers?: readonly string[];
  readonly types?: readonly SessionTypeName[];
  readonly connections?: readonly ConnectionName[];
  /** Times are of RFC 3339, in UTC. */
  readonly createdFrom?: string;
  readonly createdTo?: string;
  readonly expiresBefore?: string;
  readonly exposedAfter?: string;
  readonly failureCodes?: readonly string[];
  readonly labels?: readonly LabelSearch[];
  readonly upstreamSessionId?: string;
  readonly orderBy?: SessionOrderName;
  readonly after?: string;
  readonly before?: string;
  readonly columns?: readonly string[];
};

export type SessionStatusName = (typeof sessionStatuses)[number];
export type SessionTypeName = (typeof sessionTypes)[number];
export type ConnectionName = (typeof connectionKinds)[number];
/** The order other than the default, newest first. */
export type SessionOrderName = 'CREATED_AT_ASC' | 'EXPIRES_AT_ASC';
export type LabelSearch = { readonly key: string; readonly value: string };

type Params = Readonly<Record<string, unknown>>;

/** Reads the URL's parameters. Values that mean nothing are dropped. */
export function validateSearch(params: Params): SessionsSearch {
  return withoutUndefined({
    statuses: listOf(params['statuses'], isOneOf(sessionStatuses)),
    externalUserId: text(params['externalUserId']),
    userId: text(params['userId']),
    applicationId: text(params['applicationId']),
    models: listOf(params['models'], isText),
    providers: listOf(params['providers'], isText),
    types: listOf(params['types'], isOneOf(sessionTypes)),
    connections: listOf(params['connections'], isOneOf(connectionKinds)),
    createdFrom: time(params['createdFrom']),
    createdTo: time(params['createdTo']),
    expiresBefore: time(params['expiresBefore']),
    exposedAfter: time(params['exposedAfter']),
    failureCodes: listOf(params['failureCodes'], isOneOf(failureCodes)),
    labels: labels(params['labels']),
    upstreamSessionId: text(params['upstreamSessionId']),
    orderBy: order(params['orderBy']),
    after: text(params['after']),
    before: text(params['before']),
    columns: listOf(params['columns'], isText),
  });
}

/** A number or a boolean is a text, too: the router reads `?externalUserId=42` as a number. */
function text(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isText(value: string): value is string {
  return value !== '';
}

function isOneOf<const Name extends string>(names: readonly Name[]): (value: string) => value is Name {
  return (value): value is Name => names.some((name) => name === value);
}

/** The values that are accepted, each once. A single value is a list of one. Undefined when there is none. */
function listOf<Name extends string>(
  value: unknown,
  accepts: (item: string) => item is Name,
): readonly Name[] | undefined {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const names = items
    .map(text)
    .filter((item) => item !== undefined)
    .filter(accepts);
  return names.length === 0 ? undefined : [...new Set(names)];
}

function time(value: unknown): string | undefined {
  if (typeof value !== 'string') return;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function labels(value: unknown): readonly LabelSearch[] | undefined {
  if (!Array.isArray(value)) return;
  const found = value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null || !('key' in item) || !('value' in item)) return [];
    const key = text(item.key);
    return key === undefined ? [] : [{ key, value: text(item.value) ?? '' }];
  });
  return found.length === 0 ? undefined : found;
}

function order(value: unknown): SessionOrderName | undefined {
  return value === 'CREATED_AT_ASC' || value === 'EXPIRES_AT_ASC' ? value : undefined;
}

type Defined = NonNullable<unknown> | null;

/** Leaves out undefined fields, so that the URL does not name them. */
export function withoutUndefined<T extends object>(fields: T): { readonly [K in keyof T]?: T[K] & Defined } {
  const defined: { [K in keyof T]?: T[K] & Defined } = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined) defined[key] = value;
  }
  return defined;
}
