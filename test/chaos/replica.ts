import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const PAUSE_MS = 200;
// What the database's absence makes of a start; whoever started it tries again, as any supervisor does.
const NO_DATABASE =
  /Gatehouse cannot start\. (The database('s clock is \d+ seconds ahead| of \w+ cannot be reached| of \w+ cannot be used \(25006\)| went away during the start)|Error 57P0|Error ECONN)/;

/** A gateway in a process of its own that is started again and again. */
export type Replica = {
  readonly name: string;
  /** Of the process that runs now, or ran last. */
  url(): string;
  /** Everything that its processes ever wrote. */
  readonly output: readonly string[];
  /** How it ended without having been told to. */
  readonly crashes: readonly string[];
  start(): Promise<void>;
  /** Resolves when it has ended. */
  kill(): Promise<void>;
  /** As an operator stops it; anything but a clean end counts as a crash. */
  stop(): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
};

type Running = {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
  expected: string | undefined;
};

export function createReplica(name: string, env: Record<string, string>, directory: string): Replica {
  const output: string[] = [];
  const crashes: string[] = [];
  let running: Running | undefined;
  let url = '';

  /** One process; resolves with why it ended when that was before it was ready. */
  async function launch(): Promise<string | null> {
    const child = spawn(process.execPath, [MAIN], {
      // Where there is no .env.
      cwd: directory,
      env: { ...env, ...COMPILE_CACHE, PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A terminal's Ctrl-C is for the runner, which then stops them.
      detached: true,
    });
    const from = output.length;
    const ready = new Promise<null>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        output.push(line);
        const address = /"url":"([^"]+)".*"msg":"ready"/.exec(line)?.[1];
        if (address === undefined) return;
        url = address;
        resolve(null);
      });
    });
    createInterface(child.stderr).on('line', (line) => output.push(line));
    const ended = new Promise<string>((resolve) => {
      child.on('close', (code, signal) => resolve(signal ?? `exit ${code}`));
    });
    const started: Running = { child, ended, expected: undefined };
    running = started;
    const early = await Promise.race([ready, ended]);
    if (early !== null) return `${early}: ${output.slice(from).join('\n')}`;
    void ended.then((how) => {
      if (how !== started.expected) crashes.push(`${name} ended with ${how}: ${output.slice(-3).join('\n')}`);
    });
    return null;
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM', expected: string): Promise<void> {
    if (running === undefined) return;
    running.expected = expected;
    running.child.kill(signal);
    await running.ended;
  }

  return {
    name,
    url: () => url,
    output,
    crashes,
    async start() {
      for (let early = await launch(); early !== null; early = await launch()) {
        if (!NO_DATABASE.test(early)) {
          crashes.push(`${name} did not start: ${early}`);
          return;
        }
        await delay(PAUSE_MS);
      }
    },
    kill: () => end('SIGKILL', 'SIGKILL'),
    stop: () => end('SIGTERM', 'exit 0'),
    signal: (signal) => void running?.child.kill(signal),
  };
}
