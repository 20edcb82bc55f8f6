import { uuidOf } from '../../support/ids.ts';

/** What a reader shows of a session, field by field. */
export type SessionModel = {
  readonly id: string;
  readonly status: string;
  readonly type: string;
  readonly model: string;
  readonly provider: string;
  readonly upstreamSessionId: string | null;
  readonly labels: readonly { readonly key: string; readonly value: string }[];
  readonly createdAt: string;
  readonly clientSecret: { readonly expiresAt: string } | null;
  readonly failure: { readonly code: string } | null;
  readonly exposedUntil: string | null;
  readonly user: { readonly id: string; readonly externalId: string };
  readonly application: { readonly id: string };
};

export type UserModel = {
  readonly id: string;
  readonly externalId: string;
  readonly suspendedAt: string | null;
  readonly activeSessionCount: number;
  readonly nextExpiryAt: string | null;
  readonly lastSessionAt: string | null;
};

/** As the variables of a request have it. */
export type SessionFilter = {
  readonly userId?: string | null;
  readonly externalUserId?: string | null;
  readonly applicationId?: string | null;
  readonly upstreamSessionId?: string | null;
  readonly statuses?: readonly string[] | null;
  readonly types?: readonly string[] | null;
  readonly models?: readonly string[] | null;
  readonly providers?: readonly string[] | null;
  readonly createdFrom?: string | null;
  readonly createdTo?: string | null;
  readonly expiresBefore?: string | null;
  readonly failureCodes?: readonly string[] | null;
  readonly exposedAfter?: string | null;
  readonly labels?: readonly { readonly key: string; readonly value: string }[] | null;
};

export type UserFilter = {
  readonly externalIdPrefix?: string | null;
  readonly externalIds?: readonly string[] | null;
  readonly suspended?: boolean | null;
  readonly hasActiveSessions?: boolean | null;
};

export const SESSION_ORDERS = ['CREATED_AT_DESC', 'CREATED_AT_ASC', 'EXPIRES_AT_ASC'] as const;
export const USER_ORDERS = ['LAST_SESSION_AT_DESC', 'NEXT_EXPIRY_AT_ASC', 'CREATED_AT_DESC'] as const;
export type SessionOrder = (typeof SESSION_ORDERS)[number];
export type UserOrder = (typeof USER_ORDERS)[number];

/** Sort keys are text that compares as what it stands for: ISO times in UTC, uuids in lower case. */
const by =
  <Row>(keyOf: (row: Row) => string) =>
  (one: Row, other: Row) =>
    keyOf(one) < keyOf(other) ? -1 : 1;

/** What a listing of sessions is to be, from first to last. */
export function listedSessions(
  sessions: readonly SessionModel[],
  filter: SessionFilter,
  order: SessionOrder,
): readonly SessionModel[] {
  const meant = sessions.filter((session) => fits(session, filter));
  const byAge = meant.toSorted(by(({ id }) => uuidOf(id)));
  if (order === 'CREATED_AT_ASC') return byAge;
  if (order === 'CREATED_AT_DESC') return byAge.toReversed();
  return meant
    .filter(({ status }) => status === 'ACTIVE')
    .toSorted(by(({ id, clientSecret }) => `${clientSecret?.expiresAt} ${uuidOf(id)}`));
}

function fits(session: SessionModel, filter: SessionFilter): boolean {
  const is = (value: string | null, wanted: string | null | undefined) => wanted == null || value === wanted;
  const among = (value: string, wanted: readonly string[] | null | undefined) =>
    wanted == null || wanted.includes(value);
  const { status, clientSecret, labels, failure, exposedUntil } = session;
  return (
    is(session.user.id, filter.userId) &&
    is(session.user.externalId, filter.externalUserId) &&
    is(session.application.id, filter.applicationId) &&
    is(session.upstreamSessionId, filter.upstreamSessionId) &&
    among(status, filter.statuses) &&
    among(session.type, filter.types) &&
    among(session.model, filter.models) &&
    among(session.provider, filter.providers) &&
    (filter.createdFrom == null || session.createdAt >= filter.createdFrom) &&
    (filter.createdTo == null || session.createdAt < filter.createdTo) &&
    (filter.expiresBefore == null ||
      (status === 'ACTIVE' && clientSecret !== null && clientSecret.expiresAt < filter.expiresBefore)) &&
    (filter.failureCodes == null || (failure !== null && filter.failureCodes.includes(failure.code))) &&
    (filter.exposedAfter == null || (exposedUntil !== null && exposedUntil >= filter.exposedAfter)) &&
    (filter.labels ?? []).every(({ key, value }) =>
      labels.some((label) => label.key === key && label.value === value),
    )
  );
}

/** What a listing of users is to be, from first to last. */
export function listedUsers(
  users: readonly UserModel[],
  { externalIdPrefix, externalIds, suspended, hasActiveSessions }: UserFilter,
  order: UserOrder,
): readonly UserModel[] {
  const meant = users.filter(
    (user) =>
      user.externalId.startsWith(externalIdPrefix ?? '') &&
      (externalIds == null || externalIds.includes(user.externalId)) &&
      (suspended == null || (user.suspendedAt !== null) === suspended) &&
      (hasActiveSessions == null || user.activeSessionCount > 0 === hasActiveSessions),
  );
  if (order === 'CREATED_AT_DESC') return meant.toSorted(by(({ id }) => uuidOf(id))).toReversed();
  // No time at all sorts before every time, and so comes last.
  if (order === 'LAST_SESSION_AT_DESC')
    return meant.toSorted(by(({ id, lastSessionAt }) => `${lastSessionAt ?? ''} ${uuidOf(id)}`)).toReversed();
  return meant
    .filter(({ nextExpiryAt }) => nextExpiryAt !== null)
    .toSorted(by(({ id, nextExpiryAt }) => `${nextExpiryAt} ${uuidOf(id)}`));
}
