import type pg from 'pg';
import { statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { AuditRecord } from './actions.ts';

const WRITE = statement<{ write_event: unknown }>()({
  name: 'write-event',
  text: 'SELECT write_event($1::jsonb, clock_timestamp(), $2, $3, NULL, NULL, NULL, $4::jsonb)',
  columns: ['write_event'],
});

/**
 * Writes an event that is about no application, user or session.
 * @param actor who did it, as JSON: SYSTEM_ACTOR, or callerJson of a caller
 */
export async function writeEvent(
  client: pg.Pool | pg.ClientBase,
  actor: string,
  { action, outcome, detail }: AuditRecord,
): Promise<void> {
  await client.query({ ...WRITE, values: [actor, action, outcome, toJsonb(detail)] });
}
