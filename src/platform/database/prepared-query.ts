import type pg from 'pg';
import { type Column, executeTogether, type Prepared, parametersOf } from './statement-batch.ts';
import { type TextRow, textsOf } from './text-row.ts';

// Connections to the server itself. Behind a pooler the next statement may meet another server process, which has neither our
// settings nor our prepared statements.
const direct = new WeakSet<pg.Pool>();

/** Says that the connections of a pool lead to the server itself, and that it may keep prepared statements. */
export function allowPreparedQueries(pool: pg.Pool): void {
  direct.add(pool);
}

/** Whether a pool's statements can be run by queryObjects and queryTexts, and together. */
export function isDirect(pool: pg.Pool): boolean {
  return direct.has(pool);
}

/** The same of what may be a client. */
export function isDirectPool(client: pg.Pool | pg.ClientBase): client is pg.Pool {
  return 'totalCount' in client && isDirect(client);
}

/**
 * Runs a statement. It does what `pool.query` does and takes half of the time: the columns are described when the
 * statement is prepared, not each time, and there are fewer objects in between.
 * @throws the errors of `pool.query`
 */
export function queryObjects<Row>(
  pool: pg.Pool,
  statement: Prepared,
  values: readonly unknown[],
): Promise<Row[]> {
  return run(pool, statement, values, toObject<Row>);
}

/** As queryObjects, for who writes texts on as they are. */
export function queryTexts(
  pool: pg.Pool,
  statement: Prepared,
  values: readonly unknown[],
): Promise<TextRow[]> {
  return run(pool, statement, values, (row) => row);
}

function run<Row>(
  pool: pg.Pool,
  { name, text }: Prepared,
  values: readonly unknown[],
  read: (row: TextRow, columns: readonly Column[]) => Row,
): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const rows: Row[] = [];
    const onEnd = (error: Error | null) => (error === null ? resolve(rows) : reject(error));
    const onRow = (row: TextRow, columns: readonly Column[]) => rows.push(read(row, columns));
    executeTogether(pool, [{ name, text, parameters: parametersOf(values), onRow, onEnd }]);
  });
}

function toObject<Row>(textRow: TextRow, columns: readonly Column[]): Row {
  const row: Record<string, unknown> = {};
  for (const [index, text] of textsOf(textRow).entries()) {
    const column = columns[index];
    if (column !== undefined) row[column.name] = text === null ? null : column.parse(text);
  }
  return row as Row;
}
