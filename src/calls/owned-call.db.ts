import type { CallRequest } from '../sessions/call-request.ts';
import type { DueCall, OwnedCall } from './call-store.ts';

/** A row as `ownedColumns` reads it. */
export type OwnedRow = Omit<OwnedCall, 'request'> & { readonly request: CallRequest | null };
export type DueRow = OwnedRow & { readonly reason: DueCall['reason'] };

/** What a gateway has to know of a call `c` that it owns; of its session `s` and user `u`, too. */
export const ownedColumns = `c.session_id AS id, c.user_id AS "userId", u.external_id AS "externalUserId",
  c.application_id AS "applicationId", s.provider, s.model, s.call_request AS request,
  c.upstream_call_id AS "upstreamCallId", c.provider_key_id AS "keyId", c.connected_at AS "connectedAt",
  c.deadline_at AS "deadlineAt", c.last_activity_at AS "lastActivityAt", s.idle_seconds AS "idleSeconds",
  c.end_requested_reason AS "endRequested", clock_timestamp() AS "readAt"`;

export const ownedTables = `realtime_call AS c JOIN realtime_session AS s ON s.id = c.session_id
  JOIN end_user AS u ON u.id = c.user_id`;

export const OWNED_FIELDS = [
  ...(['id', 'userId', 'externalUserId', 'applicationId', 'provider', 'model', 'request'] as const),
  ...(['upstreamCallId', 'keyId', 'connectedAt', 'deadlineAt', 'lastActivityAt', 'idleSeconds'] as const),
  ...(['endRequested', 'readAt'] as const),
] as const;

export function toOwned(row: OwnedRow): OwnedCall {
  // Erased meanwhile: nothing of the request is left, and its end was asked for.
  return { ...row, request: row.request ?? { type: 'REALTIME', model: row.model, extra: {} } };
}
