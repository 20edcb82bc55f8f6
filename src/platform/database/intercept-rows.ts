import type { Duplex } from 'node:stream';
import type { TextRow } from './text-row.ts';

/** Who gets the rows that a connection receives; with null node-postgres does. */
export type RowReceiver = { onRow: ((row: TextRow) => void) | null };

const DATA_ROW = 'D'.charCodeAt(0);
// A message is its type (8 bits), its length without the type (32 bits), and its body.
const TYPE_BYTES = 1;
const HEADER_BYTES = 5;

/**
 * Takes the rows out of what a connection of node-postgres receives, which gets all other messages as before. It would make a
 * string of each text, which takes longer than to write all of them into an answer.
 * @param stream of a connection that waits for nothing: it must not have received a part of a message
 */
export function interceptRows(stream: Duplex): RowReceiver {
  const receiver: RowReceiver = { onRow: null };
  const [parse, ...others] = stream.listeners('data');
  if (parse === undefined || others.length > 0) throw new Error('A connection is not read as expected');
  stream.removeAllListeners('data');
  const pass = (bytes: Buffer, from: number, to: number) => {
    if (from < to) parse.call(stream, bytes.subarray(from, to));
  };
  // The beginning of a message whose end has not come.
  let pieces: Buffer[] = [];
  let size = 0;
  let needed = 0;

  stream.on('data', (chunk: Buffer) => {
    pieces.push(chunk);
    size += chunk.length;
    if (size < needed) return;
    const bytes = pieces.length === 1 ? chunk : Buffer.concat(pieces, size);
    pieces = [];
    let passed = 0;
    let at = 0;
    needed = HEADER_BYTES;
    while (at + HEADER_BYTES <= bytes.length) {
      const end = at + TYPE_BYTES + bytes.readUInt32BE(at + TYPE_BYTES);
      if (end > bytes.length) {
        needed = end - at;
        break;
      }
      if (bytes[at] === DATA_ROW && receiver.onRow !== null) {
        pass(bytes, passed, at);
        receiver.onRow({ bytes, start: at + HEADER_BYTES });
        passed = end;
      }
      at = end;
    }
    size = bytes.length - at;
    if (size > 0) pieces.push(bytes.subarray(at));
    pass(bytes, passed, at);
  });
  return receiver;
}
