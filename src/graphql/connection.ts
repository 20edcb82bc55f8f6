import type { CursorPosition, Edge, Page } from '../platform/database/page.ts';
import { BadInputError } from './errors.ts';
import { isUuid } from './ids.ts';

/** The page that nobody asked a size of. */
export const DEFAULT_SIZE = 20;
export const MAX_SIZE = 100;

export type PageArguments = {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
};

/**
 * Turns Relay's arguments into a page of a listing. Cursors are opaque and belong to the listing they came from.
 * @param listing what a cursor is bound to: the field and its order
 * @param sortedBy what that order goes by, and a cursor therefore holds
 * @throws BadInputError naming the argument that cannot be used
 */
export function pageOf(listing: string, args: PageArguments, sortedBy: 'id' | 'time' = 'id'): Page {
  const { first, after, last, before } = args;
  if (last == null && before == null) {
    return {
      direction: 'forward',
      limit: sizeOf('first', first),
      after: boundaryOf(listing, sortedBy, 'after', after),
    };
  }
  for (const name of ['first', 'after'] as const) {
    if (args[name] != null) throw new BadInputError(name, 'cannot be combined with last or before');
  }
  return {
    direction: 'backward',
    limit: sizeOf('last', last),
    after: boundaryOf(listing, sortedBy, 'before', before),
  };
}

function sizeOf(name: 'first' | 'last', size: number | null | undefined): number {
  if (size == null) return DEFAULT_SIZE;
  if (size < 0 || size > MAX_SIZE) throw new BadInputError(name, `must be from 0 to ${MAX_SIZE}`);
  return size;
}

function boundaryOf(
  listing: string,
  sortedBy: 'id' | 'time',
  name: 'after' | 'before',
  cursor: string | null | undefined,
): CursorPosition | null {
  if (cursor == null) return null;
  const boundary = decodeCursor(listing, cursor);
  if (boundary === null || (boundary.sortedBy === null) !== (sortedBy === 'id'))
    throw new BadInputError(name, 'is not a cursor of this listing');
  return boundary;
}

/** A connection out of up to `page.limit + 1` rows in reading order; the extra one only says that there is more. */
export function toConnection<Row>(listing: string, page: Page, rows: readonly Edge<Row>[], count?: Count) {
  const more = rows.length > page.limit;
  const backward = page.direction === 'backward';
  const kept = backward ? rows.slice(more ? 1 : 0) : rows.slice(0, page.limit);
  // Written when asked for, which is mostly the last one's.
  const edges = kept.map(({ node: row, position: at }) => ({
    get cursor() {
      return encodeCursor(listing, at);
    },
    node: row,
  }));
  return {
    edges,
    pageInfo: {
      hasNextPage: backward ? page.after !== null : more,
      hasPreviousPage: backward ? more : page.after !== null,
      get startCursor() {
        return edges[0]?.cursor ?? null;
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null;
      },
    },
    ...(count === undefined ? {} : { count }),
  };
}

/** How many there are, without pages: asked only when the field is. */
export type Count = (upTo: number | null) => Promise<number>;

const MAX_COUNT = 1_000_000;

/** Answers a connection's totalCount. @throws BadInputError, CountTooLongError */
export function totalCount(count: Count | undefined, upTo: number | null | undefined): Promise<number> {
  if (upTo != null && (upTo < 0 || upTo > MAX_COUNT))
    throw new BadInputError('upTo', `must be from 0 to ${MAX_COUNT}`);
  if (count === undefined) throw new Error('A connection that cannot be counted was asked to');
  return count(upTo ?? null);
}

function encodeCursor(listing: string, { id, sortedBy }: CursorPosition): string {
  return Buffer.from([listing, ...(sortedBy === null ? [] : [sortedBy]), id].join(':')).toString('base64url');
}

function decodeCursor(listing: string, cursor: string): CursorPosition | null {
  const [of, ...place] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  const id = place.at(-1) ?? '';
  const sortedBy = place.length === 2 ? (place[0] ?? '') : null;
  if (of !== listing || place.length > 2 || !isUuid(id)) return null;
  if (sortedBy !== null && !/^(-infinity|\d{1,17})$/.test(sortedBy)) return null;
  return encodeCursor(listing, { id, sortedBy }) === cursor ? { id, sortedBy } : null;
}
