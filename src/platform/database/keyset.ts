import type { Edge, Order, Page } from './page.ts';
import type { SqlParameters } from './statement.ts';
import type { TextRow } from './text-row.ts';

/** The order of a listing as SQL: the expression of the id, and of the time if it is sorted by one. */
export type Keyset = Pick<Order, 'direction'> & { readonly id: string } & (
    | { readonly by: 'id' }
    | { readonly by: 'time'; readonly time: string }
  );

/** The condition that a row lies beyond the page's cursor: a comparison of rows, which an index answers. */
export function afterCursor(keyset: Keyset, page: Page, { bind }: SqlParameters): string {
  if (page.after === null) return 'true';
  const comparison = readAs(keyset, page) === 'ASC' ? '>' : '<';
  const id = `${bind(page.after.id)}::uuid`;
  if (keyset.by === 'id') return `${keyset.id} ${comparison} ${id}`;
  return `(${keyset.time}, ${keyset.id}) ${comparison} (${toTime(bind(page.after.sortedBy))}, ${id})`;
}

/** ORDER BY of a page. */
export function orderBy(keyset: Keyset, page: Page): string {
  const direction = readAs(keyset, page);
  return `ORDER BY ${keyset.by === 'id' ? '' : `${keyset.time} ${direction}, `}${keyset.id} ${direction}`;
}

/** ORDER BY and LIMIT of a page, one row more than it has. */
export function orderByLimit(keyset: Keyset, page: Page, { bind }: SqlParameters): string {
  return `${orderBy(keyset, page)} LIMIT ${bind(page.limit + 1)}`;
}

/** The column `sorted_by`: the part of a row's position that is not its id. */
export function sortedBy(keyset: Keyset): string {
  if (keyset.by === 'id') return 'NULL::text AS sorted_by';
  const { time } = keyset;
  return `CASE WHEN isfinite(${time}) THEN (extract(epoch FROM ${time}) * 1000000)::bigint::text ELSE '-infinity' END AS sorted_by`;
}

/** Rows as they were read, in reading order and each with its position. */
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

/** Columns of a page of texts: the id, then these, then what the listing is sorted by if that is not the id. */
export function textColumns(keyset: Keyset, columns: readonly string[]): string {
  return [keyset.id, ...columns, ...(keyset.by === 'id' ? [] : [sortedBy(keyset)])].join(', ');
}

/** Rows of `textColumns` as they were read, in reading order. */
export function inReadingOrder(rows: readonly TextRow[], page: Page): readonly TextRow[] {
  return page.direction === 'backward' ? rows.toReversed() : rows;
}

/** Read backward, rows come in the opposite order. */
function readAs({ direction }: Keyset, page: Page): 'ASC' | 'DESC' {
  return (direction === 'ASC') === (page.direction === 'forward') ? 'ASC' : 'DESC';
}

function toTime(parameter: string): string {
  return `CASE ${parameter}::text WHEN '-infinity' THEN '-infinity'::timestamptz
    ELSE timestamptz 'epoch' + nullif(${parameter}::text, '-infinity')::bigint * interval '1 microsecond' END`;
}
