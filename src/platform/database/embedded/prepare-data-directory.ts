import { access, chmod, constants, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, errorCode } from './error.ts';

/** Where everything embedded lives, as absolute paths without links (the server's process is recognised by them). */
export type DataPaths = {
  readonly dataDirectory: string;
  readonly cluster: string;
  readonly passwordFile: string;
  readonly logFile: string;
};

/**
 * Makes the data directory when it is missing. Root's may be passed through (0711), because PostgreSQL then
 * runs as another user; everything secret in it is a file of mode 0600.
 * @throws EmbeddedPostgresError FOLDER_UNUSABLE when it cannot be made or written to.
 */
export async function prepareDataDirectory(path: string): Promise<DataPaths> {
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  try {
    const created = await mkdir(path, { recursive: true, mode });
    // The mode of mkdir is cut down by the umask; that of chmod is not.
    if (created !== undefined) await chmod(path, mode);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    const dataDirectory = await realpath(path);
    return {
      dataDirectory,
      cluster: join(dataDirectory, 'postgres'),
      passwordFile: join(dataDirectory, 'postgres-password'),
      logFile: join(dataDirectory, 'postgres.log'),
    };
  } catch (error) {
    const message = `The data directory ${path} cannot be made or written to (${errorCode(error)}). Set GATEHOUSE_DATA_DIR to a folder that this user may write, or set DATABASE_URL.`;
    throw new EmbeddedPostgresError('FOLDER_UNUSABLE', message, { cause: error });
  }
}
