import { callEnds, callStatuses } from './words.ts';

/** What the URL of the page says: the fields of RealtimeCallFilter by their own names, and the page of each list. */
export type CallsSearch = {
  readonly statuses?: readonly CallStatusName[];
  readonly endReasons?: readonly CallEndName[];
  readonly externalUserId?: string;
  readonly applicationId?: string;
  /** The cursor of the list of calls that have not ended. */
  readonly runningAfter?: string;
  /** The cursor of the list of calls that have. */
  readonly endedAfter?: string;
};

/** Changes the URL. Undefined takes a field away. */
export type ChangeCallsSearch = (
  patch: {
    readonly [K in keyof CallsSearch]?: CallsSearch[K] | undefined;
  },
) => void;

export type CallStatusName = (typeof callStatuses)[number];
export type CallEndName = (typeof callEnds)[number];

/** Reads the URL's parameters. Values that mean nothing are dropped. */
export function validateSearch(params: Readonly<Record<string, unknown>>): CallsSearch {
  const statuses = listOf(params['statuses'], callStatuses);
  const endReasons = listOf(params['endReasons'], callEnds);
  const externalUserId = text(params['externalUserId']);
  const applicationId = text(params['applicationId']);
  const runningAfter = text(params['runningAfter']);
  const endedAfter = text(params['endedAfter']);
  return {
    ...(statuses.length > 0 && { statuses }),
    ...(endReasons.length > 0 && { endReasons }),
    ...(externalUserId !== undefined && { externalUserId }),
    ...(applicationId !== undefined && { applicationId }),
    ...(runningAfter !== undefined && { runningAfter }),
    ...(endedAfter !== undefined && { endedAfter }),
  };
}

/** A number or a boolean is a text, too: the router reads `?externalUserId=42` as a number. */
function text(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A single value is a list of one. */
function listOf<const Name extends string>(value: unknown, names: readonly Name[]): readonly Name[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.filter((name) => items.includes(name));
}
