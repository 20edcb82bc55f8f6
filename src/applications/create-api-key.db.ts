import type { Prisma, PrismaClient } from '../../prisma/generated/client.ts';
import type { RecordOf } from '../audit/actions.ts';
import { callerJson } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { NewApiKey } from './api-key.ts';
import { toApiKey, withoutHash } from './application-row.db.ts';
import type { ApiKeyGrant, CreateApiKeyOutcome } from './application-store.ts';

/** An id for a key that is made now, by the database's clock: the key contains it. @throws UnavailableError */
export async function newApiKeyId(prisma: PrismaClient): Promise<string> {
  const [row] = await mapDatabaseErrors(
    () => prisma.$queryRaw<{ id: string }[]>`SELECT uuidv7_at(clock_timestamp()) AS id`,
  );
  if (row === undefined) throw new Error('uuidv7_at returned no row');
  return row.id;
}

/** Stores a key under its hash. @throws UnavailableError when it may not have been written */
export function createApiKey(
  prisma: PrismaClient,
  { scopes, ...grant }: ApiKeyGrant,
  stored: NewApiKey['stored'],
  by: Caller,
): Promise<CreateApiKeyOutcome> {
  const { applicationId, expiresAt } = grant;
  const create = async (tx: Prisma.TransactionClient): Promise<CreateApiKeyOutcome> => {
    const [clock] = await tx.$queryRaw<{ now: Date; applications: number }[]>`
      SELECT clock_timestamp() AS now, count(*)::integer AS applications FROM application WHERE id = ${applicationId}::uuid`;
    if (clock === undefined) throw new Error('The database did not say what time it is');
    if (clock.applications === 0) return { kind: 'not_found' };
    const { now: createdAt } = clock;
    if (expiresAt !== null && expiresAt <= createdAt) return { kind: 'expired' };
    const data = { ...grant, ...stored, scopes: [...scopes], createdAt };
    const row = await tx.apiKey.create({ data, omit: withoutHash });
    const event: RecordOf<'api_key.created'> = {
      action: 'api_key.created',
      outcome: 'SUCCEEDED',
      detail: {
        apiKeyId: row.id,
        name: row.name,
        scopes: row.scopes,
        reach: row.reach,
        expiresAt: row.expiresAt?.toISOString() ?? null,
        lastFour: row.lastFour,
      },
    };
    await tx.$executeRaw`
      SELECT write_event(${callerJson(by)}::jsonb, k.created_at, ${event.action}, ${event.outcome}, k.application_id, NULL, NULL,
        ${toJsonb(event.detail)}::jsonb)
      FROM api_key AS k WHERE k.id = ${row.id}::uuid`;
    return { kind: 'created', apiKey: toApiKey(row) };
  };
  return mapDatabaseErrors(() => prisma.$transaction(create));
}
