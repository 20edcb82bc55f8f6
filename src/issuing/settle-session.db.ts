import type { PrismaClient } from '../../prisma/generated/client.ts';
import { actorColumns } from '../audit/event-columns.db.ts';
import { queryThroughPrisma, statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { Session } from '../sessions/session.ts';
import {
  FULL_SESSION_FIELDS,
  type FullSessionRow,
  fullSessionColumns,
  toSession,
} from '../sessions/session-row.db.ts';
import type { IssueStore } from './issue-store.ts';
import { settledColumns, settlementByColumn, settlementEvent } from './session-columns.db.ts';

// Both conditions are read by clock_timestamp(): the statement may have waited for a lock, or in the socket
// of a paused server, and what its sender has given up on must not become true afterwards.
const SETTLE = statement<FullSessionRow>()({
  name: 'settle-session',
  text: settling(''),
  columns: FULL_SESSION_FIELDS,
});

// When a person asked: what identifies it stands beside the event. Nobody else's mint pays for planning that.
const SETTLE_FOR_PERSON = statement<FullSessionRow>()({
  name: 'settle-session-for-person',
  text: settling(`, identified AS (
      INSERT INTO audit_identity (event_id, user_id, salt, actor_name, ip_address, user_agent, reason)
      SELECT audited.id, audited.user_id, personal.salt, personal.actor_name, personal.ip_address, personal.user_agent,
        personal.reason
      FROM audited, jsonb_populate_record(NULL::audit_identity, $4::jsonb->'personal') AS personal
    )`),
  columns: FULL_SESSION_FIELDS,
});

function settling(identified: string): string {
  return `
    WITH s AS (
      UPDATE realtime_session AS open
      SET settled_at = clock_timestamp(), (${settledColumns}) = (
        SELECT ${settledColumns} FROM jsonb_populate_record(open, $2::jsonb)
      )
      WHERE id = $1::uuid AND outcome IS NULL AND least(deadline, $3::timestamptz) > clock_timestamp()
        AND ($5::boolean OR revoked_at IS NULL AND NOT EXISTS (
          SELECT FROM end_user AS u WHERE u.id = open.user_id AND u.suspended_at IS NOT NULL
        ))
      RETURNING open.*
    ), audited AS (
      INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, actor_application_id,
        actor_api_key_id, actor_user_id, application_id, user_id, session_id, request_id, ip_address, user_agent,
        detail, identity)
      SELECT uuidv7_at(s.settled_at), s.settled_at, event.action, event.outcome, event.actor_kind, event.actor_name,
        event.actor_application_id, event.actor_api_key_id,
        -- A person asks for itself only.
        CASE WHEN event.actor_kind = 'USER' THEN s.user_id END, s.application_id, s.user_id, s.id, event.request_id, event.ip_address, event.user_agent, event.detail,
        event.identity
      FROM s, jsonb_populate_record(NULL::audit_event, $4::jsonb) AS event
      RETURNING id, user_id
    )${identified}
    SELECT ${fullSessionColumns} FROM s`;
}

/**
 * Settles a pending session and writes its event, in one statement; null when it matches no row: settled
 * already, past its deadline, later than `notAfter`, or to be issued although it was withdrawn.
 * @throws UnavailableError when it may not have been written
 */
export async function settleSession(
  prisma: PrismaClient,
  ...[id, settlement, { actor, origin, notAfter }]: Parameters<IssueStore['settle']>
): Promise<Session | null> {
  const event = { ...actorColumns(actor, origin), ...settlementEvent(settlement) };
  const values = [
    id,
    toJsonb(settlementByColumn(settlement)),
    notAfter,
    toJsonb(event),
    settlement.kind !== 'issued',
  ];
  const settle = actor.kind === 'user' ? SETTLE_FOR_PERSON : SETTLE;
  const [row] = await queryThroughPrisma(prisma, settle, values);
  return row === undefined ? null : toSession(row);
}
