import type pg from 'pg';
import type { createPrisma } from './prisma.ts';

/** The open database: one pool, which Prisma shares. */
export type OpenDatabase = {
  readonly pool: pg.Pool;
  readonly prisma: ReturnType<typeof createPrisma>;
  /** Connects as the application's role. */
  readonly url: string;
  /** Connects as the owner of the tables: migrations, partitions. */
  readonly ownerUrl: string;
  close(): Promise<void>;
};
