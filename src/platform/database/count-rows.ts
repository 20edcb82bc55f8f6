import type pg from 'pg';
import { CountTooLongError } from './page.ts';
import { readPlanned, type SqlParameters } from './statement.ts';
import { UnavailableError } from './unavailable-error.ts';

// The statement was cancelled by its own time limit, on the server or here.
const TOO_LONG = new Set(['57014', 'query_timeout']);

/** Counts rows, or as far as `upTo`: the price is then that of so many rows. @throws CountTooLongError */
export async function countRows(
  pool: pg.Pool,
  from: string,
  upTo: number | null,
  given: SqlParameters,
): Promise<number> {
  const limit = upTo === null ? '' : `LIMIT ${given.bind(upTo)}`;
  try {
    const [row] = await readPlanned<{ count: number }>(
      pool,
      `SELECT count(*)::integer AS count FROM (SELECT FROM ${from} ${limit}) AS counted`,
      given,
    );
    return row?.count ?? 0;
  } catch (error) {
    if (error instanceof UnavailableError && TOO_LONG.has(error.code))
      throw new CountTooLongError('Counting took too long', { cause: error });
    throw error;
  }
}
