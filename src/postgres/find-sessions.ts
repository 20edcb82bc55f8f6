import type pg from 'pg';
import type { Session } from '../domain/session.ts';
import { type SessionRow, sessionColumns, toSession } from './session-row.ts';
import { orUnavailable } from './unavailable.ts';

const FIND = {
  name: 'find-sessions',
  text: `SELECT ${sessionColumns}, s.upstream_config FROM realtime_session AS s WHERE s.id = ANY($1::uuid[])`,
};

/** The sessions with these ids, in no particular order; unknown ids are left out. */
export async function findSessions(pool: pg.Pool, ids: readonly string[]): Promise<Session[]> {
  const { rows } = await orUnavailable(pool.query<SessionRow>({ ...FIND, values: [ids] }));
  return rows.map(toSession);
}
