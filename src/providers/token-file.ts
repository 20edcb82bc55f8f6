import { readFile } from 'node:fs/promises';
import { apiKey } from '../platform/config/schemas.ts';
import type { Secret } from '../platform/redaction/secret.ts';

/**
 * Opens a file that holds one token, which somebody replaces before it expires.
 * @returns reads it again at each call; while it holds no token, e.g. because it is being written, the last one
 * @throws TypeError when it holds no token now
 */
export async function openTokenFile(path: string): Promise<() => Promise<Secret>> {
  const read = async () => {
    const content = await readFile(path, 'utf8').catch(() => '');
    return apiKey.safeParse(content.trim()).data;
  };
  const first = await read();
  if (first === undefined) throw new TypeError('The file holds no token');
  let last = first;
  return async () => {
    last = (await read()) ?? last;
    return last;
  };
}
