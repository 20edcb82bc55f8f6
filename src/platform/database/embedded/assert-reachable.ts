import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ServerUser } from './choose-server-user.ts';
import { EmbeddedPostgresError } from './error.ts';

/**
 * Checks that `user` may pass every folder on the way to `path`, and enter (a folder) or run (a file) `path`
 * itself. PostgreSQL would only say "Permission denied" about the last of them.
 * @throws EmbeddedPostgresError FOLDER_UNREACHABLE naming the first folder that is closed.
 */
export async function assertReachable(user: ServerUser, path: string, what: string): Promise<void> {
  for (const step of stepsTo(await realpath(path))) {
    if (mayPass(user, await stat(step))) continue;
    const message = `PostgreSQL cannot run as root, so it runs as the user "${user.name}", and that user cannot pass ${step}, which it needs for ${what} (${path}). Set GATEHOUSE_DATA_DIR to a folder that everybody may pass (or open this one with chmod o+x), run Gatehouse from such a folder or as a normal user, or set DATABASE_URL.`;
    throw new EmbeddedPostgresError('FOLDER_UNREACHABLE', message);
  }
}

function stepsTo(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...stepsTo(parent), path];
}

function mayPass(user: ServerUser, { uid, gid, mode }: { uid: number; gid: number; mode: number }): boolean {
  if (uid === user.uid) return (mode & 0o100) !== 0;
  return (mode & (gid === user.gid ? 0o010 : 0o001)) !== 0;
}
