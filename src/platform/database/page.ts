import { type TextRow, textsOf } from './text-row.ts';

/** How a listing is sorted: by id alone (UUIDv7, so by age), or by a time and, among equal times, by id. */
export type Order = { readonly by: 'id' | 'time'; readonly direction: 'ASC' | 'DESC' };

export const NEWEST_FIRST = { by: 'id', direction: 'DESC' } as const satisfies Order;

/** The largest page of a listing that is read by keyset. */
export const MAX_PAGE_SIZE = 100;

/**
 * A position in a listing: a record's id, and the time that the listing is sorted by (microseconds since 1970, as text).
 * The time is null where the listing is sorted by id.
 */
export type CursorPosition = { readonly id: string; readonly sortedBy: string | null };

/** A slice of a listing: how many entries, after which position (exclusive), in which direction of reading. */
export type Page<Position = CursorPosition> = {
  readonly limit: number;
  readonly after: Position | null;
  readonly direction: 'forward' | 'backward';
};

/** A record, and its position in the listing that it was read from. */
export type Edge<Row, Position = CursorPosition> = { readonly node: Row; readonly position: Position };

/** The position of a row in a listing of that order: the id comes first, and last what it is sorted by, if that is not the id. */
export function textPosition({ by }: Order, row: TextRow): CursorPosition {
  const texts = textsOf(row);
  return { id: texts[0] ?? '', sortedBy: by === 'id' ? null : (texts.at(-1) ?? null) };
}

/** Counting took longer than a request may take. A count up to a lower number may be fast enough. */
export class CountTooLongError extends Error {
  override readonly name = 'CountTooLongError';
}
