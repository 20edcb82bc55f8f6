import type { PrismaClient } from '../../prisma/generated/client.ts';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { readThroughPrisma, sqlParameters } from '../platform/database/statement.ts';
import type { Session } from './session.ts';
import { type FullSessionRow, fullSessionColumns, toSession } from './session-row.db.ts';

/** The visible sessions with these ids, in no particular order; the others are left out. */
export async function findSessions(
  prisma: PrismaClient,
  visibility: Visibility,
  ids: readonly string[],
): Promise<Session[]> {
  const params = sqlParameters();
  const text = `SELECT ${fullSessionColumns} FROM realtime_session AS s
    WHERE s.id = ANY(${params.bind(ids)}::uuid[]) AND ${visible('sessions', visibility, params)}`;
  return (await readThroughPrisma<FullSessionRow>(prisma, text, params)).map(toSession);
}
