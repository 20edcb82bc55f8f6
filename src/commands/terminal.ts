import type { InputIssue } from '../platform/validation/input-issue.ts';

const PROGRESS_EVERY_MS = 2000;

/** A line for the person at the terminal: standard error, because standard output is for programs. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Says what is wrong with which option, and lets the command end with 1. */
export function sayIssues(issues: readonly InputIssue[]): void {
  for (const { path, message } of issues) say(`--${path.join('.')} ${message}`);
  process.exitCode = 1;
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
