import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { describeError } from './log-fields.ts';

/**
 * Ends the process after an uncaught error: logs the error's name and code, flushes, exits with 1. Without these handlers
 * Node prints message, source line and stack natively, past every filter. Errors that are thrown while modules load,
 * before the handlers are installed, are still printed that way.
 * @param flush saves what must not be lost; after `graceMs` milliseconds, or if it fails, the process exits anyway
 */
export function installCrashHandlers(
  log: Pick<Logger, 'fatal'>,
  flush: () => Promise<void>,
  graceMs = 5_000,
): void {
  let crashed = false;
  const crash = (event: string, thrown: unknown) => {
    // Only the first error is logged. Errors that follow from it must neither end the flush nor log without end.
    if (crashed) return;
    crashed = true;
    process.exitCode = 1;
    void exitAfter(async () => {
      log.fatal({ err: describeError(thrown), event }, 'crashed');
      await flush();
      await stdoutDrained();
    }, graceMs);
  };
  process.on('uncaughtException', (error) => crash('uncaughtException', error));
  process.on('unhandledRejection', (reason) => crash('unhandledRejection', reason));
}

async function exitAfter(work: () => Promise<void>, graceMs: number): Promise<void> {
  try {
    await Promise.race([work(), setTimeout(graceMs)]);
  } catch {
    // Nothing more can be done.
  }
  process.exit(1);
}

/** Resolves when the last lines were written, because a pipe may still hold them. */
function stdoutDrained(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write('', () => resolve());
  });
}
