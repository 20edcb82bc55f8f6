import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readSecret } from '../../src/commands/read-secret.ts';
import { issue } from '../support/ask.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { runCommand } from '../support/run-command.ts';
import { runInShell } from '../support/run-in-shell.ts';
import { withoutLedger } from '../support/without-ledger.ts';

// `gatehouse secret identify`, as whoever was called runs it.

const KEY = Buffer.alloc(32, 1).toString('base64');

const database = useDatabase();
const gateway = useGateway(database, { GATEHOUSE_FINGERPRINT_KEY: KEY });

async function identify(
  input: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
  run = runCommand,
) {
  const settings = { DATABASE_URL: database.url, GATEHOUSE_FINGERPRINT_KEY: KEY, ...env };
  const ended = await run(['secret', 'identify', ...args], { env: settings, stdin: input });
  return { ...ended, stderr: withoutLedger(ended.stderr) };
}

function events() {
  return database.query(
    `SELECT outcome, actor_kind, actor_name, user_agent, session_id IS NOT NULL AS found, detail
     FROM audit_event WHERE action = 'secret.identified' ORDER BY id`,
  );
}

const BY = {
  actor_kind: 'OPERATOR',
  actor_name: expect.stringMatching(/^shell:./),
  user_agent: 'gatehouse secret identify',
  detail: {},
};

describe('secret identify', () => {
  test.each(['\n', '\r\n', ''])(
    '0: prints the session, and is audited; the line ends with %j',
    async (end) => {
      const before = await events();
      const { session, clientSecret } = await issue(gateway, { externalUserId: 'alice' });
      const { code, stdout, stderr } = await identify(clientSecret.value + end);
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toEqual({
        id: session.id,
        externalUserId: 'alice',
        application: 'default',
        status: 'ACTIVE',
        issuedAt: session.issuedAt,
        expiresAt: clientSecret.expiresAt,
        exposedUntil: session.exposedUntil,
      });
      expect(stdout).not.toContain(clientSecret.value);
      expect((await events()).slice(before.length)).toEqual([{ ...BY, outcome: 'SUCCEEDED', found: true }]);
    },
  );

  // Of what is too long a part stays unread, which only a real pipe keeps.
  test.each([
    ['ek_of_nobody_0123456789', runCommand],
    [' ', runCommand],
    ['ek_'.padEnd(70_000, 'x'), runInShell],
  ])('1: no session has it, which is audited too: %.20j', async (secret, run) => {
    const before = await events();
    const { code, stdout, stderr } = await identify(`${secret}\n`, [], {}, run);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('No session has it');
    expect(stderr).not.toContain('ek_');
    expect((await events()).slice(before.length)).toEqual([{ ...BY, outcome: 'FAILED', found: false }]);
  });

  test.each([
    ['nothing', '', [], {}, 'There is no secret on standard input.'],
    ['an empty line', '\n', [], {}, 'There is no secret on standard input.'],
    ['two lines', 'ek_canary_one_0123\nek_canary_two_0123\n', [], {}, 'one secret at a time'],
    ['an argument', '', ['canary-0123'], {}, 'It takes no arguments'],
    ['an option that there is not', '', ['--secret=canary-0123'], {}, 'It takes no arguments'],
    [
      'a database that is away',
      'ek_canary_away_0123\n',
      [],
      { DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/x' },
      'The secret could not be looked for.',
    ],
  ] as const)('2: %s; says so, and repeats no secret', async (_, input, args, env, problem) => {
    const before = await events();
    const { code, stdout, stderr } = await identify(input, args, env);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain('canary');
    expect(await events()).toEqual(before);
  });

  // No shell of a test has a terminal.
  test('a terminal is refused before anything is typed into it', async () => {
    const terminal = Object.assign(Readable.from(['ek_canary_typed_0123\n']), { isTTY: true });
    expect(await readSecret(terminal, [])).toEqual({
      kind: 'refused',
      why: expect.stringContaining('A terminal would show it'),
    });
    expect(terminal.readableDidRead).toBe(false);
  });

  test('--help says how', async () => {
    const { code, stdout } = await identify('', ['--help']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Usage: gatehouse secret identify')]);
    expect(stdout).toContain('gatehouse secret identify < found.txt');
  });
});
