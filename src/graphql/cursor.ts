import type { CursorPosition, Order } from '../platform/database/page.ts';
import { isUuid } from './ids.ts';

/** How a position of a listing is written as text. `listing` (a field, and its order) is part of the text. */
export type CursorFormat<Position> = {
  readonly write: (listing: string, position: Position) => string;
  /** Null when the text cannot be a position of that listing. The text may be anything. */
  readonly read: (listing: string, text: string) => Position | null;
};

/** An opaque cursor for a position: what was written for one listing cannot be used in another. */
export function encodeCursor<Position>(
  format: CursorFormat<Position>,
  listing: string,
  position: Position,
): string {
  return Buffer.from(format.write(listing, position)).toString('base64url');
}

/** The position behind a client's cursor, or null when encodeCursor could not have made it for this listing. */
export function decodeCursor<Position>(
  format: CursorFormat<Position>,
  listing: string,
  cursor: string,
): Position | null {
  const position = format.read(listing, Buffer.from(cursor, 'base64url').toString('utf8'));
  return position !== null && encodeCursor(format, listing, position) === cursor ? position : null;
}

/** The cursors of an order. */
export function cursorOf({ by }: Order): CursorFormat<CursorPosition> {
  return by === 'id' ? ID_CURSOR : TIME_CURSOR;
}

/** "listing:uuid" */
const ID_CURSOR: CursorFormat<CursorPosition> = {
  write: (listing, { id }) => `${listing}:${id}`,
  read(listing, text) {
    const [name, id = '', ...rest] = text.split(':');
    return name === listing && rest.length === 0 && isUuid(id) ? { id, sortedBy: null } : null;
  },
};

/** "listing:microseconds:uuid", or "-infinity" in place of the microseconds. */
const TIME_CURSOR: CursorFormat<CursorPosition> = {
  write: (listing, { id, sortedBy }) => `${listing}:${sortedBy}:${id}`,
  read(listing, text) {
    const [name, sortedBy = '', id = '', ...rest] = text.split(':');
    const isPosition = /^(-infinity|\d{1,17})$/.test(sortedBy) && isUuid(id);
    return name === listing && rest.length === 0 && isPosition ? { id, sortedBy } : null;
  },
};
