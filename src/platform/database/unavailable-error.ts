/**
 * The ledger could not be asked, or did not answer in time. Whether a write happened is unknown.
 * `kind` is a database or network error code; it never carries a value.
 */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly code: string;

  constructor(code: string) {
    super('The ledger is unavailable');
    this.code = code;
  }
}
