/** The most that a page may have. */
export const MAX_PAGE_SIZE = 100;

/**
 * The order of a listing: by id alone (a UUIDv7, so in the order of creation), or by a time and then by id. The direction
 * is that of reading forward.
 */
export type ListingOrder = { readonly sortedBy: 'id' | 'time'; readonly direction: 'ASC' | 'DESC' };

/**
 * A position in a listing: a record's id, and, in a listing sorted by time, that time (microseconds since 1970 as text,
 * or '-infinity'); null where the order is that of ids.
 */
export type CursorPosition = { readonly id: string; readonly sortedBy: string | null };

/** A slice of a listing: at most `limit` records beyond `after`, in a direction of reading. */
export type Page = {
  readonly limit: number;
  readonly after: CursorPosition | null;
  readonly direction: 'forward' | 'backward';
};

/** A record, and its position in the listing that it was read from. */
export type Edge<Row> = { readonly node: Row; readonly position: CursorPosition };

/** Counting took longer than a request may take. A count up to a lower number may be fast enough. */
export class CountTooLongError extends Error {
  override readonly name = 'CountTooLongError';
}
