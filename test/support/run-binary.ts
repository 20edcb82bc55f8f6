import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { COMPILE_CACHE } from './compile-cache.ts';

const require = createRequire(import.meta.url);

/**
 * Runs a package's command line in `cwd` by the file that starts it, e.g. "vitest/vitest.mjs" or a path, and returns
 * how it ended and all that it said.
 */
export function runBinary(
  file: string,
  args: readonly string[],
  cwd: string,
): { exitCode: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [require.resolve(file), ...args], {
    cwd,
    env: { ...process.env, ...COMPILE_CACHE },
    encoding: 'utf8',
  });
  if (error) throw error;
  return { exitCode: status, output: stdout + stderr };
}
