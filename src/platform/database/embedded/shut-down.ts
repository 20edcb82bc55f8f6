import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from './find-postmaster.ts';
import type { EmbeddedPostgresLog } from './server-context.ts';

const FAST_MS = 10_000;
// An immediate shutdown kills after 5 s what does not go by itself.
const IMMEDIATE_MS = 7000;
const POLL_MS = 10;

/**
 * Shuts a server down and waits for its end: fast mode (open transactions are rolled back), and when that takes
 * longer than 10 s immediate mode (the next start recovers). Does not throw; says in the log when it failed.
 */
export async function shutDown(pid: number, log: EmbeddedPostgresLog): Promise<void> {
  if (await endsAfter('SIGINT', pid, FAST_MS)) return;
  log.warn(
    { code: 'embedded_postgres_slow_shutdown', pid },
    'PostgreSQL takes long to shut down; ending it at once',
  );
  if (await endsAfter('SIGQUIT', pid, IMMEDIATE_MS)) return;
  log.error({ code: 'embedded_postgres_still_running', pid }, 'PostgreSQL did not shut down');
}

async function endsAfter(signal: NodeJS.Signals, pid: number, milliseconds: number): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already; or not ours to end, which the wait finds out.
  }
  const deadline = performance.now() + milliseconds;
  while (await isAlive(pid)) {
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}
