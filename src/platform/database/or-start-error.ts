import { describeError } from '../process/log-fields.ts';
import { StartError } from '../process/start-error.ts';
import { unavailableCode } from './map-database-errors.ts';
import { MigrationError } from './migration-error.ts';

const NOT_TRUSTED = ": TLS fails, because the server's certificate is not trusted (sslmode, sslrootcert)";
const NO_FILE = ': a file that the URL names (sslrootcert, sslcert or sslkey) cannot be read';

// What an operator gets wrong most often, by SQLSTATE, or by the code of Node.
const REASONS: Readonly<Record<string, string>> = {
  '08P01': ': a pooler in between refused something, and its log says what',
  '25001':
    ': its transactions are not READ COMMITTED (default_transaction_isolation), which cannot be changed through a pooler',
  '25006': ': it is read-only',
  '28000': ': the user may not connect, or not without TLS (sslmode)',
  '28P01': ': the user or its password is wrong',
  '3D000': ': there is no such database',
  '3F000': ': the search_path of the user leads to no schema',
  '42501': ': the user lacks a privilege',
  '42P01': ': a table is missing, or the search_path of the user does not lead to it',
  tls_not_offered: ': the URL asks for TLS (sslmode), which the server does not offer',
  ENOENT: NO_FILE,
  EACCES: NO_FILE,
  CERT_HAS_EXPIRED: NOT_TRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: NOT_TRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
};

/**
 * Waits for work with the database, and says why it failed as `toStartError` does.
 * @throws StartError, or MigrationError as it is
 */
export async function orStartError<T>(work: Promise<T>, source: string): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw cause instanceof MigrationError || cause instanceof StartError
      ? cause
      : toStartError(cause, source);
  }
}

/**
 * What the database or its driver refused, in words for an operator. The database's own words can quote values; its code
 * and the variable to look at are what an operator needs.
 * @param source where an operator finds the database: the name of a variable
 */
export function toStartError(cause: unknown, source: string): StartError {
  const unavailable = unavailableCode(cause);
  const code = unavailable ?? codeOf(cause);
  const reason = REASONS[code];
  const cannot = unavailable === null || reason !== undefined ? 'used' : 'reached';
  const message = `The database of ${source} cannot be ${cannot} (${code})${reason ?? ''}.`;
  return new StartError(message, { cause });
}

function codeOf(cause: unknown): string {
  // node-postgres gives it no code.
  if (cause instanceof Error && cause.message.includes('does not support SSL')) return 'tls_not_offered';
  const { type, code = type } = describeError(cause);
  return String(code);
}
