import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { runProgram } from '../../src/commands/program.ts';

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type Surroundings = {
  /** All that the command finds in its environment, beside PATH. */
  readonly env?: Record<string, string>;
  /** What is piped into it. */
  readonly stdin?: string;
  /** Whether somebody types that at a terminal. Without `stdin` nothing is typed, and the input does not end. */
  readonly terminal?: boolean;
  /** By default a folder without a .env. */
  readonly cwd?: string;
};

/**
 * Runs a command as `gatehouse` in a shell does, but in this process, which is quicker by the start of a Node process.
 * One at a time, because meanwhile the process's streams, environment and folder are the command's.
 */
export async function runCommand(
  args: readonly string[],
  { env = {}, stdin, terminal = false, cwd = tmpdir() }: Surroundings = {},
): Promise<Ended> {
  const before = { cwd: process.cwd(), exitCode: process.exitCode, listeners: listeners() };
  const output = { stdout: new PassThrough(), stderr: new PassThrough() };
  const said = Promise.all([text(output.stdout), text(output.stderr)]);
  let exited: number | undefined;
  const restore = replace({
    ...output,
    stdin: inputOf(stdin, terminal),
    env: { PATH: process.env['PATH'], ...env },
    exit: (code: unknown) => {
      exited ??= Number(code ?? 0);
      // What runs after this would not, had the process ended.
      replace({ stdout: new PassThrough().resume(), stderr: new PassThrough().resume() });
      throw new Error('The command has ended the process');
    },
  });
  try {
    process.chdir(cwd);
    process.exitCode = 0;
    await runProgram(args).catch((error: unknown) => {
      if (exited === undefined) throw error;
    });
    exited ??= Number(process.exitCode);
  } finally {
    restore();
    process.chdir(before.cwd);
    process.exitCode = before.exitCode;
    output.stdout.end();
    output.stderr.end();
  }
  // In a process of its own nothing would be left of the command. A pool that it left open fails the database's drop.
  expect(listeners()).toEqual(before.listeners);
  const [stdout, stderr] = await said;
  return { code: exited, stdout, stderr };
}

function inputOf(text: string | undefined, terminal: boolean): Readable {
  const input =
    terminal && text === undefined
      ? new PassThrough()
      : Readable.from([Buffer.from(text ?? '')], { objectMode: false });
  return terminal ? Object.assign(input, { isTTY: true }) : input;
}

/** Replaces properties of `process`. @returns what puts back those that were there */
function replace(properties: Record<string, unknown>): () => void {
  const found = Object.keys(properties).map(
    (name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const,
  );
  for (const [name, value] of Object.entries(properties))
    Object.defineProperty(process, name, { value, configurable: true, writable: true });
  return () => {
    for (const [name, descriptor] of found)
      if (descriptor !== undefined) Object.defineProperty(process, name, descriptor);
  };
}

function listeners(): readonly string[] {
  const counted = process.eventNames().map((event) => `${String(event)}: ${process.listenerCount(event)}`);
  return counted.toSorted();
}
