import type { Edge, Order, Page } from './page.ts';
import type { SqlParameters } from './statement.ts';

/** An order, with the SQL expressions of what it sorts by. */
export type Keyset = Order & { readonly id: string } & (
    | { readonly by: 'time'; readonly time: string }
    | { readonly by: 'id'; readonly time: null }
  );

/** Everything beyond the page's boundary, as a condition: a comparison of rows, which an index answers. */
export function afterCursor(
  { time, id, direction }: Keyset,
  page: Page,
  { bind: use }: SqlParameters,
): string {
  if (page.after === null) return 'true';
  const comparison = (direction === 'ASC') === (page.direction === 'forward') ? '>' : '<';
  const at = `${use(page.after.id)}::uuid`;
  if (time === null) return `${id} ${comparison} ${at}`;
  return `(${time}, ${id}) ${comparison} (${toTime(use(page.after.sortedBy))}, ${at})`;
}

/** ORDER BY of a page. Read backward, the rows come in the opposite order. */
export function orderBy({ time, id, direction }: Keyset, page: Page): string {
  const actual = (direction === 'ASC') === (page.direction === 'forward') ? 'ASC' : 'DESC';
  return `ORDER BY ${time === null ? '' : `${time} ${actual}, `}${id} ${actual}`;
}

/** ORDER BY and LIMIT of a page, one row more than it has. */
export function orderByLimit(keyset: Keyset, page: Page, { bind: use }: SqlParameters): string {
  return `${orderBy(keyset, page)} LIMIT ${use(page.limit + 1)}`;
}

/** The column `sorted_by`, to the microsecond. */
export function sortedBy({ time }: Keyset): string {
  return time === null
    ? 'NULL::text AS sorted_by'
    : `CASE WHEN isfinite(${time}) THEN (extract(epoch FROM ${time}) * 1000000)::bigint::text ELSE '-infinity' END AS sorted_by`;
}

/** Rows in reading order, each with its place. */
export function toEdges<
  Row extends { readonly sorted_by: string | null },
  Result extends { readonly id: string },
>(rows: readonly Row[], page: Page, toResult: (row: Row) => Result): Edge<Result>[] {
  const edges = rows.map((row) => {
    const node = toResult(row);
    return { node, position: { id: node.id, sortedBy: row.sorted_by } };
  });
  return page.direction === 'backward' ? edges.reverse() : edges;
}

function toTime(parameter: string): string {
  return `CASE ${parameter}::text WHEN '-infinity' THEN '-infinity'::timestamptz
    ELSE timestamptz 'epoch' + nullif(${parameter}::text, '-infinity')::bigint * interval '1 microsecond' END`;
}
