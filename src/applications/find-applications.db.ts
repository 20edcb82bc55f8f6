import type { PrismaClient } from '../../prisma/generated/client.ts';
import type { Visibility } from '../authorization/visibility.ts';
import { visibleApplications } from '../authorization/visible-where.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import type { Application } from './application.ts';
import { toApplication } from './application-row.db.ts';

/** The visible applications with these ids, in no particular order; the others are left out. @throws UnavailableError */
export async function findApplications(
  prisma: PrismaClient,
  visibility: Visibility,
  ids: readonly string[],
): Promise<Application[]> {
  const where = { AND: [{ id: { in: [...ids] } }, visibleApplications(visibility)] };
  return (await mapDatabaseErrors(() => prisma.application.findMany({ where }))).map(toApplication);
}

/**
 * All visible applications by name. There are as many as a company has programs: no pages are needed.
 * @throws UnavailableError
 */
export async function listApplications(prisma: PrismaClient, visibility: Visibility): Promise<Application[]> {
  const where = visibleApplications(visibility);
  const rows = await mapDatabaseErrors(() =>
    prisma.application.findMany({ where, orderBy: { name: 'asc' } }),
  );
  return rows.map(toApplication);
}
