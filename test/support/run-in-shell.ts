import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { COMPILE_CACHE } from './compile-cache.ts';
import type { Ended, Surroundings } from './run-command.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');

/**
 * Runs a command in a process of its own, as a shell does: for what runCommand cannot show.
 * @param unread whether standard output is closed at once, as `| head` does once it has what it wants
 */
export async function runInShell(
  args: readonly string[],
  { env = {}, stdin = '', cwd = tmpdir(), unread = false }: Surroundings & { readonly unread?: boolean } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { ...env, ...COMPILE_CACHE } });
  // It need not read what it does not ask for.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const stdout = unread ? '' : text(child.stdout);
  if (unread) child.stdout.destroy();
  const [said, stderr, [code]] = await Promise.all([stdout, text(child.stderr), once(child, 'close')]);
  return { code, stdout: said, stderr };
}
