import type pg from 'pg';
import type { Page } from '../domain/ledger-reader.ts';
import type { Session } from '../domain/session.ts';
import type { Visibility } from '../domain/visibility.ts';
import { type SessionRow, sessionColumns, toSession } from './session-row.ts';
import { orUnavailable } from './unavailable.ts';
import { visible } from './visible.ts';

/**
 * One page of the visible sessions, newest first. Ids are UUIDv7, so the id is the order and the cursor.
 * @returns at most `page.limit + 1` sessions in reading order; the extra one says that there is more
 */
export async function listSessions(pool: pg.Pool, visibility: Visibility, page: Page): Promise<Session[]> {
  const backward = page.direction === 'backward';
  const boundary = page.boundary === null ? [] : [page.boundary];
  const { sql, values } = visible('sessions', visibility, 2 + boundary.length);
  const where = page.boundary === null ? sql : `s.id ${backward ? '>' : '<'} $2 AND ${sql}`;
  const { rows } = await orUnavailable(
    pool.query<SessionRow>({
      // One prepared statement for each shape of the condition.
      name: `list-sessions ${page.direction} ${boundary.length} ${visibility.reach}`,
      text: `SELECT ${sessionColumns} FROM realtime_session AS s WHERE ${where} ORDER BY s.id ${backward ? 'ASC' : 'DESC'} LIMIT $1`,
      values: [page.limit + 1, ...boundary, ...values],
    }),
  );
  const sessions = rows.map(toSession);
  return backward ? sessions.reverse() : sessions;
}
