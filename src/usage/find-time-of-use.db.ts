import type { PrismaClient } from '../../prisma/generated/client.ts';
import { queryThroughPrisma, statement } from '../platform/database/statement.ts';

const FIND = statement<{ at: Date }>()({
  name: 'find-time-of-use',
  text: `SELECT r.at FROM usage_record AS r WHERE r.session_id = $1::uuid AND r.response_id = $2 AND r.counted`,
  columns: ['at'],
});

/** The time that is recorded for a response of a session; null when nothing is. @throws UnavailableError */
export async function findTimeOfUse(
  prisma: PrismaClient,
  sessionId: string,
  responseId: string,
): Promise<Date | null> {
  const [row] = await queryThroughPrisma(prisma, FIND, [sessionId, responseId]);
  return row?.at ?? null;
}
