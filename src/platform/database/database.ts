import type pg from 'pg';
import type { PrismaClient } from '../../../prisma/generated/client.ts';

/** The two ways to the database. They share connections: Prisma Client works over the pool. */
export type Database = {
  /** For statements of our own: listings, reports, the feed, sealing. */
  readonly pool: pg.Pool;
  /** For applications and their keys by its models, and for sessions by id. */
  readonly prisma: PrismaClient;
};
