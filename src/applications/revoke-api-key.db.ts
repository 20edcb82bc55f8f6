import type { PrismaClient } from '../../prisma/generated/client.ts';
import type { RecordOf } from '../audit/actions.ts';
import { callerJson } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import type { ApiKey } from './api-key.ts';
import { toApiKey, withoutHash } from './application-row.db.ts';

const EVENT = { action: 'api_key.revoked', outcome: 'SUCCEEDED' } as const satisfies Partial<
  RecordOf<'api_key.revoked'>
>;

/**
 * Revokes a key by the database's clock. Without effect on one that was revoked before; null: there is no such key.
 * @throws UnavailableError when it may not have been written
 */
export async function revokeApiKey(prisma: PrismaClient, id: string, by: Caller): Promise<ApiKey | null> {
  // One statement: the model could set no time but the gateway's.
  const revoke = () => prisma.$executeRaw`
    WITH revoked AS (
      UPDATE api_key SET revoked_at = clock_timestamp() WHERE id = ${id}::uuid AND revoked_at IS NULL RETURNING *
    )
    SELECT write_event(${callerJson(by)}::jsonb, k.revoked_at, ${EVENT.action}, ${EVENT.outcome}, k.application_id, NULL, NULL,
      jsonb_build_object('apiKeyId', k.id, 'name', k.name))
    FROM revoked AS k`;
  await mapDatabaseErrors(revoke);
  const row = await mapDatabaseErrors(() => prisma.apiKey.findUnique({ where: { id }, omit: withoutHash }));
  return row === null ? null : toApiKey(row);
}
