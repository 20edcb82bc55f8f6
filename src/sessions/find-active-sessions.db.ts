import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import type { TextRow } from '../platform/database/page.ts';
import { read, readTexts, sqlParameters } from '../platform/database/statement.ts';
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
  const { text, params } = statementFor(visibility, userIds);
  return read<ActiveSessionsOfUser>(pool, text, params);
}

/** The same as rows of text: the user's id, the count and the time of the first expiry. */
export function findActiveSessionTexts(
  pool: pg.Pool,
  visibility: Visibility,
  userIds: readonly string[],
): Promise<TextRow[] | null> {
  const { text, params } = statementFor(visibility, userIds);
  return readTexts(pool, text, params, 'prepared');
}

function statementFor(visibility: Visibility, userIds: readonly string[]) {
  const params = sqlParameters();
  const text = `SELECT s.user_id AS id, count(*)::integer AS count, min(s.expires_at) AS "nextExpiryAt"
    FROM realtime_session AS s
    WHERE s.user_id = ANY(${params.bind(userIds)}::uuid[]) AND ${isActiveOfUser('s')} AND ${visible('sessions', visibility, params)}
    GROUP BY s.user_id`;
  return { text, params };
}
