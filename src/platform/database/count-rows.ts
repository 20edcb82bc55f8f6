import type pg from 'pg';
import { CountTooLongError } from './page.ts';
import { readPlanned, type SqlParameters } from './statement.ts';
import { UnavailableError } from './unavailable-error.ts';

// The statement ran into its time limit: the server's, or node-postgres'.
const TOO_LONG = new Set(['57014', '55P03', 'query_timeout']);

/**
 * Counts rows, up to `upTo` if that is not null; it then reads no more rows than that.
 * @param from what follows FROM
 * @throws CountTooLongError
 */
export async function countRows(
  pool: pg.Pool,
  from: string,
  upTo: number | null,
  params: SqlParameters,
): Promise<number> {
  const limit = upTo === null ? '' : `LIMIT ${params.bind(upTo)}`;
  try {
    const [row] = await readPlanned<{ count: number }>(
      pool,
      `SELECT count(*)::integer AS count FROM (SELECT FROM ${from} ${limit}) AS counted`,
      params,
    );
    return row?.count ?? 0;
  } catch (error) {
    if (error instanceof UnavailableError && TOO_LONG.has(error.code))
      throw new CountTooLongError('Counting took too long', { cause: error });
    throw error;
  }
}
