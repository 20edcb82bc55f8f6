import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs what a folder's own lock file has, unless it is there. What only some tests or tools need lies in such folders,
 * so that a clone of the repository starts without it.
 * @param what its name, for people
 * @returns false when it could not be installed
 */
export function installPackages(folder: string, what: string): boolean {
  const lock = join(folder, 'package-lock.json');
  const stamp = join(folder, 'node_modules/.gatehouse-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(lock, 'utf8')) return true;
  process.stderr.write(`Installing ${what} …\n`);
  const flags = ['--fetch-retries=1', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!run('npm', ['ci', ...flags], folder)) return false;
  writeFileSync(stamp, readFileSync(lock));
  return true;
}

/**
 * Says that tests were not run for want of something on this machine. In CI that is a failure, since nobody reads there
 * what was skipped.
 */
export function skipTests(reason: string): void {
  process.stderr.write(`SKIPPED: ${reason}\n`);
  if (![undefined, '', 'false'].includes(process.env['CI'])) process.exitCode = 1;
}

/** Runs a command in front of everybody. @returns whether it ended well */
export function run(command: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(command, args, { cwd, stdio: 'inherit' }).status === 0;
}
