import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { Prisma, PrismaClient } from '../../../prisma/generated/client.ts';
import { createStatementNames, namedStatement } from './statement.ts';

/** Prisma Client over the gateway's own pool: its connections, its time limits. */
export function createPrisma(pool: pg.Pool): PrismaClient {
  const nameOf = createStatementNames('prisma', 200);
  const { query_timeout: timeoutMs = 10_000 } = pool.options;
  return new PrismaClient({
    adapter: new PrismaPg(pool, {
      statementNameGenerator: ({ sql }) => namedStatement(sql)?.name ?? nameOf(sql),
    }),
    // Each statement has the pool's time limit. A transaction has a few of them.
    transactionOptions: { maxWait: timeoutMs, timeout: 5 * timeoutMs },
    // Prisma's own messages carry argument values; errors are logged once, by code, where they surface.
    log: [],
  });
}

/** Whether Prisma refused with this code: P2002 a value is taken, P2003 a reference leads nowhere, P2025 no such row. */
export function isPrismaError(error: unknown, code: 'P2002' | 'P2003' | 'P2025'): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;
}
