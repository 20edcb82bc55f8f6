import type { PrismaClient } from '../../prisma/generated/client.ts';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { readThroughPrisma, sqlParameters } from '../platform/database/statement.ts';
import type { Call } from './call.ts';
import { type CallRow, callColumns, toCall } from './call-row.db.ts';

/** The visible calls of these sessions, in no particular order; sessions without one are left out. */
export async function findCalls(
  prisma: PrismaClient,
  visibility: Visibility,
  ids: readonly string[],
): Promise<Call[]> {
  const params = sqlParameters();
  const text = `SELECT ${callColumns} FROM realtime_call AS c
    WHERE c.session_id = ANY(${params.bind(ids)}::uuid[]) AND ${visible('calls', visibility, params)}`;
  return (await readThroughPrisma<CallRow>(prisma, text, params)).map(toCall);
}
