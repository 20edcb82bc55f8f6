import { type Edge, type Order, type Page, textPosition } from '../platform/database/page.ts';
import type { TextRow } from '../platform/database/text-row.ts';
import type { Count } from './count.ts';
import { type CursorFormat, cursorOf, decodeCursor, encodeCursor } from './cursor.ts';
import type { PageSize } from './declared-cost.ts';
import type { TextConnection } from './declared-text.ts';
import { BadInputError } from './errors.ts';
import { DEFAULT_PAGE } from './page-arguments.ts';

export type PageArguments = {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
};

/**
 * Turns Relay's arguments into a page of a listing.
 * @param listing what its cursors are bound to: the field and its order
 * @throws BadInputError naming the argument that cannot be used
 */
export function readPage<Position>(
  listing: string,
  format: CursorFormat<Position>,
  args: PageArguments,
  sizes: PageSize = DEFAULT_PAGE,
): Page<Position> {
  checkPageSizes(args, sizes);
  const { first, after, last, before } = args;
  if (last == null && before == null) {
    return {
      direction: 'forward',
      limit: first ?? sizes.size,
      after: readCursor(listing, format, 'after', after),
    };
  }
  for (const name of ['first', 'after'] as const) {
    if (args[name] != null) throw new BadInputError(name, 'cannot be combined with last or before');
  }
  return {
    direction: 'backward',
    limit: last ?? sizes.size,
    after: readCursor(listing, format, 'before', before),
  };
}

/** @throws BadInputError when a page would be larger than allowed */
export function checkPageSizes(args: Pick<PageArguments, 'first' | 'last'>, { most }: PageSize): void {
  for (const name of ['first', 'last'] as const) {
    const requested = args[name];
    if (requested != null && (requested < 0 || requested > most))
      throw new BadInputError(name, `must be from 0 to ${most}`);
  }
}

function readCursor<Position>(
  listing: string,
  format: CursorFormat<Position>,
  name: 'after' | 'before',
  cursor: string | null | undefined,
): Position | null {
  if (cursor == null) return null;
  const position = decodeCursor(format, listing, cursor);
  if (position === null) throw new BadInputError(name, 'is not a cursor of this listing');
  return position;
}

/**
 * A connection out of up to `page.limit + 1` rows in reading order; the extra one only says that there is more.
 * @param count answers totalCount, where the connection has it
 */
export function toConnection<Row, Position>(
  listing: string,
  format: CursorFormat<Position>,
  page: Page<Position>,
  rows: readonly Edge<Row, Position>[],
  count?: Count,
) {
  // Cursors are lazy: usually only the last one is selected.
  const edges = shownOf(page, rows).map(({ node, position }) => ({
    get cursor() {
      return encodeCursor(format, listing, position);
    },
    node,
  }));
  return {
    edges,
    pageInfo: pageInfoOf(page, rows, edges, ({ cursor }) => cursor),
    ...(count === undefined ? {} : { count }),
  };
}

/** The same for rows of text, in an order. */
export function toTextConnection(
  listing: string,
  order: Order,
  page: Page,
  rows: readonly TextRow[],
): TextConnection {
  const format = cursorOf(order);
  const cursor = (row: TextRow) => encodeCursor(format, listing, textPosition(order, row));
  const shown = shownOf(page, rows);
  return { rows: shown, cursorOf: cursor, pageInfo: pageInfoOf(page, rows, shown, cursor) };
}

/** The rows without the extra one. */
function shownOf<Row, Position>({ limit, direction }: Page<Position>, rows: readonly Row[]): readonly Row[] {
  if (rows.length <= limit) return rows;
  return direction === 'backward' ? rows.slice(1) : rows.slice(0, limit);
}

function pageInfoOf<Shown, Position>(
  { limit, direction, after }: Page<Position>,
  rows: readonly unknown[],
  shown: readonly Shown[],
  cursorOf: (shown: Shown) => string,
) {
  const backward = direction === 'backward';
  const hasMore = rows.length > limit;
  const cursorAt = (index: number) => {
    const one = shown.at(index);
    return one === undefined ? null : cursorOf(one);
  };
  return {
    hasNextPage: backward ? after !== null : hasMore,
    hasPreviousPage: backward ? hasMore : after !== null,
    get startCursor() {
      return cursorAt(0);
    },
    get endCursor() {
      return cursorAt(-1);
    },
  };
}
