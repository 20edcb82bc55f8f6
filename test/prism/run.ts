import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Installs Prism when it is missing or another version, and runs what needs it. Further arguments go to vitest.

const LOCK = join(import.meta.dirname, 'package-lock.json');
const STAMP = join(import.meta.dirname, 'node_modules/.gatehouse-installed');

if (isInstalled() || install()) {
  const args = ['run', '--config', 'test/prism/vitest.config.ts', ...process.argv.slice(2)];
  process.exitCode = run('vitest', args, join(import.meta.dirname, '../..')) ? 0 : 1;
} else {
  process.stderr.write('SKIPPED: Prism could not be installed, so nothing was minted at it.\n');
}

function isInstalled(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === readFileSync(LOCK, 'utf8');
}

function install(): boolean {
  process.stderr.write('Installing Prism …\n');
  const flags = ['--fetch-retries=1', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!run('npm', ['ci', ...flags], import.meta.dirname)) return false;
  writeFileSync(STAMP, readFileSync(LOCK));
  return true;
}

function run(command: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(command, args, { cwd, stdio: 'inherit' }).status === 0;
}
