import { expect, test } from 'vitest';
import { runProgram } from './run-program.ts';

const described = { type: 'CanaryError', code: 'E_CANARY', kind: 'canary' };

test.each([
  ['exception', 'uncaughtException', described],
  ['rejection', 'unhandledRejection', described],
  ['word', 'unhandledRejection', { type: 'string' }],
  ['nothing', 'unhandledRejection', { type: 'undefined' }],
])('an uncaught %s is said by name, then the process flushes and exits with 1', async (crash, event, err) => {
  const { code, stdout, stderr } = await runProgram('crash', [crash, 'flush']);
  const [line = '', ...rest] = stdout.split('\n');
  expect(JSON.parse(line)).toEqual({ level: 'fatal', time: expect.any(String), err, event, msg: 'crashed' });
  expect(rest).toEqual(['flushed', '']);
  // Node itself would have printed message, source line and stack here.
  expect(stderr).toBe('');
  expect(code).toBe(1);
});

test.each(['hang', 'fail', 'throw', 'exit'])(
  'a flush that would %s neither keeps the process nor makes it end well',
  async (flush) => {
    const { code, stdout, stderr } = await runProgram('crash', ['rejection', flush]);
    expect(stdout).not.toContain('canary-secret');
    expect([code, stdout.split('\n').length, stderr]).toEqual([1, 2, '']);
  },
);

test('errors that follow the first neither cut the flush short nor are logged', async () => {
  const { code, stdout } = await runProgram('crash', ['twice', 'flush']);
  expect(stdout.split('\n')).toEqual([expect.stringContaining('uncaughtException'), 'flushed', '']);
  expect(code).toBe(1);
});
