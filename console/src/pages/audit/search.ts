import { auditActions } from './actions.ts';

export const outcomes = ['SUCCEEDED', 'DENIED', 'FAILED'] as const;
export const actorKinds = ['APPLICATION', 'USER', 'OPERATOR', 'SYSTEM'] as const;
export type Outcome = (typeof outcomes)[number];
export type ActorKind = (typeof actorKinds)[number];

/** What the URL of the audit page can say: the filter of the API, the page, and the event that is open. */
export type AuditSearch = {
  actions?: string[];
  outcomes?: Outcome[];
  actorKinds?: ActorKind[];
  userId?: string;
  sessionId?: string;
  applicationId?: string;
  requestId?: string;
  /** RFC 3339, in UTC. */
  from?: string;
  to?: string;
  after?: string;
  before?: string;
  /** The id of the event whose detail is open. */
  event?: string;
};

type Given = Readonly<Record<string, unknown>>;

/** Reads the search parameters of a URL. What cannot be read is dropped. */
export function validateSearch(search: Given): AuditSearch {
  return withoutUndefined({
    actions: members(search['actions'], auditActions),
    outcomes: members(search['outcomes'], outcomes),
    actorKinds: members(search['actorKinds'], actorKinds),
    userId: text(search['userId']),
    sessionId: text(search['sessionId']),
    applicationId: text(search['applicationId']),
    requestId: text(search['requestId']),
    from: time(search['from']),
    to: time(search['to']),
    after: text(search['after']),
    before: text(search['before']),
    event: text(search['event']),
  });
}

/** Only what filters, as the API takes it. Null when nothing does. */
export function filterOf(search: AuditSearch): Omit<AuditSearch, 'after' | 'before' | 'event'> | null {
  const { after: _after, before: _before, event: _event, ...filter } = search;
  return Object.keys(filter).length === 0 ? null : filter;
}

/** The values of a list that are members of `all`; a list can also be written with commas. */
function members<const T extends string>(value: unknown, all: readonly T[]): T[] | undefined {
  const list: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split(',')
      : [];
  const known = all.filter((one) => list.includes(one));
  return known.length > 0 ? known : undefined;
}

/** A text; the router reads one of digits as a number. */
function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' || trimmed.length > 500 ? undefined : trimmed;
}

function time(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  const defined: Defined<T> = { ...values };
  for (const key of keysOf(defined)) if (defined[key] === undefined) delete defined[key];
  return defined;
}

function keysOf<T extends object>(values: T): (keyof T)[] {
  const keys: (keyof T)[] = [];
  for (const key in values) keys.push(key);
  return keys;
}
