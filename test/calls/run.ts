import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `Opens calls at three gateways over one ledger, kills each of them once with kill -9, and says what became of the calls.

npm run test:calls -- [--calls 200] [--rounds 3]

  --calls   how many; default 200
  --rounds  how many gateways are killed, one after the other; default 3
  --help    this

Ends with 1 when a call had no watcher for 10 s, outlived its deadline by 2 s, ended not exactly once, or when a response
was not metered exactly once.
`;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
} else {
  const root = join(import.meta.dirname, '../..');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/calls/survival.process.test.ts'], {
    cwd: root,
    env: { ...process.env, CALLS: values.calls, ROUNDS: values.rounds },
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
