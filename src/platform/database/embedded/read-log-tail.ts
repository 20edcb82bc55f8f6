import { open } from 'node:fs/promises';

const MOST_BYTES = 64 * 1024;

/** The last `lines` lines that were written to a log file after `start` (bytes). Empty when there is no such file. */
export async function readLogTail(
  path: string,
  { start, lines }: { start: number; lines: number },
): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(start, size - MOST_BYTES);
    const buffer = Buffer.alloc(Math.max(size - from, 0));
    const { bytesRead } = await file.read({ buffer, position: from });
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await file.close();
  }
}
