import { z } from 'zod';
import { UnavailableError } from './unavailable-error.ts';

// Of SQLSTATE: connection exceptions, a lock or the statement timed out, shutting down or starting, too many connections.
const SQLSTATES = /^(08...|55P03|57014|57P0[1-5]|53300|25P03)$/;
const NETWORK = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
// node-postgres gives these no code.
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^Query read timeout$/, 'query_timeout'],
  [/timeout exceeded when trying to connect|connection timeout/i, 'connection_timeout'],
  [/^Connection terminated|^Client has encountered a connection error|not queryable/, 'connection_lost'],
  [/^Cannot use a pool after calling end/, 'pool_closed'],
];
// Prisma wraps what the driver said; these are its words for "could not reach or lost the server".
const PRISMA = /^P(1001|1002|1008|1011|1017|2024|2028|2037)$/;
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

/** A short code when `error` means that the database could not be asked or did not answer; null for any other error. */
export function unavailableCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const cause = wrappedByPrisma.safeParse(error).data?.meta.driverAdapterError.cause;
  const byKind = KINDS[cause?.kind ?? ''];
  if (byKind !== undefined) return byKind;
  const wrapped = cause?.originalCode ?? '';
  const code = [own, wrapped].find((one) => [SQLSTATES, NETWORK, PRISMA].some((codes) => codes.test(one)));
  if (code !== undefined) return code;
  const known = MESSAGES.find(([pattern]) => pattern.test(error.message));
  if (known) return known[1];
  return causeOf(error).reduce<string | null>((found, inner) => found ?? unavailableCode(inner), null);
}

/** Runs `work`; what means "the database is away" becomes a UnavailableError, the rest passes as it is. */
export async function mapDatabaseErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = unavailableCode(error);
    throw code === null ? error : new UnavailableError(code);
  }
}

function causeOf(error: Error): readonly unknown[] {
  return error instanceof AggregateError ? error.errors : [error.cause];
}
