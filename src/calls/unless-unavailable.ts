import { UnavailableError } from '../platform/database/unavailable-error.ts';

/** What the clock of the ledger puts right where it could not be written. */
export async function unlessUnavailable<T>(work: () => Promise<T>): Promise<T | 'unavailable'> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return 'unavailable';
  }
}
