import type pg from 'pg';
import type { Page } from '../domain/ledger-reader.ts';
import type { Session } from '../domain/session.ts';
import { type SessionRow, sessionColumns, toSession } from './session-row.ts';
import { orUnavailable } from './unavailable.ts';

/**
 * One page of sessions, newest first, of one user or of all. Ids are UUIDv7, so the primary key (or the
 * index on user and id) is the order, and the cursor is the id.
 * @returns at most `page.limit + 1` sessions in reading order; the extra one says that there is more
 */
export async function listSessions(
  pool: pg.Pool,
  page: Page,
  { userId }: { userId: string | null },
): Promise<Session[]> {
  const backward = page.direction === 'backward';
  const values: unknown[] = [page.limit + 1];
  const conditions: string[] = [];
  if (userId !== null) conditions.push(`s.user_id = $${values.push(userId)}`);
  if (page.boundary !== null) conditions.push(`s.id ${backward ? '>' : '<'} $${values.push(page.boundary)}`);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const { rows } = await orUnavailable(
    pool.query<SessionRow>({
      // One prepared statement for each shape of the condition.
      name: `list-sessions ${page.direction} ${where}`,
      text: `SELECT ${sessionColumns} FROM realtime_session AS s ${where} ORDER BY s.id ${backward ? 'ASC' : 'DESC'} LIMIT $1`,
      values,
    }),
  );
  const sessions = rows.map(toSession);
  return backward ? sessions.reverse() : sessions;
}
