import type pg from 'pg';
import type { Session } from '../domain/session.ts';
import type { Visibility } from '../domain/visibility.ts';
import { type SessionRow, sessionColumns, toSession } from './session-row.ts';
import { parameters, read } from './statement.ts';
import { visible } from './visible.ts';

/** The visible sessions with these ids, in no particular order; the others are left out. */
export async function findSessions(
  pool: pg.Pool,
  visibility: Visibility,
  ids: readonly string[],
): Promise<Session[]> {
  const given = parameters();
  const text = `SELECT ${sessionColumns}, s.upstream_config FROM realtime_session AS s
    WHERE s.id = ANY(${given.use(ids)}::uuid[]) AND ${visible('sessions', visibility, given)}`;
  return (await read<SessionRow>(pool, text, given)).map(toSession);
}
