import type pg from 'pg';
import type { PrismaClient } from '../../../prisma/generated/client.ts';

/** The two ways to the database. They share connections: Prisma Client works over the pool. */
export type Database = {
  /** For statements of our own: listings, reports, the feed, sealing. */
  readonly pool: pg.Pool;
  /** For applications and their keys by its models, and for sessions by id. */
  readonly prisma: PrismaClient;
};

/** The database as a command has opened it. */
export type OwnedDatabase = Database & {
  /** Connects as the owner of the tables: migrations, partitions. */
  readonly ownerUrl: string;
  close(): Promise<void>;
};

/** The database as a gateway has opened it. */
export type OpenDatabase = OwnedDatabase & {
  /** Connects for LISTEN: as the application's role, or as the owner where a pooler is in between for that one. */
  readonly listenUrl: string;
};
