import type { PrismaClient } from '../../prisma/generated/client.ts';
import { orUnavailable } from '../platform/database/unavailable.ts';

/** The id of the built-in application: the root key's and the tokens' sessions belong to it. */
export async function findDefaultApplicationId(prisma: PrismaClient): Promise<string> {
  const { id } = await orUnavailable(prisma.application.findUniqueOrThrow({ where: { name: 'default' } }));
  return id;
}
