import { Prisma, type PrismaClient } from '../../prisma/generated/client.ts';
import type { RecordOf } from '../audit/actions.ts';
import { callerJson } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import type { PolicyChanges } from '../limits/policy.ts';
import { policyChangeColumns } from '../limits/policy-row.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { isPrismaError } from '../platform/database/prisma.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { Application } from './application.ts';
import { toApplication } from './application-row.db.ts';

/**
 * Changes the limits that hold for each user an application asks for. Null: there is no such application.
 * @throws UnavailableError when it may not have been written
 */
export async function setApplicationPolicy(
  prisma: PrismaClient,
  id: string,
  changes: PolicyChanges,
  by: Caller,
): Promise<Application | null> {
  const { allowedModels, allowedProviders, ...limits } = changes;
  const lists = {
    ...(allowedModels !== undefined && { allowedModels: allowedModels ?? Prisma.DbNull }),
    ...(allowedProviders !== undefined && { allowedProviders: allowedProviders ?? Prisma.DbNull }),
  };
  const event: RecordOf<'policy.set'> = {
    action: 'policy.set',
    outcome: 'SUCCEEDED',
    detail: { ...policyChangeColumns(changes), applicationId: id },
  };
  const change = async (tx: Prisma.TransactionClient) => {
    const row = await tx.application.update({ where: { id }, data: { ...lists, ...limits } });
    await tx.$executeRaw`
      SELECT write_event(${callerJson(by)}::jsonb, clock_timestamp(), ${event.action}, ${event.outcome}, ${id}::uuid, NULL, NULL,
        ${toJsonb(event.detail)}::jsonb)`;
    return toApplication(row);
  };
  try {
    return await mapDatabaseErrors(() => prisma.$transaction(change));
  } catch (error) {
    if (isPrismaError(error, 'P2025')) return null;
    throw error;
  }
}
