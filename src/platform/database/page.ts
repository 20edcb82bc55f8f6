/**
 * A place in a listing: a record's id, and what the listing is sorted by where that is not the id itself (times in
 * microseconds since 1970, as text).
 */
export type CursorPosition = { readonly id: string; readonly sortedBy: string | null };

/** A slice of a listing: how many, from which place on (exclusive), in which direction of reading. */
export type Page = {
  readonly limit: number;
  readonly after: CursorPosition | null;
  readonly direction: 'forward' | 'backward';
};

/** A record, and its place in the listing that it was read from. */
export type Edge<Row> = { readonly node: Row; readonly position: CursorPosition };

/** Counting took longer than a request may. Fewer can be counted in the same time. */
export class CountTooLongError extends Error {
  override readonly name = 'CountTooLongError';
}
