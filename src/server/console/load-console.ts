import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { StartError } from '../../platform/process/start-error.ts';

/** A file in the forms that it can be answered in. */
export type ConsoleFile = {
  readonly type: string;
  readonly etag: string;
  /** Its name has a hash of its content, so it never changes. */
  readonly immutable: boolean;
  readonly identity: Buffer;
  readonly br: Buffer | null;
  readonly gzip: Buffer | null;
};

/** The console's files by their path below /console/, and the page that is answered for everything else there. */
export type ConsoleFiles = { readonly page: ConsoleFile; readonly files: ReadonlyMap<string, ConsoleFile> };

export const CONSOLE_FOLDER = join(import.meta.dirname, '../../../console/dist');

/** The folder whose files have a hash in their names. */
export const ASSETS = 'assets/';

const PAGE = 'index.html';
const HOW_TO_BUILD = 'Build it with "npm run build -w gatehouse-console", which "npm start" does by itself.';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * Reads the built console into memory; it is about a megabyte.
 * @param required whether it has to be there
 * @returns null when it is not built
 * @throws StartError when it is not built and has to be
 */
export async function loadConsole(
  folder: string,
  { required }: { readonly required: boolean },
): Promise<ConsoleFiles | null> {
  const contents = await readAll(folder);
  const files = new Map<string, ConsoleFile>();
  for (const [path, identity] of contents) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    files.set(path, {
      type,
      etag: `"${createHash('sha256').update(identity).digest('base64url')}"`,
      immutable: path.startsWith(ASSETS),
      identity,
      br: contents.get(`${path}.br`) ?? null,
      gzip: contents.get(`${path}.gz`) ?? null,
    });
  }
  const page = files.get(PAGE);
  if (page !== undefined) return { page, files };
  if (required)
    throw new StartError(`GATEHOUSE_CONSOLE is true, but the console is not built. ${HOW_TO_BUILD}`);
  return null;
}

async function readAll(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const contents = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  return new Map(contents.map((bytes, index) => [(paths[index] ?? '').replaceAll(sep, '/'), bytes]));
}

function ifMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
