import pg from 'pg';
import { isRolledBack, UnavailableError } from './unavailable-error.ts';

/** What became of one of several things that were written in one transaction; "alone": nothing, it has to be tried by itself. */
export type Together<Result> = { readonly result: Result } | 'alone';

/**
 * Writes several things in one transaction. When PostgreSQL refused it and wrote nothing, because of one of them or of
 * another transaction, each has to be tried by itself.
 * @throws whatever else `write` throws: it may have been written
 */
export async function unlessRolledBack<Item, Result>(
  items: readonly Item[],
  write: () => Promise<Together<Result>[]>,
): Promise<Together<Result>[]> {
  try {
    return await write();
  } catch (error) {
    // What is no UnavailableError, PostgreSQL refused for what it was asked. If that was one thing, it is its own error.
    const refused =
      error instanceof UnavailableError
        ? isRolledBack(error)
        : items.length > 1 && error instanceof pg.DatabaseError;
    if (!refused) throw error;
    return items.map(() => 'alone');
  }
}
