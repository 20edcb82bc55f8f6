import { execFile } from 'node:child_process';
import { chown, mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SIZE_MB = 384;

/** A file system of its own, small enough to be filled. */
export type SmallDisk = {
  readonly path: string;
  fill(): Promise<void>;
  empty(): Promise<void>;
  unmount(): Promise<void>;
};

/** Mounts one in a folder, for whoever owns `like`; null where this process may not mount. */
export async function mountSmallDisk(directory: string, like: string): Promise<SmallDisk | null> {
  const mounted = join(directory, 'disk');
  await mkdir(mounted);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=755`, 'tmpfs', mounted]);
  } catch {
    return null;
  }
  const path = join(mounted, 'tables');
  const filler = join(mounted, 'filler');
  await mkdir(path);
  const { uid, gid } = await stat(like);
  await chown(path, uid, gid);
  return {
    path,
    async fill() {
      const file = await open(filler, 'w');
      // In ever smaller pieces, so that no block is left. The first are large, because each waits for its turn among
      // everything else that the runner does.
      for (const bytes of [1 << 26, 1 << 13, 1 << 10])
        await writeUntilFull(() => file.write(Buffer.alloc(bytes)));
      await file.close();
    },
    empty: () => rm(filler, { force: true }),
    async unmount() {
      await run('umount', ['-l', mounted]);
    },
  };
}

async function writeUntilFull(write: () => Promise<{ bytesWritten: number }>): Promise<void> {
  for (;;) {
    try {
      if ((await write()).bytesWritten === 0) return;
    } catch {
      return;
    }
  }
}
