import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { describeError } from './log-fields.ts';

/**
 * Ends the process after an error that nobody caught: says its name and code, flushes, exits with 1.
 * Without these handlers Node prints message, source line and stack itself, natively, past every filter.
 * What is thrown before they are installed, while modules load, still is printed that way.
 * @param flush what must not be lost; cut short after `graceMs`, its own failure does not keep the process
 */
export function installCrashHandlers(
  log: Pick<Logger, 'fatal'>,
  flush: () => Promise<void>,
  graceMs = 5_000,
): void {
  let crashed = false;
  const crash = (event: string, thrown: unknown) => {
    // The first error is the one to know; those that follow from it must not end the flush or log for ever.
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
    // There is nobody left to tell.
  }
  process.exit(1);
}

/** A pipe may still hold the last lines. */
function stdoutDrained(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write('', () => resolve());
  });
}
