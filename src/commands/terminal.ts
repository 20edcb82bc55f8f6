import type { InputIssue } from '../platform/validation/input-issue.ts';
import { EXIT } from './exit-code.ts';

const PROGRESS_EVERY_MS = 2000;

/** A line for the person at the terminal: standard error, because standard output is for programs. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Says why nothing was done, and lets the command end with 1. */
export function refuse(line: string): void {
  say(line);
  process.exitCode = EXIT.refused;
}

/** Says what is wrong with which option, and lets the command end with 1. */
export function sayIssues(issues: readonly InputIssue[]): void {
  for (const { path, message } of issues) refuse(`--${path.join('.')} ${message}`);
}

/** The one document that a command with --json prints. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** A line of JSON, where a command prints one for each thing that it found. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/**
 * Lets writing go on into a pipe whose reader has had enough, as `| head` has: what was begun is finished. Any other
 * failure to write ends the process as an unhandled error does.
 */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

/** Passes on at most one report of progress in two seconds. */
export function throttle<Seen extends readonly number[]>(report: (...seen: Seen) => void): typeof report {
  let reportedAt = performance.now();
  return (...seen) => {
    if (performance.now() - reportedAt < PROGRESS_EVERY_MS) return;
    reportedAt = performance.now();
    report(...seen);
  };
}
