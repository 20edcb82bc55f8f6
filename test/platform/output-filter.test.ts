import { expect, test } from 'vitest';
import { runProgram } from './run-program.ts';

test('replaces credentials in whatever is written, and counts the chunks that needed it', async () => {
  const { code, stdout, stderr } = await runProgram('leak', ['write']);
  expect(stdout).toBe(
    ['string', 'bytes', 'array', 'hex'].map((kind) => `${kind} [redacted]\n`).join('') +
      "console { key: '[redacted]' }\n",
  );
  expect(stderr).toContain('stderr [redacted]\n');
  expect(stderr).toContain('Error: an error about [redacted]\n');
  expect(stderr).not.toContain('canary');
  expect(stderr).toMatch(/redactions 7\n$/);
  expect(code).toBe(0);
});

test('keeps the contract of write: its results, callbacks and refusals', async () => {
  const { stdout, stderr } = await runProgram('leak', ['contract']);
  expect(stdout).toMatch(/^ab\[redacted\]c (null|undefined) true,true$/);
  expect(stderr).toBe('ERR_INVALID_ARG_TYPE');
});

test('passes other bytes on as they are', async () => {
  const { stdout, stderr } = await runProgram('leak', ['bytes']);
  expect(stdout).toBe('\ufffd\0é');
  expect(stderr).toBe('redactions 0\n');
});

test('a process warning shows its name and code, not its text', async () => {
  const { stdout, stderr } = await runProgram('leak', ['warning']);
  expect(stdout).toBe('');
  expect(stderr).toBe('Warning: CanaryWarning CANARY\nWarning: DeprecationWarning\nredactions 0\n');
});

test('--no-warnings still silences warnings', async () => {
  const { stderr } = await runProgram('leak', ['warning'], ['--no-warnings']);
  expect(stderr).toBe('redactions 0\n');
});

test('sees the lines of the logger, also behind an escape', async () => {
  const { stdout, stderr } = await runProgram('leak', ['log']);
  expect(JSON.parse(stdout)).toMatchObject({ note: 'first\n[redacted]', msg: 'message of [redacted]' });
  expect(stderr).toBe('redactions 1\n');
});

test('lines keep their order, and a warning is written at once with all that waited before it', async () => {
  const { stdout } = await runProgram('leak', ['order']);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ number, msg }) => number ?? msg)).toEqual([1, 'message of [redacted]', 3, 'urgent']);
});

test('sees the lines of the pretty logger, which are written before the process exits', async () => {
  const { stdout } = await runProgram('leak', ['pretty']);
  expect(stdout).toMatch(/INFO.*: \[redacted\] comes first\n$/);
});
