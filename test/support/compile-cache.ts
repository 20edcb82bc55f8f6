import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FOLDER = join(tmpdir(), 'gatehouse-test-compile-cache');
// A checkout has about a thousand. Node never removes what it wrote for another version, or of a file that is gone.
const MOST_FILES = 10_000;

/** Where the processes that tests start keep what Node compiled: all but the first then start in half the time. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: FOLDER } as const;

/** Begins the cache anew when it has grown too large. Processes that use it meanwhile go without. */
export async function boundCompileCache(): Promise<void> {
  const files = await readdir(FOLDER, { recursive: true }).catch(() => []);
  if (files.length > MOST_FILES) await rm(FOLDER, { recursive: true, force: true, maxRetries: 3 });
}
