import type { Visibility } from '../authorization/visibility.ts';
import type { Session, SessionStatus } from '../sessions/session.ts';
import type { SessionFilter } from '../sessions/session-filter.ts';

export const sessionEventTypes = [
  'ISSUED',
  'EXPIRED',
  'REVOKED',
  'FAILED',
  'UNCONFIRMED',
  'USAGE_REPORTED',
] as const;
export type SessionEventType = (typeof sessionEventTypes)[number];

/** A change to a session, as the audit trail has it; the session as it was when the change was read. */
export type SessionEvent = {
  /** The audit event's. */
  readonly id: string;
  readonly type: SessionEventType;
  readonly at: Date;
  readonly session: Session;
  /** What the applications call the session's user; null once erased. */
  readonly externalUserId: string | null;
};

const TYPES: ReadonlyMap<string, SessionEventType> = new Map([
  ['session.issued', 'ISSUED'],
  ['session.expired', 'EXPIRED'],
  ['session.revoked', 'REVOKED'],
  ['session.failed', 'FAILED'],
  ['session.unconfirmed', 'UNCONFIRMED'],
  ['usage.reported', 'USAGE_REPORTED'],
]);

/** What subscribers call an action of the trail; null for those that they do not hear of. */
export function sessionEventTypeOf(action: string): SessionEventType | null {
  return TYPES.get(action) ?? null;
}

/** The statuses before and after a change. */
export function statusesAround({ type, at, session }: SessionEvent): readonly SessionStatus[] {
  switch (type) {
    case 'ISSUED':
      return ['PENDING', 'ACTIVE'];
    case 'EXPIRED':
      return ['ACTIVE', 'EXPIRED'];
    case 'REVOKED':
      return session.issuedAt !== null && session.issuedAt <= at
        ? ['ACTIVE', 'REVOKED']
        : ['PENDING', 'REVOKED'];
    case 'FAILED':
    case 'UNCONFIRMED':
      return ['PENDING', type];
    case 'USAGE_REPORTED':
      return [session.status];
    default:
      return type satisfies never;
  }
}

/**
 * Whether a viewer sees the session of a change: what postgres/visible.ts says of sessions, for what was read once on
 * behalf of many. A test holds the two against each other.
 */
export function seesEvent(visibility: Visibility, { session, externalUserId }: SessionEvent): boolean {
  switch (visibility.reach) {
    case 'EVERYTHING':
      return true;
    case 'OWN_APPLICATION':
      return session.applicationId === visibility.applicationId;
    case 'SELF':
      return externalUserId === visibility.externalId;
    default:
      return visibility satisfies never;
  }
}

/**
 * Whether a change is of a session that a filter means: what postgres/session-conditions.ts says of sessions, but for
 * statuses, which mean those before or after the change. The same test holds these two against each other.
 */
export function fitsFilter(event: SessionEvent, filter: SessionFilter): boolean {
  const { session, externalUserId } = event;
  const { labels } = session;
  const around = statusesAround(event);
  const { createdFrom, createdTo, expiresBefore } = filter;
  return (
    equals(filter.userId, session.userId) &&
    equals(filter.externalUserId, externalUserId) &&
    equals(filter.applicationId, session.applicationId) &&
    equals(filter.upstreamSessionId, session.upstreamSessionId) &&
    (filter.statuses == null || around.some((status) => filter.statuses?.includes(status))) &&
    oneOf(filter.types, session.type) &&
    oneOf(filter.models, session.model) &&
    oneOf(filter.providers, session.provider) &&
    (createdFrom == null || session.createdAt >= createdFrom) &&
    (createdTo == null || session.createdAt < createdTo) &&
    (expiresBefore == null ||
      (around.includes('ACTIVE') &&
        session.clientSecret !== null &&
        session.clientSecret.expiresAt < expiresBefore)) &&
    (filter.labels ?? []).every((asked) =>
      labels.some(({ key, value }) => key === asked.key && value === asked.value),
    )
  );
}

function equals(asked: string | null | undefined, value: string | null): boolean {
  return asked == null || asked === value;
}

function oneOf<T>(asked: readonly T[] | null | undefined, value: T): boolean {
  return asked == null || asked.includes(value);
}
