import type { Prisma, PrismaClient } from '../../prisma/generated/client.ts';
import type { RecordOf } from '../audit/actions.ts';
import { callerJson } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { isPrismaError } from '../platform/database/prisma.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { Application } from './application.ts';
import { toApplication } from './application-row.db.ts';

/** Registers an application. Null: the name is taken. @throws UnavailableError when it may not have been written */
export async function createApplication(
  prisma: PrismaClient,
  name: string,
  by: Caller,
): Promise<Application | null> {
  const create = async (tx: Prisma.TransactionClient) => {
    const row = await tx.application.create({ data: { name } });
    const event: RecordOf<'application.created'> = {
      action: 'application.created',
      outcome: 'SUCCEEDED',
      detail: { name: row.name },
    };
    await tx.$executeRaw`
      SELECT write_event(${callerJson(by)}::jsonb, a.created_at, ${event.action}, ${event.outcome}, a.id, NULL, NULL,
        ${toJsonb(event.detail)}::jsonb)
      FROM application AS a WHERE a.id = ${row.id}::uuid`;
    return toApplication(row);
  };
  try {
    return await mapDatabaseErrors(() => prisma.$transaction(create));
  } catch (error) {
    if (isPrismaError(error, 'P2002')) return null;
    throw error;
  }
}
