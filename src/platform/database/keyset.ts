import type { Boundary, Listed, Page } from './page.ts';
import type { Parameters } from './statement.ts';

/** What a listing is sorted by: a time, or its ids alone (UUIDv7, so that newest first is an order of ids). */
export type Keyset = {
  /** The time's expression; null: the id is the whole order. */
  readonly time: string | null;
  readonly id: string;
  /** The order of reading forward. */
  readonly direction: 'ASC' | 'DESC';
};

/** Everything beyond the page's boundary, as a condition: a comparison of rows, which an index answers. */
export function beyond({ time, id, direction }: Keyset, page: Page, { use }: Parameters): string {
  if (page.boundary === null) return 'true';
  const comparison = (direction === 'ASC') === (page.direction === 'forward') ? '>' : '<';
  const at = `${use(page.boundary.id)}::uuid`;
  if (time === null) return `${id} ${comparison} ${at}`;
  return `(${time}, ${id}) ${comparison} (${toTime(use(page.boundary.sortedBy))}, ${at})`;
}

/** ORDER BY of a page. Read backward, the rows come in the opposite order. */
export function orderOf({ time, id, direction }: Keyset, page: Page): string {
  const actual = (direction === 'ASC') === (page.direction === 'forward') ? 'ASC' : 'DESC';
  return `ORDER BY ${time === null ? '' : `${time} ${actual}, `}${id} ${actual}`;
}

/** ORDER BY and LIMIT of a page, one row more than it has. */
export function ordered(keyset: Keyset, page: Page, { use }: Parameters): string {
  return `${orderOf(keyset, page)} LIMIT ${use(page.limit + 1)}`;
}

/** The column `sorted_by`, to the microsecond. */
export function sortedBy({ time }: Keyset): string {
  return time === null
    ? 'NULL::text AS sorted_by'
    : `CASE WHEN isfinite(${time}) THEN (extract(epoch FROM ${time}) * 1000000)::bigint::text ELSE '-infinity' END AS sorted_by`;
}

/** Rows in reading order, each with its place. */
export function toListed<
  Row extends { readonly sorted_by: string | null },
  Result extends { readonly id: string },
>(rows: readonly Row[], page: Page, toResult: (row: Row) => Result): Listed<Result>[] {
  const listed = rows.map((read) => {
    const row = toResult(read);
    const at: Boundary = { id: row.id, sortedBy: read.sorted_by };
    return { row, at };
  });
  return page.direction === 'backward' ? listed.reverse() : listed;
}

function toTime(parameter: string): string {
  return `CASE ${parameter}::text WHEN '-infinity' THEN '-infinity'::timestamptz
    ELSE timestamptz 'epoch' + nullif(${parameter}::text, '-infinity')::bigint * interval '1 microsecond' END`;
}
