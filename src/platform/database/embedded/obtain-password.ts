import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { EmbeddedPostgresError, errorCode } from './error.ts';
import type { DataPaths } from './prepare-data-directory.ts';

/**
 * Reads the superuser's password, and makes one (32 random bytes, base64url, mode 0600) when `mayCreate`: that
 * is, when there is no cluster yet that could have another.
 * @throws EmbeddedPostgresError PASSWORD_UNUSABLE when the file is empty, unreadable, or missing beside a cluster.
 */
export async function obtainPassword(
  paths: DataPaths,
  { mayCreate }: { mayCreate: boolean },
): Promise<string> {
  try {
    if (mayCreate) await createPassword(paths.passwordFile);
    const password = (await readFile(paths.passwordFile, 'utf8')).trim();
    if (password !== '') return password;
    throw unusable(paths, 'is empty');
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw unusable(paths, `cannot be read (${errorCode(error)})`, error);
  }
}

// Linked into place when complete and on disk: two gateways that start at once agree on one password, and
// none ever reads half of it or loses it in a power cut after the cluster was made with it.
async function createPassword(path: string): Promise<void> {
  const draft = `${path}.new-${randomBytes(8).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(32).toString('base64url')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function unusable(paths: DataPaths, problem: string, cause?: unknown): EmbeddedPostgresError {
  const message = `The password of the database in ${paths.cluster} is kept in ${paths.passwordFile}, which ${problem}. Restore that file, or move ${paths.dataDirectory} away to start with an empty database.`;
  return new EmbeddedPostgresError('PASSWORD_UNUSABLE', message, { cause });
}
