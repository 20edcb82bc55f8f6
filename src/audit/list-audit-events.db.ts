import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { countRows } from '../platform/database/count-rows.ts';
import { afterCursor, type Keyset, orderByLimit, sortedBy, toEdges } from '../platform/database/keyset.ts';
import { type Edge, NEWEST_FIRST, type Page } from '../platform/database/page.ts';
import { read, readPlanned, type SqlParameters, sqlParameters } from '../platform/database/statement.ts';
import { instantText } from '../platform/validation/instant.ts';
import type { AuditEvent } from './audit-event.ts';
import type { AuditEventFilter } from './audit-event-filter.ts';
import { detailWithReason, withIdentity } from './identity.db.ts';

// A look-up for each event of a page.
const columns = `
  e.id, (SELECT seal.sequence::float8 FROM audit_seal AS seal WHERE seal.event_id = e.id) AS sequence, e.at, e.action, e.outcome, e.actor_kind AS "actorKind", coalesce(i.actor_name, e.actor_name) AS "actorName",
  e.actor_application_id AS "actorApplicationId", e.actor_api_key_id AS "actorApiKeyId",
  e.actor_user_id AS "actorUserId", e.application_id AS "applicationId", e.user_id AS "userId",
  e.session_id AS "sessionId", e.request_id AS "requestId", coalesce(i.ip_address, e.ip_address) AS "ipAddress",
  coalesce(i.user_agent, e.user_agent) AS "userAgent", ${detailWithReason} AS detail`;
const events = `audit_event AS e ${withIdentity}`;

const keyset: Keyset = { ...NEWEST_FIRST, id: 'e.id' };

/**
 * One page of the visible audit events that fit a filter, newest first; up to `limit + 1` of them in reading order. Those
 * of a session or a user are found by an index. All else is looked for among all events in their order, from `to` back
 * to `from`, for as long as a statement may take.
 */
export async function listAuditEvents(
  pool: pg.Pool,
  visibility: Visibility,
  page: Page,
  filter: AuditEventFilter,
): Promise<Edge<AuditEvent>[]> {
  const params = sqlParameters();
  const conditions = [visible('auditEvents', visibility, params), ...auditConditions(filter, params)];
  const text = `SELECT ${columns}, ${sortedBy(keyset)} FROM ${events}
    WHERE ${conditions.join(' AND ')} AND ${afterCursor(keyset, page, params)} ${orderByLimit(keyset, page, params)}`;
  // What leads to an index does so for all values alike.
  const run = filter.sessionId == null && filter.userId == null ? readPlanned : read;
  const rows = await run<AuditEvent & { sorted_by: null }>(pool, text, params);
  return toEdges(rows, page, ({ sorted_by: _, ...event }) => event);
}

/** How many events all pages of a listing have together, counted up to `upTo`. @throws CountTooLongError */
export function countAuditEvents(
  pool: pg.Pool,
  visibility: Visibility,
  filter: AuditEventFilter,
  upTo: number | null,
): Promise<number> {
  const params = sqlParameters();
  const conditions = [visible('auditEvents', visibility, params), ...auditConditions(filter, params)];
  return countRows(pool, `audit_event AS e WHERE ${conditions.join(' AND ')}`, upTo, params);
}

/** The conditions of a filter on events `e`. */
export function auditConditions(filter: AuditEventFilter, { bind }: SqlParameters): readonly string[] {
  const { actions, outcomes, userId, sessionId, applicationId, actorKinds, requestId, from, to } = filter;
  const conditions: string[] = [];
  const where = <T>(value: T | null | undefined, condition: (place: string) => string) => {
    if (value != null) conditions.push(condition(bind(value)));
  };
  where(sessionId, (place) => `e.session_id = ${place}`);
  where(userId, (place) => `e.user_id = ${place}`);
  where(applicationId, (place) => `${place}::uuid IN (e.application_id, e.actor_application_id)`);
  where(requestId, (place) => `e.request_id = ${place}`);
  where(actions, (place) => `e.action = ANY(${place}::text[])`);
  where(outcomes, (place) => `e.outcome = ANY(${place}::text[])`);
  where(actorKinds, (place) => `e.actor_kind = ANY(${place}::text[])`);
  // Beside the time itself, what it says of ids: partitions without such are not looked at.
  where(
    from && instantText(from),
    (place) => `e.at >= ${place}::timestamptz AND e.id >= uuidv7_floor(${place}::timestamptz)`,
  );
  where(
    to && instantText(to),
    (place) =>
      `e.at < ${place}::timestamptz AND e.id < uuidv7_floor(${place}::timestamptz + interval '1 millisecond')`,
  );
  return conditions;
}

/** The event with that id, or null when there is none that is visible. */
export async function findAuditEvent(
  pool: pg.Pool,
  visibility: Visibility,
  id: string,
): Promise<AuditEvent | null> {
  const params = sqlParameters();
  const text = `SELECT ${columns} FROM ${events}
    WHERE e.id = ${params.bind(id)} AND ${visible('auditEvents', visibility, params)}`;
  const [event] = await read<AuditEvent>(pool, text, params);
  return event ?? null;
}
