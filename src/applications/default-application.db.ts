import type { PrismaClient } from '../../prisma/generated/client.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';

/** The id of the built-in application: the root key's and the tokens' sessions belong to it. */
export async function findDefaultApplicationId(prisma: PrismaClient): Promise<string> {
  const { id } = await mapDatabaseErrors(() =>
    prisma.application.findUniqueOrThrow({ where: { name: 'default' } }),
  );
  return id;
}
