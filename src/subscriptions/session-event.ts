import { type AuditAction, isAuditAction } from '../audit/actions.ts';
import type { Visibility } from '../authorization/visibility.ts';
import { matchesFilter } from '../sessions/matches-filter.ts';
import type { Session, SessionStatus } from '../sessions/session.ts';
import type { SessionFilter } from '../sessions/session-filter.ts';

export type SessionEventType =
  | 'ISSUED'
  | 'EXPIRED'
  | 'REVOKED'
  | 'FAILED'
  | 'UNCONFIRMED'
  | 'USAGE_REPORTED'
  | 'CONNECTED'
  | 'ENDED';

/** A change to a session, as recorded in the audit trail, with the session as it was when the change was read. */
export type SessionEvent = {
  /** The id of the audit event. */
  readonly id: string;
  readonly type: SessionEventType;
  readonly at: Date;
  readonly session: Session;
  /** What the applications call the session's user; null once erased. */
  readonly externalUserId: string | null;
};

const TYPES: Readonly<Record<AuditAction, SessionEventType | null>> = {
  'session.requested': null,
  'session.issued': 'ISSUED',
  'session.failed': 'FAILED',
  'session.unconfirmed': 'UNCONFIRMED',
  'session.denied': null,
  'session.revoked': 'REVOKED',
  'session.expired': 'EXPIRED',
  'usage.reported': 'USAGE_REPORTED',
  'usage.conflicted': null,
  'usage.corrected': 'USAGE_REPORTED',
  'call.opened': 'CONNECTED',
  'call.ended': 'ENDED',
  'call.drifted': null,
  'secret.identified': null,
  'user.suspended': null,
  'user.reinstated': null,
  'user.erased': null,
  'policy.set': null,
  'application.created': null,
  'api_key.created': null,
  'api_key.revoked': null,
  'access.denied': null,
  'partition.dropped': null,
  'trail.checkpointed': null,
};

/** The type under which subscribers get an entry of the trail; null if they do not get it. */
export function sessionEventTypeOf(action: string): SessionEventType | null {
  return isAuditAction(action) ? TYPES[action] : null;
}

/** The statuses before and after a change. */
export function statusesAround({ type, at, session }: SessionEvent): readonly SessionStatus[] {
  switch (type) {
    case 'ISSUED':
      return ['PENDING', 'ACTIVE'];
    case 'EXPIRED':
      return ['ACTIVE', 'EXPIRED'];
    case 'REVOKED':
      // A call outlives its secret, and revoking ends it.
      if (
        session.connection === 'BROKERED' &&
        session.clientSecret !== null &&
        session.clientSecret.expiresAt <= at
      )
        return ['EXPIRED', 'REVOKED'];
      return session.issuedAt !== null && session.issuedAt <= at
        ? ['ACTIVE', 'REVOKED']
        : ['PENDING', 'REVOKED'];
    case 'FAILED':
    case 'UNCONFIRMED':
      return ['PENDING', type];
    case 'USAGE_REPORTED':
    case 'CONNECTED':
    case 'ENDED':
      return [session.status];
    default:
      return type satisfies never;
  }
}

/**
 * Whether a subscriber may see a change. The rule for sessions in src/authorization/visible.db.ts says the same in SQL;
 * it is repeated here because one event is read once for many subscribers. test/subscriptions/agreeing.test.ts compares
 * the two.
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

/** Whether the session of a change matches a filter; `statuses` means those before or after the change. */
export function eventMatchesFilter(event: SessionEvent, filter: SessionFilter): boolean {
  const { session, externalUserId } = event;
  return matchesFilter(filter, { session, externalUserId, statuses: statusesAround(event) });
}
