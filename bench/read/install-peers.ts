import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FOLDER = join(import.meta.dirname, '../peers');

/** What the peers are made of is nobody's dependency but this benchmark's. */
export async function installPeers(progress: (text: string) => void): Promise<void> {
  // npm writes it when it is through.
  if (existsSync(join(FOLDER, 'node_modules/.package-lock.json'))) return;
  progress('installing the peers');
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: FOLDER });
}
