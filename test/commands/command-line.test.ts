import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leavesOf, withSubcommands } from '../../src/commands/command-group.ts';
import { shells } from '../../src/commands/completion-scripts.ts';
import { createProgram } from '../../src/commands/program.ts';
import { runCommand } from '../support/run-command.ts';

// What all commands have in common, and what completes them. None of these needs a ledger.

const leaves = leavesOf(createProgram());

test.each(leaves)('$path has help with examples, and --json', async ({ path }) => {
  const { code, stdout } = await runCommand([...path.split(' '), '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: gatehouse ${path}`);
  expect(stdout).toContain(`Examples:\n  gatehouse ${path}`);
  expect(stdout).toContain('--json');
});

test.each<[string[], string]>([
  [[], 'Usage: gatehouse'],
  [['key'], 'Usage: gatehouse key'],
  [['sesion'], "unknown command 'sesion'"],
  [['session', 'list', '--user'], "option '--user <external id>' argument missing"],
  [['audit', 'export', '--action', 'session.nope'], 'It must be of session.requested, session.issued,'],
  [['audit', 'verify', '--fast'], "unknown option '--fast'"],
  [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
  [['key', 'revoke', 'ek_0123456789abcdef0123456789abcdef', 'x'], 'too many arguments'],
])('%j is typed wrong: 2, and what is wrong', async (args, problem) => {
  const { code, stdout, stderr } = await runCommand(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(problem);
  expect(stderr).not.toContain('ek_0123456789');
});

test.each([
  [2, { DATABASE_URL: 'mysql://x' }],
  [3, { DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/x' }],
  [3, { GATEHOUSE_DATA_DIR: join(tmpdir(), 'gatehouse-nowhere') }],
])('%i: a configuration, or a database, that cannot be used: %j', async (expected, env) => {
  const { code, stdout } = await runCommand(['session', 'list'], { env });
  expect([code, stdout]).toEqual([expected, '']);
});

describe('completion', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-completion-'));
    for (const shell of shells) {
      const { code, stdout } = await runCommand(['completion', shell]);
      expect(code).toBe(0);
      await writeFile(join(folder, shell), stdout);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;
  const shellSays = (shell: string, script: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(shell, ['-c', script, ...args], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    return stdout.split('\n').filter(Boolean);
  };
  /** How each shell is asked what can follow. The last word is the one that is being typed. */
  const ASK = {
    bash: (words: readonly string[]) =>
      shellSays(
        'bash',
        `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gatehouse; printf '%s\\n' "\${COMPREPLY[@]}"`,
        join(folder, 'bash'),
        ...words,
      ),
    // The functions of zsh's own completion exist only where a line is edited.
    zsh: (words: readonly string[]) =>
      shellSays(
        'zsh',
        `compdef() { }; _files() { }; _describe() { print -rl -- "\${(@)found%%:*}" }; source "$0"; words=("$@"); CURRENT=$#; _gatehouse`,
        join(folder, 'zsh'),
        ...words,
      ).filter((word) => word.startsWith(words.at(-1) ?? '')),
    fish: (words: readonly string[]) =>
      shellSays('fish', `source ${join(folder, 'fish')}; complete -C '${words.join(' ')}'`).map(
        (line) => line.split('\t')[0] ?? '',
      ),
  };

  describe.each(shells.filter(has))('%s', (shell) => {
    test.each<[string[], string[]]>([
      [
        ['gatehouse', 'se'],
        ['session', 'secret'],
      ],
      [
        ['gatehouse', 'key', ''],
        ['create', 'list', 'revoke'],
      ],
      [['gatehouse', 'user', 'erase', 'alice', '--y'], ['--yes']],
      [['gatehouse', 'session', 'list', '--st'], ['--status']],
      [
        ['gatehouse', 'key', 'create', '--reach', ''],
        ['OWN_APPLICATION', 'EVERYTHING'],
      ],
      [['gatehouse', 'session', 'list', '--limit', '1', '--status', 'ACT'], ['ACTIVE']],
      [['gatehouse', 'completion', 'z'], ['zsh']],
    ])('%j', (words, expected) => {
      const offered = ASK[shell](words).filter((word) => word !== '--help' && word !== '-h');
      expect(offered.toSorted()).toEqual(expected.toSorted());
    });
  });

  test('a script runs nothing that was typed', () => {
    const offered = ASK.bash(['gatehouse', 'user', 'show', '$(echo oops >&2)', '']);
    expect(offered).toContain('--id');
  });

  test.each(shells)('the script of %s has every command and option', async (shell) => {
    const { stdout } = await runCommand(['completion', shell]);
    for (const command of withSubcommands(createProgram())) {
      if (command.parent !== null) expect(stdout).toContain(command.name());
      for (const { long } of command.options)
        expect(stdout).toContain(shell === 'fish' ? `-l ${long?.slice(2)}` : long);
    }
  });
});
