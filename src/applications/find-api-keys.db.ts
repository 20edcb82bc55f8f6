import type { Prisma, PrismaClient } from '../../prisma/generated/client.ts';
import type { Visibility } from '../authorization/visibility.ts';
import { visibleApiKeys } from '../authorization/visible-where.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import type { ApiKey } from './api-key.ts';
import { toApiKey, withoutHash } from './application-row.db.ts';

/** The visible keys with these ids, in no particular order; the others are left out. @throws UnavailableError */
export function findApiKeys(
  prisma: PrismaClient,
  visibility: Visibility,
  ids: readonly string[],
): Promise<ApiKey[]> {
  return find(prisma, visibility, { id: { in: [...ids] } });
}

/** The visible keys of these applications, oldest first. @throws UnavailableError */
export function listApiKeys(
  prisma: PrismaClient,
  visibility: Visibility,
  applicationIds: readonly string[],
): Promise<ApiKey[]> {
  return find(prisma, visibility, { applicationId: { in: [...applicationIds] } });
}

async function find(
  prisma: PrismaClient,
  visibility: Visibility,
  condition: Prisma.ApiKeyWhereInput,
): Promise<ApiKey[]> {
  const where = { AND: [condition, visibleApiKeys(visibility)] };
  const found = () => prisma.apiKey.findMany({ where, orderBy: { id: 'asc' }, omit: withoutHash });
  return (await mapDatabaseErrors(found)).map(toApiKey);
}
