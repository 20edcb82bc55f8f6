import { type WriteBytes, writeBytes } from './json-bytes.ts';

const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = '='.charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);
const UUID_BYTES = 36;

/** Makes the writer of the global ids of a type's records, by their uuids: the base64 of "TypeName:uuid", as encodeId has it. */
export function idWriter(typename: string): WriteBytes {
  // What comes before the uuid is the same each time, as far as it fills groups of three bytes.
  const prefix = Buffer.from(`${typename}:`);
  const encoded = prefix.length - (prefix.length % 3);
  const before = Buffer.from(`"${prefix.toString('base64', 0, encoded)}`);
  const plain = Buffer.concat([prefix.subarray(encoded), Buffer.alloc(UUID_BYTES)]);
  const rest = plain.length - UUID_BYTES;
  const after = Buffer.alloc(4 * Math.ceil(plain.length / 3) + 1, QUOTE);

  return (json, from, start, end) => {
    if (end - start !== UUID_BYTES) throw new Error('A uuid has an unexpected form');
    for (let at = 0; at < UUID_BYTES; at += 1) plain[rest + at] = from[start + at] ?? 0;
    writeBase64(plain, after);
    writeBytes(json, before);
    writeBytes(json, after);
  };
}

function writeBase64(plain: Buffer, to: Buffer): void {
  let next = 0;
  for (let at = 0; at < plain.length; at += 3) {
    const three = ((plain[at] ?? 0) << 16) | ((plain[at + 1] ?? 0) << 8) | (plain[at + 2] ?? 0);
    to[next] = ALPHABET[three >> 18] ?? 0;
    to[next + 1] = ALPHABET[(three >> 12) & 63] ?? 0;
    to[next + 2] = at + 1 < plain.length ? (ALPHABET[(three >> 6) & 63] ?? 0) : PADDING;
    to[next + 3] = at + 2 < plain.length ? (ALPHABET[three & 63] ?? 0) : PADDING;
    next += 4;
  }
}
