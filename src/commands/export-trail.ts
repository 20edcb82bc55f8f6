import type { Writable } from 'node:stream';
import type pg from 'pg';
import type { AuditEventFilter } from '../audit/audit-event-filter.ts';
import { detailWithReason, withIdentity } from '../audit/identity.db.ts';
import { auditConditions } from '../audit/list-audit-events.db.ts';
import { sqlParameters } from '../platform/database/statement.ts';
import { timeText } from '../sealing/sealed-columns.db.ts';
import { writeLines } from './write-lines.ts';

const PAGE = 1000;

export type ExportTrailOptions = {
  /** Default: all events. */
  readonly filter?: AuditEventFilter;
  readonly onProgress?: (events: number) => void;
};

// Each event as one JSON text, made by PostgreSQL: numbers in detail stay what they are.
const EVENTS = `
  SELECT e.id::text AS id, json_build_object(
    'sequence', s.sequence, 'id', e.id, 'at', ${timeText('e.at')}, 'action', e.action, 'outcome', e.outcome,
    'actorKind', e.actor_kind, 'actorName', coalesce(i.actor_name, e.actor_name), 'actorApplicationId', e.actor_application_id,
    'actorApiKeyId', e.actor_api_key_id, 'actorUserId', e.actor_user_id, 'applicationId', e.application_id,
    'userId', e.user_id, 'sessionId', e.session_id, 'requestId', e.request_id,
    'ipAddress', coalesce(i.ip_address, e.ip_address), 'userAgent', coalesce(i.user_agent, e.user_agent),
    'detail', ${detailWithReason}, 'identity', e.identity, 'mac', encode(s.mac, 'hex')
  )::text AS line
  FROM audit_event AS e ${withIdentity} LEFT JOIN LATERAL (
    SELECT * FROM audit_seal AS seal WHERE seal.event_id = e.id OFFSET 0
  ) AS s ON true`;

/**
 * Writes the events that fit a filter, oldest first, one a line; sequence and mac are null until it is sealed. Waits for who
 * reads.
 * @returns how many were read, and whether all were written: who reads may have had enough
 */
export async function exportTrail(
  pool: pg.Pool,
  output: Writable,
  { filter = {}, onProgress = () => {} }: ExportTrailOptions = {},
): Promise<{ readonly events: number; readonly whole: boolean }> {
  let events = 0;
  async function* lines(): AsyncGenerator<string> {
    for (let after = '00000000-0000-0000-0000-000000000000', more = true; more; ) {
      const params = sqlParameters();
      const conditions = [`e.id > ${params.bind(after)}`, ...auditConditions(filter, params)];
      const page = `${EVENTS} WHERE ${conditions.join(' AND ')} ORDER BY e.id LIMIT ${PAGE}`;
      const { rows } = await pool.query<{ id: string; line: string }>(page, [...params.values]);
      if (rows.length > 0) yield rows.map(({ line }) => `${line}\n`).join('');
      events += rows.length;
      onProgress(events);
      more = rows.length === PAGE;
      after = rows.at(-1)?.id ?? after;
    }
  }
  const whole = await writeLines(lines(), output);
  return { events, whole };
}
