/** What did not answer: the database, or the identity provider's key set. */
export type UnavailableReason = 'database' | 'key_set';

const MESSAGES: Readonly<Record<UnavailableReason, string>> = {
  database: 'The ledger is unavailable',
  key_set: 'No key set was fetched',
};

const LOCK_NOT_AVAILABLE = '55P03';

// Rolled back for another transaction: a conflict, and a deadlock.
const CONFLICTS: readonly string[] = ['40001', '40P01'];

/** Whether the database is there, and wrote nothing because of another transaction. */
export function isRolledBack(error: UnavailableError): boolean {
  return isLockTimeout(error) || CONFLICTS.includes(error.code);
}

/** Whether the database is there, and another transaction did not release a lock in time. */
export function isLockTimeout({ code }: UnavailableError): boolean {
  return code === LOCK_NOT_AVAILABLE;
}

/**
 * What has to be asked could not be asked, or did not answer in time. Whether a write to the database happened is unknown.
 * `code` is a code of ours, of the database or of the network; it never carries a value.
 */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly code: string;
  readonly reason: UnavailableReason;

  constructor(code: string, reason: UnavailableReason = 'database') {
    super(MESSAGES[reason]);
    this.code = code;
    this.reason = reason;
  }
}
