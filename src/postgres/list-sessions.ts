import type pg from 'pg';
import type { Page } from '../domain/ledger-reader.ts';
import type { Session } from '../domain/session.ts';
import { type SessionRow, sessionColumns, toSession } from './session-row.ts';
import { orUnavailable } from './unavailable.ts';

/**
 * One page of sessions, newest first. Ids are UUIDv7, so the primary key is the order and the cursor is the id.
 * @returns at most `page.limit + 1` sessions in reading order; the extra one says that there is more
 */
export async function listSessions(pool: pg.Pool, page: Page): Promise<Session[]> {
  const backward = page.direction === 'backward';
  const where = page.boundary === null ? '' : `WHERE s.id ${backward ? '>' : '<'} $2`;
  const { rows } = await orUnavailable(
    pool.query<SessionRow>({
      // One prepared statement for each shape of the condition.
      name: `list-sessions ${page.direction} ${where}`,
      text: `SELECT ${sessionColumns} FROM realtime_session AS s ${where} ORDER BY s.id ${backward ? 'ASC' : 'DESC'} LIMIT $1`,
      values: page.boundary === null ? [page.limit + 1] : [page.limit + 1, page.boundary],
    }),
  );
  const sessions = rows.map(toSession);
  return backward ? sessions.reverse() : sessions;
}
