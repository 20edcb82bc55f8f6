import type { RealtimeCallModel } from '../../prisma/generated/models.ts';
import { columns } from '../platform/database/columns.ts';
import type { Call, CallEnd, CallStatus } from './call.ts';

const FIELDS = [
  'userId',
  'applicationId',
  'createdAt',
  'connectedAt',
  'deadlineAt',
  'lastActivityAt',
  'driftedFields',
] as const satisfies readonly (keyof RealtimeCallModel)[];

/** A row of realtime_call as `callColumns` reads it. */
export type CallRow = Pick<RealtimeCallModel, (typeof FIELDS)[number]> & {
  id: string;
  status: CallStatus;
  endedAt: Date | null;
  endReason: CallEnd | null;
};

export const CALL_FIELDS = [...FIELDS, 'id', 'status', 'endedAt', 'endReason'] as const;

/** The status of a call `c` now, by the database's clock. */
export const callStatusNow =
  'call_status(c.ended_at, c.must_end_by, c.connected_at, c.uncertain_at, c.connect_by, now())';

/** Why a call `c` ended; null while it has not. */
export const callEndNow = `CASE WHEN ${callStatusNow} = 'ENDED' THEN coalesce(c.end_reason, 'UNKNOWN') END`;

/** What is read of a call `c`. Nobody may have written down that it ended: the clock said so before. */
export const callColumns = `c.session_id AS id, ${columns<RealtimeCallModel>('c', FIELDS)},
  ${callStatusNow} AS status,
  CASE WHEN ${callStatusNow} = 'ENDED' THEN coalesce(c.ended_at, c.must_end_by) END AS "endedAt",
  ${callEndNow} AS "endReason"`;

export function toCall(row: CallRow): Call {
  const { id, userId, applicationId, status, endReason } = row;
  const { createdAt, connectedAt, deadlineAt, lastActivityAt, endedAt, driftedFields } = row;
  return {
    ...{ id, userId, applicationId, status, endReason },
    ...{ createdAt, connectedAt, deadlineAt, lastActivityAt, endedAt, driftedFields },
  };
}
