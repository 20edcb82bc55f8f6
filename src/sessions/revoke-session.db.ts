import type { PrismaClient } from '../../prisma/generated/client.ts';
import { callerJson } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import { queryThroughPrisma, statement } from '../platform/database/statement.ts';
import type { Session } from './session.ts';
import { FULL_SESSION_FIELDS, type FullSessionRow, fullSessionColumns, toSession } from './session-row.db.ts';

const REVOKE = statement<FullSessionRow>()({
  name: 'revoke-session',
  text: `SELECT ${fullSessionColumns} FROM revoke_session($1::uuid, $2::jsonb) AS s`,
  columns: FULL_SESSION_FIELDS,
});

/** Withdraws a session, whoever's it is: the caller has looked whether it is visible. Null: there is none of that id. */
export async function revokeSession(
  prisma: PrismaClient,
  id: string,
  reason: string | null,
  by: Caller,
): Promise<Session | null> {
  // The reason is stored with the identities, which erasing removes.
  const values = [id, callerJson(by, reason)];
  const [row] = await queryThroughPrisma(prisma, REVOKE, values);
  return row === undefined ? null : toSession(row);
}
