import type { Session, SessionStatus } from './session.ts';
import type { SessionFilter } from './session-filter.ts';

/** A session as a filter is compared with it. */
export type FilterSubject = {
  readonly session: Session;
  /** The statuses to compare with: of a change, those before and after it. */
  readonly statuses: readonly SessionStatus[];
  /** What the applications call the session's user; null once erased. */
  readonly externalUserId: string | null;
};

/**
 * Whether a session that was already read matches a filter. session-conditions.db.ts says the same in SQL;
 * test/subscriptions/agreeing.test.ts compares the two. Times are compared to the millisecond, as they were read; in SQL
 * to the microsecond.
 */
export function matchesFilter(
  filter: SessionFilter,
  { session, statuses, externalUserId }: FilterSubject,
): boolean {
  const { createdFrom, createdTo, expiresBefore, failureCodes, exposedAfter } = filter;
  return (
    equals(filter.userId, session.userId) &&
    equals(filter.externalUserId, externalUserId) &&
    equals(filter.applicationId, session.applicationId) &&
    equals(filter.upstreamSessionId, session.upstreamSessionId) &&
    (filter.statuses == null || statuses.some((status) => filter.statuses?.includes(status))) &&
    oneOf(filter.types, session.type) &&
    oneOf(filter.models, session.model) &&
    oneOf(filter.providers, session.provider) &&
    oneOf(filter.connections, session.connection) &&
    (createdFrom == null || session.createdAt >= createdFrom.date) &&
    (createdTo == null || session.createdAt < createdTo.date) &&
    (expiresBefore == null ||
      (statuses.includes('ACTIVE') &&
        session.clientSecret !== null &&
        session.clientSecret.expiresAt < expiresBefore.date)) &&
    (failureCodes == null || (session.failure !== null && failureCodes.includes(session.failure.code))) &&
    (exposedAfter == null || (session.exposedUntil !== null && session.exposedUntil >= exposedAfter.date)) &&
    (filter.labels ?? []).every((wanted) =>
      session.labels.some(({ key, value }) => key === wanted.key && value === wanted.value),
    )
  );
}

function equals(wanted: string | null | undefined, value: string | null): boolean {
  return wanted == null || wanted === value;
}

function oneOf<T>(wanted: readonly T[] | null | undefined, value: T): boolean {
  return wanted == null || wanted.includes(value);
}
