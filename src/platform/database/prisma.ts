import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from '../../../prisma/generated/client.ts';
import { createStatementNames } from './statement.ts';

/** Prisma over the gateway's own pool: for everything that is read by id and is not hot. */
export function createPrisma(pool: pg.Pool): PrismaClient {
  const nameOf = createStatementNames('prisma', 200);
  return new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: ({ sql }) => nameOf(sql) }),
    // Prisma's own messages carry argument values; errors are logged once, by code, where they surface.
    log: [],
  });
}
