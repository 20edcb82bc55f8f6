import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from '../../prisma/generated/client.ts';

/** Prisma over the gateway's own pool: for everything that is read by id and is not hot. */
export function createPrisma(pool: pg.Pool): PrismaClient {
  return new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: nameStatement() }),
    // Prisma's own messages carry argument values; errors are logged once, by code, where they surface.
    log: [],
  });
}

/** Prepared statements by their text, up to a number: lists of ids vary in length and must not fill the server's memory. */
function nameStatement(limit = 200) {
  const names = new Map<string, string>();
  return ({ sql }: { sql: string }): string => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    // An empty name is the unnamed statement, which is not cached.
    if (names.size >= limit) return '';
    const name = `prisma-${names.size}`;
    names.set(sql, name);
    return name;
  };
}
