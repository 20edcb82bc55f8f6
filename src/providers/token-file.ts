import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { apiKey } from '../platform/config/schemas.ts';
import type { Secret } from '../platform/redaction/secret.ts';

// A file system that hangs must not hold up mints, whose deadline begins after the token was read.
const PATIENCE_MS = 500;

/**
 * Opens a file that holds one token, which somebody replaces before it expires.
 * @returns reads it again at each call. While it cannot be read, or holds no token because it is being written, this is the
 * last token that was read.
 * @throws TypeError when it holds no token now
 */
export async function openTokenFile(path: string): Promise<() => Promise<Secret>> {
  const read = async () => apiKey.safeParse((await readFile(path, 'utf8').catch(() => '')).trim()).data;
  const first = await read();
  if (first === undefined) throw new TypeError('The file holds no token');
  let last = first;
  // One at a time: each that hangs takes a thread.
  let reading: Promise<void> | undefined;
  const refresh = async () => {
    last = (await read()) ?? last;
    reading = undefined;
  };
  return async () => {
    reading ??= refresh();
    await Promise.race([reading, sleep(PATIENCE_MS, undefined, { ref: false })]);
    return last;
  };
}
