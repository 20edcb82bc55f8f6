import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataPaths } from './prepare-data-directory.ts';

const ABANDONED_AFTER_MS = 600_000;

/** Removes half-made clusters and passwords of gateways that were killed meanwhile. Young ones may still be at work. */
export async function removeAbandoned({ dataDirectory }: DataPaths): Promise<void> {
  for (const entry of await readdir(dataDirectory)) {
    if (!/^postgres(-password)?\.new-/.test(entry)) continue;
    const path = join(dataDirectory, entry);
    const modified = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - modified > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}
