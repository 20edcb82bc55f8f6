import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes what is made, piece by piece, only as fast as it is read.
 * @returns whether all of it was: who reads may have had enough, as `| head` has
 */
export async function writeLines(lines: AsyncIterable<string>, output: Writable): Promise<boolean> {
  try {
    await pipeline(Readable.from(lines, { highWaterMark: 1 }), output, { end: false });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return false;
    throw error;
  }
}
