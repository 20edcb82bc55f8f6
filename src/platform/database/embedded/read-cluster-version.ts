import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataPaths } from './prepare-data-directory.ts';

/** The major version that the cluster was made with ("18"), or undefined when there is no cluster. */
export async function readClusterVersion(paths: DataPaths): Promise<string | undefined> {
  const version = await readFile(join(paths.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return version?.trim();
}
