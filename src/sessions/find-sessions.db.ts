import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { read, sqlParameters } from '../platform/database/statement.ts';
import type { Session } from './session.ts';
import { type SessionRow, sessionColumns, toSession } from './session-row.db.ts';

/** The visible sessions with these ids, in no particular order; the others are left out. */
export async function findSessions(
  pool: pg.Pool,
  visibility: Visibility,
  ids: readonly string[],
): Promise<Session[]> {
  const given = sqlParameters();
  const text = `SELECT ${sessionColumns}, s.upstream_config AS "upstreamConfig" FROM realtime_session AS s
    WHERE s.id = ANY(${given.bind(ids)}::uuid[]) AND ${visible('sessions', visibility, given)}`;
  return (await read<SessionRow>(pool, text, given)).map(toSession);
}
