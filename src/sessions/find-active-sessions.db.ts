import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { read, sqlParameters } from '../platform/database/statement.ts';
import { isActive } from './session-conditions.db.ts';

export type ActiveSessionsOfUser = {
  readonly id: string;
  readonly count: number;
  readonly nextExpiryAt: Date;
};

/** How many visible sessions of these users are ACTIVE now, and when the first of them expires; users without any are left out. */
export function findActiveSessions(
  pool: pg.Pool,
  visibility: Visibility,
  userIds: readonly string[],
): Promise<ActiveSessionsOfUser[]> {
  const given = sqlParameters();
  const text = `SELECT s.user_id AS id, count(*)::integer AS count, min(s.expires_at) AS "nextExpiryAt"
    FROM realtime_session AS s
    WHERE s.user_id = ANY(${given.bind(userIds)}::uuid[]) AND ${isActive} AND ${visible('sessions', visibility, given)}
    GROUP BY s.user_id`;
  return read<ActiveSessionsOfUser>(pool, text, given);
}
