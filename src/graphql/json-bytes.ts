/** JSON in UTF-8 that is being written: the first `length` of these bytes. They are replaced when there is no room left. */
export type JsonBytes = { bytes: Buffer; length: number };

/** Writes the JSON of what is in `from`, up to `end`. @throws when it is not as expected */
export type WriteBytes = (json: JsonBytes, from: Buffer, start: number, end: number) => void;

export function createJsonBytes(size: number): JsonBytes {
  return { bytes: Buffer.allocUnsafe(size), length: 0 };
}

/** Makes sure that so many bytes more can be written. */
export function makeRoom(json: JsonBytes, more: number): void {
  const { bytes, length } = json;
  if (length + more <= bytes.length) return;
  json.bytes = Buffer.allocUnsafe(2 * (length + more));
  bytes.copy(json.bytes, 0, 0, length);
}

/** Writes bytes as they are. Those that are few are copied faster one by one than by a call. */
export function writeBytes(json: JsonBytes, from: Uint8Array, start = 0, end = from.length): void {
  makeRoom(json, end - start);
  const { bytes } = json;
  let to = json.length;
  for (let at = start; at < end; at += 1, to += 1) bytes[to] = from[at] ?? 0;
  json.length = to;
}

/** Writes a string as it is. */
export function writeString(json: JsonBytes, text: string): void {
  makeRoom(json, 3 * text.length);
  json.length += json.bytes.write(text, json.length);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

/** Writes a text with quotes and escapes, as JSON.stringify does: it leaves all but these characters as they are. */
export const writeText: WriteBytes = (json, from, start, end) => {
  makeRoom(json, end - start + 2);
  const { bytes } = json;
  let to = json.length;
  bytes[to++] = QUOTE;
  for (let at = start; at < end; at += 1) {
    const byte = from[at] ?? 0;
    if (byte < FIRST_PRINTABLE || byte === QUOTE || byte === BACKSLASH) {
      writeString(json, JSON.stringify(from.toString('utf8', start, end)));
      return;
    }
    bytes[to++] = byte;
  }
  bytes[to++] = QUOTE;
  json.length = to;
};

/** Makes the writer of what few answers have: its text is read and written again. */
export function writerThrough(write: (text: string) => string): WriteBytes {
  return (json, from, start, end) => writeString(json, write(from.toString('utf8', start, end)));
}

const ZERO = 0x30;
const NINE = 0x39;
// Fewer digits than this are never written with an exponent, and are exact.
const EXACT_DIGITS = 15;

const writeOtherNumber = writerThrough((text) => {
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Error('A number has an unexpected form');
  return JSON.stringify(number);
});

/** Writes a number as JSON.stringify does, e.g. 1e-7 for "1e-07". @throws when it is none */
export const writeNumber: WriteBytes = (json, from, start, end) => {
  const write = isPlain(from, start, end) ? writeBytes : writeOtherNumber;
  write(json, from, start, end);
};

function isPlain(from: Buffer, start: number, end: number): boolean {
  const digits = end - start;
  if (digits > EXACT_DIGITS || (digits > 1 && from[start] === ZERO)) return false;
  for (let at = start; at < end; at += 1) {
    const byte = from[at] ?? 0;
    if (byte < ZERO || byte > NINE) return false;
  }
  return digits > 0;
}
