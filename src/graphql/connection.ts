import type { Page } from '../domain/ledger-reader.ts';
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
 * @throws BadInputError naming the argument that cannot be used
 */
export function pageOf(listing: string, args: PageArguments): Page {
  const { first, after, last, before } = args;
  if (last == null && before == null) {
    return {
      direction: 'forward',
      limit: sizeOf('first', first),
      boundary: boundaryOf(listing, 'after', after),
    };
  }
  for (const name of ['first', 'after'] as const) {
    if (args[name] != null) throw new BadInputError(name, 'cannot be combined with last or before');
  }
  return {
    direction: 'backward',
    limit: sizeOf('last', last),
    boundary: boundaryOf(listing, 'before', before),
  };
}

function sizeOf(name: 'first' | 'last', size: number | null | undefined): number {
  if (size == null) return DEFAULT_SIZE;
  if (size < 0 || size > MAX_SIZE) throw new BadInputError(name, `must be from 0 to ${MAX_SIZE}`);
  return size;
}

function boundaryOf(
  listing: string,
  name: 'after' | 'before',
  cursor: string | null | undefined,
): string | null {
  if (cursor == null) return null;
  const id = decodeCursor(listing, cursor);
  if (id === null) throw new BadInputError(name, 'is not a cursor of this listing');
  return id;
}

/** A connection out of up to `page.limit + 1` rows in reading order; the extra one only says that there is more. */
export function toConnection<Row extends { readonly id: string }>(
  listing: string,
  page: Page,
  rows: readonly Row[],
) {
  const more = rows.length > page.limit;
  const backward = page.direction === 'backward';
  const kept = backward ? rows.slice(more ? 1 : 0) : rows.slice(0, page.limit);
  const edges = kept.map((node) => ({ cursor: encodeCursor(listing, node.id), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: backward ? page.boundary !== null : more,
      hasPreviousPage: backward ? more : page.boundary !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function encodeCursor(listing: string, id: string): string {
  return Buffer.from(`${listing}:${id}`).toString('base64url');
}

function decodeCursor(listing: string, cursor: string): string | null {
  const [of, id, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  if (of !== listing || id === undefined || rest.length > 0 || !isUuid(id)) return null;
  return encodeCursor(listing, id) === cursor ? id : null;
}
