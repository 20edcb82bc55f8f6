import type pg from 'pg';
import { byColumns } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import type { Session } from './session.ts';
import { type SessionRow, sessionColumns, toSession } from './session-row.db.ts';

const REVOKE = `SELECT ${sessionColumns}, s.upstream_config FROM revoke_session($1, $2) AS s`;

/** Withdraws a session, whoever's it is: the caller has looked whether it is visible. Null: there is none of that id. */
export async function revokeSession(
  pool: pg.Pool,
  id: string,
  reason: string | null,
  by: Caller,
): Promise<Session | null> {
  // The reason is stored with the identities, which erasing removes.
  const values = [id, byColumns(by, reason)];
  const { rows } = await mapDatabaseErrors(pool.query<SessionRow>(REVOKE, values));
  return rows[0] === undefined ? null : toSession(rows[0]);
}
