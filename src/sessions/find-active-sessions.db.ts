import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { read, type SqlParameters, sqlParameters } from '../platform/database/statement.ts';
import { isActiveOfUser } from './session-conditions.db.ts';

export type ActiveSessionsOfUser = {
  readonly id: string;
  readonly count: number;
  readonly nextExpiryAt: Date;
};

/** Counts the visible ACTIVE sessions of these users and finds the first to expire. Users without any are left out. */
export function findActiveSessions(
  pool: pg.Pool,
  visibility: Visibility,
  userIds: readonly string[],
): Promise<ActiveSessionsOfUser[]> {
  const params = sqlParameters();
  const ids = `${params.bind(userIds)}::uuid[]`;
  return read<ActiveSessionsOfUser>(pool, activeSessionsOf(ids, visibility, params), params);
}

/** The statement that does. @param ids an array of the users' ids, as SQL */
export function activeSessionsOf(ids: string, visibility: Visibility, params: SqlParameters): string {
  return `SELECT s.user_id AS id, count(*)::integer AS count, min(s.expires_at) AS "nextExpiryAt"
    FROM realtime_session AS s
    WHERE s.user_id = ANY(${ids}) AND ${isActiveOfUser('s')} AND ${visible('sessions', visibility, params)}
    GROUP BY s.user_id`;
}
