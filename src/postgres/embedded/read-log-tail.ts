import { open } from 'node:fs/promises';

const MOST_BYTES = 64 * 1024;

/** The last `lines` lines that were written to a log file after `start` (bytes). Empty when it cannot be read. */
export async function readLogTail(
  path: string,
  { start, lines }: { start: number; lines: number },
): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const from = Math.max(start, size - MOST_BYTES);
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.max(size - from, 0)),
      position: from,
    });
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
