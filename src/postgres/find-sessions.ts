import type pg from 'pg';
import type { Session } from '../domain/session.ts';
import type { Visibility } from '../domain/visibility.ts';
import { type SessionRow, sessionColumns, toSession } from './session-row.ts';
import { orUnavailable } from './unavailable.ts';
import { visible } from './visible.ts';

/** The visible sessions with these ids, in no particular order; the others are left out. */
export async function findSessions(
  pool: pg.Pool,
  visibility: Visibility,
  ids: readonly string[],
): Promise<Session[]> {
  const { sql, values } = visible('sessions', visibility, 2);
  const { rows } = await orUnavailable(
    pool.query<SessionRow>({
      name: `find-sessions ${visibility.reach}`,
      text: `SELECT ${sessionColumns}, s.upstream_config FROM realtime_session AS s WHERE s.id = ANY($1::uuid[]) AND ${sql}`,
      values: [ids, ...values],
    }),
  );
  return rows.map(toSession);
}
