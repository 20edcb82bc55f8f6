import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UnavailableError } from './unavailable-error.ts';

// By SQLSTATE: the connection is lost (08) or was refused (28, 3D000); the database is read-only (25006); a time limit of
// a transaction (25P03, 25P04) or a lock (55P03); rolled back because of another transaction (40…); no space, memory or
// connections (53); cancelled, shutting down or starting (57); the disk fails (58). Internal errors (XX) are none of these:
// data may be damaged, and somebody has to look.
const SQLSTATES = /^(08...|25006|25P0[34]|28...|3D000|40(000|001|003|P01)|53...|55P03|57...|58...)$/;
const NETWORK = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
// node-postgres gives these no code.
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^Query read timeout$/, 'query_timeout'],
  [/timeout exceeded when trying to connect|connection timeout|^timeout expired$/i, 'connection_timeout'],
  [/^Connection terminated|^Client has encountered a connection error|not queryable/, 'connection_lost'],
  [/^Cannot use a pool after calling end/, 'pool_closed'],
];
// Prisma wraps what the driver said; these are its words for "could not reach or lost the server".
const PRISMA = /^P(1001|1002|1008|1011|1017|2024|2028|2034|2037)$/;
// What it has no words for (P2039: terminated, cancelled, starting) it gives with the SQLSTATE deep inside.
const wrappedByPrisma = z.object({
  meta: z.object({
    driverAdapterError: z.object({
      cause: z.object({ originalCode: z.string().optional(), kind: z.string().optional() }),
    }),
  }),
});
// Errors of the socket reach no SQLSTATE: the driver adapter names their kind instead (@prisma/adapter-pg, convertDriverError).
const KINDS: Readonly<Record<string, string>> = {
  ConnectionClosed: 'connection_lost',
  DatabaseNotReachable: 'ECONNREFUSED',
  SocketTimeout: 'connection_timeout',
};
// A row of a month without a partition has no code of its own.
const CHECK_VIOLATION = '23514';
const NO_PARTITION = /no partition of relation "\w+" found for row/;

// Nothing was done, so that doing it again does it once: rolled back for another transaction, or never sent.
const ROLLED_BACK = new Set(['40001', '40P01']);
const TOO_MANY_CONNECTIONS = '53300';
const PAUSES_MS = [50, 100, 200, 400];

/** A short code when `error` means that the database could not be asked or did not answer; null for any other error. */
export function unavailableCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const cause = wrappedByPrisma.safeParse(error).data?.meta.driverAdapterError.cause;
  const byKind = KINDS[cause?.kind ?? ''];
  if (byKind !== undefined) return byKind;
  const codes = [cause?.originalCode ?? '', own];
  const code = codes.find((one) => [SQLSTATES, NETWORK, PRISMA].some((known) => known.test(one)));
  if (code !== undefined) return code;
  if (codes.includes(CHECK_VIOLATION) && NO_PARTITION.test(error.message)) return 'partition_missing';
  const known = MESSAGES.find(([pattern]) => pattern.test(error.message));
  if (known) return known[1];
  return causeOf(error).reduce<string | null>((found, inner) => found ?? unavailableCode(inner), null);
}

/**
 * Does `work`, a statement or a transaction. One that the database rolled back for another transaction is done a second
 * time; one that found no connection is tried again for a second.
 * @throws UnavailableError when the database is away, and any other error of `work` as it is
 */
export async function mapDatabaseErrors<T>(work: () => Promise<T>): Promise<T> {
  let rolledBack = false;
  for (let refusals = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      const code = unavailableCode(error);
      if (code === null) throw error;
      const pauseMs = PAUSES_MS[refusals];
      if (ROLLED_BACK.has(code) && !rolledBack) rolledBack = true;
      else if (code === TOO_MANY_CONNECTIONS && pauseMs !== undefined) {
        refusals += 1;
        await delay(pauseMs * (0.5 + Math.random()));
      } else throw new UnavailableError(code);
    }
  }
}

function causeOf(error: Error): readonly unknown[] {
  return error instanceof AggregateError ? error.errors : [error.cause];
}
