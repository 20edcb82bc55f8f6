import type pg from 'pg';
import type { Page } from '../domain/ledger-reader.ts';
import type { AuditEvent } from '../domain/records.ts';
import type { Visibility } from '../domain/visibility.ts';
import { orUnavailable } from './unavailable.ts';
import { visible } from './visible.ts';

const columns = `
  e.id, e.at, e.action, e.outcome, e.actor_kind AS "actorKind", e.actor_name AS "actorName",
  e.actor_application_id AS "actorApplicationId", e.actor_api_key_id AS "actorApiKeyId",
  e.actor_user_id AS "actorUserId", e.application_id AS "applicationId", e.user_id AS "userId",
  e.session_id AS "sessionId", e.request_id AS "requestId", e.ip_address AS "ipAddress",
  e.user_agent AS "userAgent", e.detail`;

/** One page of a session's visible audit events, newest first; up to `limit + 1` of them in reading order. */
export async function listAuditEvents(
  pool: pg.Pool,
  visibility: Visibility,
  page: Page,
  { sessionId }: { sessionId: string },
): Promise<AuditEvent[]> {
  const backward = page.direction === 'backward';
  const boundary = page.boundary === null ? [] : [page.boundary];
  const { sql, values } = visible('auditEvents', visibility, 3 + boundary.length);
  const from = page.boundary === null ? 'true' : `e.id ${backward ? '>' : '<'} $3`;
  const { rows } = await orUnavailable(
    pool.query<AuditEvent>({
      name: `list-audit-events ${page.direction} ${boundary.length} ${visibility.reach}`,
      text: `SELECT ${columns} FROM audit_event AS e WHERE e.session_id = $1 AND ${from} AND ${sql}
        ORDER BY e.id ${backward ? 'ASC' : 'DESC'} LIMIT $2`,
      values: [sessionId, page.limit + 1, ...boundary, ...values],
    }),
  );
  return backward ? rows.reverse() : rows;
}

/** The event with that id, or null when there is none that is visible. */
export async function findAuditEvent(
  pool: pg.Pool,
  visibility: Visibility,
  id: string,
): Promise<AuditEvent | null> {
  const { sql, values } = visible('auditEvents', visibility, 2);
  const { rows } = await orUnavailable(
    pool.query<AuditEvent>({
      name: `find-audit-event ${visibility.reach}`,
      text: `SELECT ${columns} FROM audit_event AS e WHERE e.id = $1 AND ${sql}`,
      values: [id, ...values],
    }),
  );
  return rows[0] ?? null;
}
