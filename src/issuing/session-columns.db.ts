import type { RealtimeSessionModel } from '../../prisma/generated/models.ts';
import { byColumn, columnNames } from '../platform/database/columns.ts';
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
  'failureUpstreamRequestId',
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
        failureUpstreamRequestId: settlement.failure.upstreamRequestId,
      });
    default:
      return settlement satisfies never;
  }
}

/** What the audit trail says of a settlement: enough to find the secret's session, never the secret. */
export function settlementEvent(settlement: Settlement) {
  switch (settlement.kind) {
    case 'issued':
      return {
        action: 'session.issued',
        outcome: 'SUCCEEDED',
        detail: {
          expiresAt: settlement.secret.expiresAt,
          fingerprint: settlement.secret.fingerprint,
          fingerprintKeyId: settlement.secret.fingerprintKeyId,
          upstreamSessionId: settlement.upstreamSessionId,
        },
      };
    case 'failed':
    case 'unconfirmed':
      return { action: `session.${settlement.kind}`, outcome: 'FAILED', detail: settlement.failure };
    default:
      return settlement satisfies never;
  }
}
