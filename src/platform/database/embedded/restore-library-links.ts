import { readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresError, errorCode } from './error.ts';

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Makes the links between shared libraries that npm cannot pack. The package's own install script does the
 * same, but many machines run npm with install scripts off, and then initdb misses libicuuc.
 * @throws EmbeddedPostgresError FOLDER_UNUSABLE when links are missing and cannot be made.
 */
export async function restoreLibraryLinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const missing = links.parse(JSON.parse(list)).map(async ({ source, target }) => {
    try {
      await symlink(relative(dirname(target), source), join(packageFolder, target));
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  });
  try {
    await Promise.all(missing);
  } catch (error) {
    const message = `Library links of PostgreSQL are missing in ${packageFolder} and cannot be made (${errorCode(error)}). Run its install script (npm rebuild), or set DATABASE_URL.`;
    throw new EmbeddedPostgresError('FOLDER_UNUSABLE', message, { cause: error });
  }
}
