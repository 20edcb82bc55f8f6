import { isDeepStrictEqual } from 'node:util';
import type { RealtimeSessionModel } from '../../prisma/generated/models.ts';
import type { DetailOf, RecordOf } from '../audit/actions.ts';
import { byColumn } from '../platform/database/columns.ts';
import type { SessionFailure } from '../sessions/session.ts';
import { CONFIG_FIELDS, type SessionConfig } from '../sessions/session-config.ts';
import { configByColumn } from '../sessions/session-row.db.ts';
import type { Settlement } from './issue-store.ts';

/** The parts of a config that an answer can change. Whatever it says, a session stays of the type that it was reserved as. */
const CHANGING_FIELDS = CONFIG_FIELDS.filter((field) => field !== 'type');

/** What apply_settlement writes, by column. A secret or a failure is written whole, the config where it differs from `reserved`. */
export function settlementByColumn(settlement: Settlement, reserved: SessionConfig) {
  switch (settlement.kind) {
    case 'issued':
      return {
        ...byColumn<RealtimeSessionModel>({
          outcome: 'ISSUED',
          expiresAt: settlement.secret.expiresAt,
          secretFingerprint: settlement.secret.fingerprint,
          secretFingerprintKeyId: settlement.secret.fingerprintKeyId,
          secretPrefix: settlement.secret.prefix,
          secretLastFour: settlement.secret.lastFour,
          upstreamSessionId: settlement.upstreamSessionId,
          upstreamConfig: settlement.upstreamConfig,
        }),
        config: changedConfig(settlement.config, reserved),
      };
    case 'failed':
    case 'unconfirmed':
      return byColumn<RealtimeSessionModel>({
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

function changedConfig(settled: SessionConfig, reserved: SessionConfig) {
  const changed = CHANGING_FIELDS.filter((field) => !isDeepStrictEqual(settled[field], reserved[field]));
  return configByColumn(settled, changed);
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
