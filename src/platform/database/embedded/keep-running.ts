import { setTimeout as delay } from 'node:timers/promises';
import { type Claim, claimServer } from './claim-server.ts';
import { errorCode } from './error.ts';
import { findPostmaster, readPostmasterFile } from './find-postmaster.ts';
import type { ServerContext } from './server-context.ts';
import { shutDown } from './shut-down.ts';

/** A server that is started again whenever it dies. */
export type Watch = {
  /** Ends the watch and answers the claim, when there is one at that moment. Does not stop the server. */
  end(): Promise<Claim | undefined>;
};

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
// A server that lived for that long was all right: when it dies, the next one starts without a pause.
const STABLE_AFTER_MS = 10_000;

const CHECK_MS = 1000;

/**
 * Watches a server through the lock's connection, which ends when the server dies, ours or adopted; then claims it
 * again, or starts it on the same port, so that connection pools find it by themselves.
 */
export function keepRunning(server: ServerContext, first: Claim): Watch {
  const ending = new AbortController();
  const { signal } = ending;
  const ended = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  let current: Claim | undefined = first;

  async function watch(): Promise<void> {
    let failures = 0;
    let claim = first;
    for (;;) {
      const since = performance.now();
      await Promise.race([claim.lock.lost, ended]);
      if (signal.aborted) return;
      current = undefined;
      failures = performance.now() - since > STABLE_AFTER_MS ? 0 : failures + 1;
      server.log.warn(
        { code: 'embedded_postgres_lost', port: first.port },
        'Lost PostgreSQL; bringing it back',
      );
      claim = await reclaim(failures);
      current = claim;
    }
  }

  async function reclaim(earlierFailures: number): Promise<Claim> {
    for (let failures = earlierFailures; ; failures += 1) {
      if (failures > 0)
        await delay(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS), undefined, { signal });
      try {
        const claim = await claimServer(server, { port: first.port, signal });
        const fields = { code: 'embedded_postgres_recovered', port: claim.port, adopted: claim.adopted };
        server.log.info(fields, claim.adopted ? 'PostgreSQL is back' : 'PostgreSQL was started again');
        return claim;
      } catch (error) {
        if (signal.aborted) throw error;
        const fields = {
          code: 'embedded_postgres_restart_failed',
          kind: errorCode(error),
          log: server.paths.logFile,
        };
        server.log.error(fields, 'PostgreSQL could not be started again; trying on');
      }
    }
  }

  async function hurry(): Promise<void> {
    for (;;) {
      await delay(CHECK_MS, undefined, { signal, ref: false });
      await hurryShutdown(server);
    }
  }

  // Only an abort makes them reject, and that is what end() waits for.
  const watching = watch().catch(() => undefined);
  void hurry().catch(() => undefined);
  return {
    async end() {
      ending.abort();
      await watching;
      return current;
    },
  };
}

// Whoever sends SIGTERM (an init system does, to everything) asks for a smart shutdown, which waits for our own
// connections for ever and refuses new ones. In fast mode it ends, and is started again.
async function hurryShutdown({ paths, log }: ServerContext): Promise<void> {
  if ((await readPostmasterFile(paths.cluster))?.state !== 'stopping') return;
  const postmaster = await findPostmaster(paths.cluster);
  if (postmaster.state !== 'stopping') return;
  log.warn({ code: 'embedded_postgres_told_to_stop' }, 'PostgreSQL was told to shut down; hurrying it');
  await shutDown(postmaster.pid, log);
}
