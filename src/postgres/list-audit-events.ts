import type pg from 'pg';
import type { Listed, Page } from '../domain/ledger-reader.ts';
import type { AuditEvent } from '../domain/records.ts';
import type { Visibility } from '../domain/visibility.ts';
import { beyond, type Keyset, ordered, sortedBy, toListed } from './keyset.ts';
import { parameters, read } from './statement.ts';
import { visible } from './visible.ts';

const columns = `
  e.id, e.at, e.action, e.outcome, e.actor_kind AS "actorKind", e.actor_name AS "actorName",
  e.actor_application_id AS "actorApplicationId", e.actor_api_key_id AS "actorApiKeyId",
  e.actor_user_id AS "actorUserId", e.application_id AS "applicationId", e.user_id AS "userId",
  e.session_id AS "sessionId", e.request_id AS "requestId", e.ip_address AS "ipAddress",
  e.user_agent AS "userAgent", e.detail`;

const NEWEST_FIRST: Keyset = { time: null, id: 'e.id', direction: 'DESC' };

/** One page of a session's visible audit events, newest first; up to `limit + 1` of them in reading order. */
export async function listAuditEvents(
  pool: pg.Pool,
  visibility: Visibility,
  page: Page,
  { sessionId }: { sessionId: string },
): Promise<Listed<AuditEvent>[]> {
  const given = parameters();
  const text = `SELECT ${columns}, ${sortedBy(NEWEST_FIRST)} FROM audit_event AS e
    WHERE e.session_id = ${given.use(sessionId)} AND ${visible('auditEvents', visibility, given)}
      AND ${beyond(NEWEST_FIRST, page, given)} ${ordered(NEWEST_FIRST, page, given)}`;
  const rows = await read<AuditEvent & { sorted_by: null }>(pool, text, given);
  return toListed(rows, page, ({ sorted_by: _, ...event }) => event);
}

/** The event with that id, or null when there is none that is visible. */
export async function findAuditEvent(
  pool: pg.Pool,
  visibility: Visibility,
  id: string,
): Promise<AuditEvent | null> {
  const given = parameters();
  const text = `SELECT ${columns} FROM audit_event AS e
    WHERE e.id = ${given.use(id)} AND ${visible('auditEvents', visibility, given)}`;
  const [event] = await read<AuditEvent>(pool, text, given);
  return event ?? null;
}
