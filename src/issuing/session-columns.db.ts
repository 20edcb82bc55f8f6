import type { RealtimeSessionModel } from '../../prisma/generated/models.ts';
import type { DetailOf, RecordOf } from '../audit/actions.ts';
import { byColumn, columnNames } from '../platform/database/columns.ts';
import type { SessionFailure } from '../sessions/session.ts';
import { CONFIG_FIELDS } from '../sessions/session-config.ts';
import { configByColumn } from '../sessions/session-row.db.ts';
import type { Settlement } from './issue-store.ts';

const SETTLED_FIELDS = [
  'outcome',
  'expiresAt',
  'secretFingerprint',
  'secretFingerprintKeyId',
  'secretPrefix',
  'secretLastFour',
  'failureCode',
  'failureUpstreamStatus',
  'failureUpstreamCode',
  'failureUpstreamParam',
  'failureUpstreamRequestId',
  'failureRetryAt',
  'upstreamSessionId',
  'upstreamConfig',
  // Whatever upstream answers, a session stays of the type that it was reserved as.
  ...CONFIG_FIELDS.filter((field) => field !== 'type'),
] as const satisfies readonly (keyof RealtimeSessionModel)[];
type Settled = Pick<RealtimeSessionModel, (typeof SETTLED_FIELDS)[number]>;

/** Names of the columns that settling writes. */
export const settledColumns = columnNames<RealtimeSessionModel>(SETTLED_FIELDS);

/** What a settlement writes into them, by column. */
export function settlementByColumn(settlement: Settlement) {
  switch (settlement.kind) {
    case 'issued':
      return {
        ...configByColumn(settlement.config),
        ...byColumn<Settled>({
          outcome: 'ISSUED',
          expiresAt: settlement.secret.expiresAt,
          secretFingerprint: settlement.secret.fingerprint,
          secretFingerprintKeyId: settlement.secret.fingerprintKeyId,
          secretPrefix: settlement.secret.prefix,
          secretLastFour: settlement.secret.lastFour,
          upstreamSessionId: settlement.upstreamSessionId,
          upstreamConfig: settlement.upstreamConfig,
        }),
      };
    case 'failed':
    case 'unconfirmed':
      return byColumn<Settled>({
        outcome: settlement.kind === 'failed' ? 'FAILED' : 'UNCONFIRMED',
        failureCode: settlement.failure.code,
        failureUpstreamStatus: settlement.failure.upstreamStatus,
        failureUpstreamCode: settlement.failure.upstreamCode,
        failureUpstreamParam: settlement.failure.upstreamParam,
        failureUpstreamRequestId: settlement.failure.upstreamRequestId,
        failureRetryAt: settlement.failure.retryAt,
      });
    default:
      return settlement satisfies never;
  }
}

/** What the audit trail says of a settlement: enough to find the secret's session, never the secret. */
export function settlementEvent(
  settlement: Settlement,
): RecordOf<'session.issued' | 'session.failed' | 'session.unconfirmed'> {
  switch (settlement.kind) {
    case 'issued':
      return {
        action: 'session.issued',
        outcome: 'SUCCEEDED',
        detail: {
          expiresAt: settlement.secret.expiresAt.toISOString(),
          fingerprint: settlement.secret.fingerprint,
          fingerprintKeyId: settlement.secret.fingerprintKeyId,
          upstreamSessionId: settlement.upstreamSessionId,
        },
      };
    case 'failed':
      return { action: 'session.failed', outcome: 'FAILED', detail: failureDetail(settlement.failure) };
    case 'unconfirmed':
      return { action: 'session.unconfirmed', outcome: 'FAILED', detail: failureDetail(settlement.failure) };
    default:
      return settlement satisfies never;
  }
}

function failureDetail(failure: SessionFailure): DetailOf<'session.failed'> {
  return { ...failure, retryAt: failure.retryAt?.toISOString() ?? null };
}
