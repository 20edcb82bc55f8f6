import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './error.ts';
import type { DataPaths } from './prepare-data-directory.ts';

/** The major version that the cluster was made with ("18"), or undefined when there is no cluster. */
export async function readClusterVersion(paths: DataPaths): Promise<string | undefined> {
  const version = await readFile(join(paths.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return version?.trim();
}

/** Whether there is a cluster in a folder; true as well when this user may not look. */
export async function hasCluster(folder: string): Promise<boolean> {
  try {
    await access(join(folder, 'PG_VERSION'));
    return true;
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes(errorCode(error));
  }
}
