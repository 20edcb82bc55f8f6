import { z } from 'zod';
import { DIALECTS, QUERIES } from './queries.ts';

/** What the load generator is asked to do. */
export const task = z.object({
  name: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  dialect: z.enum(DIALECTS),
  query: z.enum(QUERIES),
  /** How many there are in the database. */
  users: z.number(),
  connections: z.number(),
  /** Requests before these seconds have passed are sent, and not counted. */
  warmUpSeconds: z.number(),
  seconds: z.number(),
  /** Processes whose CPU time is read: the server's, and PostgreSQL's with its children. */
  pid: z.number(),
  databasePid: z.number(),
});
export type Task = z.infer<typeof task>;

/** What it answers; times in milliseconds. */
export const measurement = z.object({
  requestsPerSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
  /** The load generator's share of one core. */
  generatorShare: z.number(),
  /** CPU of the server for one request; null where the system does not tell, like othersShare. */
  serverMicroseconds: z.number().nullable(),
  /** CPU of PostgreSQL for one request. */
  databaseMicroseconds: z.number().nullable(),
  /** Share of all cores that was used by what is not of this benchmark. */
  othersShare: z.number().nullable(),
});
export type Measurement = z.infer<typeof measurement>;
