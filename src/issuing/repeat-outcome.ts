import type { MintFailureCode } from '../providers/provider.ts';
import type { Session } from '../sessions/session.ts';
import type { IssueOutcome } from './issue-outcome.ts';

// Failures of the provider rather than of the request. In all of them no secret exists.
const RETRYABLE: readonly string[] = [
  'upstream_unreachable',
  'upstream_proxy_refused',
  'upstream_rate_limited',
  'upstream_unavailable',
] satisfies MintFailureCode[];

/** The answer to a repeated idempotency key: the outcome of its first use. */
export function repeatOutcome(session: Session): IssueOutcome {
  switch (session.status) {
    case 'PENDING':
      return { kind: 'conflict', reason: 'IN_PROGRESS' };
    case 'ACTIVE':
    case 'EXPIRED':
    case 'REVOKED':
      return { kind: 'already_issued', session };
    case 'FAILED':
    case 'UNCONFIRMED': {
      const { failure, status } = session;
      if (failure === null) throw new Error(`A ${status} session has no failure`);
      const possiblyIssued = status === 'UNCONFIRMED';
      const retryable = possiblyIssued ? failure.code !== 'withdrawn' : RETRYABLE.includes(failure.code);
      return { kind: 'not_issued', session, failure, retryable, possiblyIssued };
    }
    default:
      return session.status satisfies never;
  }
}
