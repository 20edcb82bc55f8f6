/**
 * A row of columns as PostgreSQL writes them, in the bytes that came: the body of the message DataRow, which begins at `start`.
 * That is the number of columns (16 bits), and of each the length of its text (32 bits, -1 for null) and the text in UTF-8
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
export type TextRow = { readonly bytes: Buffer; readonly start: number };

/** Where the texts of a row are in its bytes. A null one has no end. */
export type TextPositions = { readonly starts: Int32Array; readonly ends: Int32Array };

export const NO_END = -1;
const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;

/** Positions of the texts of the first columns of rows. They are set by `locateTexts`, for one row after the other. */
export function createPositions(columns: number): TextPositions {
  return { starts: new Int32Array(columns), ends: new Int32Array(columns) };
}

/** @throws when the row has fewer columns */
export function locateTexts({ bytes, start }: TextRow, { starts, ends }: TextPositions): void {
  if (bytes.readInt16BE(start) < starts.length) throw new Error('A row has too few columns');
  let at = start + COUNT_BYTES;
  for (let index = 0; index < starts.length; index += 1) {
    const length = bytes.readInt32BE(at);
    at += LENGTH_BYTES;
    starts[index] = at;
    ends[index] = length < 0 ? NO_END : at + length;
    if (length > 0) at += length;
  }
}

/** All columns of a row. */
export function textsOf({ bytes, start }: TextRow): (string | null)[] {
  const texts: (string | null)[] = [];
  let at = start + COUNT_BYTES;
  for (let count = bytes.readInt16BE(start); count > 0; count -= 1) {
    const length = bytes.readInt32BE(at);
    at += LENGTH_BYTES;
    texts.push(length < 0 ? null : bytes.toString('utf8', at, at + length));
    if (length > 0) at += length;
  }
  return texts;
}

/** A row of texts that were read already. */
export function toTextRow(texts: readonly (string | null)[]): TextRow {
  const sizes = texts.map((text) => (text === null ? -1 : Buffer.byteLength(text)));
  const total = sizes.reduce((sum, size) => sum + LENGTH_BYTES + Math.max(0, size), COUNT_BYTES);
  const bytes = Buffer.allocUnsafe(total);
  let at = bytes.writeInt16BE(texts.length);
  for (const [index, text] of texts.entries()) {
    at = bytes.writeInt32BE(sizes[index] ?? -1, at);
    if (text !== null) at += bytes.write(text, at);
  }
  return { bytes, start: 0 };
}
