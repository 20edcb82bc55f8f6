import { z } from 'zod';
import { TARGETS } from './requests.ts';

/** A database of a PostgreSQL: its first process, and who may ask for the times of statements, if they are kept. */
export const observed = z.object({
  pid: z.number(),
  name: z.string(),
  statisticsUrl: z.string().nullable(),
});
export type Observed = z.infer<typeof observed>;

/** What the load generator is asked to do. */
export const task = z.object({
  kind: z.enum(TARGETS),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  /** A credential for each user, when mints come from the users themselves. */
  authorizations: z.array(z.string()).nullable(),
  connections: z.number(),
  /** Requests before these seconds have passed are sent, and not counted. */
  warmUpSeconds: z.number(),
  seconds: z.number(),
  /** The number of mints to send, instead of a time. */
  mints: z.number().nullable(),
  /** Process of the server, whose CPU time is read. */
  pid: z.number(),
  /** The database behind it, if there is one that is to be looked at. */
  observed: observed.nullable(),
});
export type Task = z.infer<typeof task>;

/** What it answers; times in milliseconds. */
export const measurement = z.object({
  mintsPerSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
  /** The load generator's share of one core. */
  generatorShare: z.number(),
  /** CPU of the server for one mint; null where the system does not tell, like othersShare. */
  serverMicroseconds: z.number().nullable(),
  /** CPU of all of PostgreSQL for one mint, and the milliseconds that it says its statements took. */
  databaseMicroseconds: z.number().nullable(),
  planningMs: z.number().nullable(),
  executionMs: z.number().nullable(),
  /** Share of all cores that was used, and that was used by what is not of this benchmark. */
  machineShare: z.number(),
  othersShare: z.number().nullable(),
});
export type Measurement = z.infer<typeof measurement>;
