import type pg from 'pg';
import { mapDatabaseErrors } from './map-database-errors.ts';
import { types } from './time-type.ts';

/** The parameters of a statement that is put together: `use` takes a value and gives its place, "$1" and so on. */
export type SqlParameters = { readonly values: unknown[]; readonly bind: (value: unknown) => string };

export function sqlParameters(): SqlParameters {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

/**
 * Names for prepared statements, by their text, up to a number: statements that are put together have many forms, and
 * a server keeps every one that was ever named. The rest have none and are parsed each time.
 */
export function createStatementNames(prefix: string, limit: number): (text: string) => string {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    // An empty name is the unnamed statement, which is not cached.
    if (names.size >= limit) return '';
    const name = `${prefix}-${names.size}`;
    names.set(text, name);
    return name;
  };
}

const nameOf = createStatementNames('read', 300);

/** Runs a statement that was put together, prepared by its text. @throws UnavailableError */
export async function read<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  { values }: SqlParameters,
): Promise<Row[]> {
  const { rows } = await mapDatabaseErrors(pool.query<Row>({ name: nameOf(text), text, values, types }));
  return rows;
}

/**
 * Runs a statement whose best plan depends on its values: without a name, so that PostgreSQL plans it for these. A plan
 * for all values takes everybody for average, and for somebody with few sessions may read all there are.
 * @throws UnavailableError
 */
export async function readPlanned<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  { values }: SqlParameters,
): Promise<Row[]> {
  const { rows } = await mapDatabaseErrors(pool.query<Row>({ text, values, types }));
  return rows;
}
