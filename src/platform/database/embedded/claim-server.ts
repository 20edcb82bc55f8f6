import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './error.ts';
import { findFreePort } from './find-free-port.ts';
import { findPostmaster } from './find-postmaster.ts';
import type { Launched } from './launch.ts';
import { launchServer } from './launch-server.ts';
import { readLogTail } from './read-log-tail.ts';
import type { ServerContext } from './server-context.ts';
import { shutDown } from './shut-down.ts';
import { type Lock, takeLock } from './take-lock.ts';

/** A server that takes connections, and the lock on it. */
export type Claim = {
  readonly pid: number;
  readonly port: number;
  readonly lock: Lock;
  /** Whether it was running already. */
  readonly adopted: boolean;
};

type ClaimOptions = {
  /** Where the server must listen; undefined: where it does, or on a free port. */
  port: number | undefined;
  signal: AbortSignal;
};

// Recovery after a crash, and the end of a server that is shutting down, are waited for.
const PATIENCE_MS = 60_000;
const LOCK_PATIENCE_MS = 2000;
const POLL_MS = 15;
const RELAUNCH_PAUSE_MS = 100;

/**
 * Takes hold of the server of the data directory: adopts the one that runs, or starts one.
 * @throws EmbeddedPostgresError IN_USE, PASSWORD_UNUSABLE, START_FAILED; the signal's reason when it aborts.
 */
export async function claimServer(server: ServerContext, options: ClaimOptions): Promise<Claim> {
  const progress: Progress = { launched: undefined, waitingFor: 'a server' };
  const deadline = performance.now() + PATIENCE_MS;
  try {
    while (performance.now() < deadline) {
      const claim = await advance(server, options, progress);
      if (claim !== undefined) return claim;
      await delay(POLL_MS, undefined, { signal: options.signal });
    }
  } catch (error) {
    await dropLaunched(server, progress, error);
    options.signal.throwIfAborted();
    throw error;
  }
  // A server that recovers for longer than that is left to it: the next start finds it further on.
  const tail = await readLogTail(server.paths.logFile, {
    start: progress.launched?.logStart ?? 0,
    lines: 15,
  });
  const message = `PostgreSQL was not ready within ${PATIENCE_MS / 1000} s (waiting for ${progress.waitingFor}). From ${server.paths.logFile}:\n${tail}`;
  throw new EmbeddedPostgresError('START_FAILED', message);
}

type Progress = { launched: Launched | undefined; waitingFor: string };

async function advance(
  server: ServerContext,
  options: ClaimOptions,
  progress: Progress,
): Promise<Claim | undefined> {
  options.signal.throwIfAborted();
  if (progress.launched?.exit() !== undefined) {
    await considerExit(server, options, progress.launched);
    progress.launched = undefined;
  }
  const postmaster = await findPostmaster(server.paths.cluster);
  switch (postmaster.state) {
    case 'absent': {
      // Launched already: it has not written its pid yet.
      if (progress.launched !== undefined) return undefined;
      const port = options.port ?? (await findFreePort());
      progress.launched = await launchServer(server, { port, stalePid: postmaster.stalePid });
      return undefined;
    }
    case 'starting':
    case 'stopping':
      progress.waitingFor = `pid ${postmaster.pid}, which is ${postmaster.state}`;
      return undefined;
    case 'ready':
      return lockServer(server, options, progress, postmaster);
    default:
      return postmaster satisfies never;
  }
}

async function lockServer(
  server: ServerContext,
  options: ClaimOptions,
  progress: Progress,
  { pid, port }: { pid: number; port: number },
): Promise<Claim | undefined> {
  const lock = await takeLock(server, { port, patience: LOCK_PATIENCE_MS, signal: options.signal });
  if ('notReady' in lock) {
    progress.waitingFor = `pid ${pid}, which answers ${lock.notReady}`;
    return undefined;
  }
  if (options.port === undefined || options.port === port) {
    return { pid, port, lock, adopted: pid !== progress.launched?.pid };
  }
  // Left behind by another gateway that came and went: our connections look for it elsewhere.
  await shutDown(pid, server.log);
  await lock.release();
  return undefined;
}

// Three ways to fail are a matter of time or luck; the rest are not.
async function considerExit(
  { paths }: ServerContext,
  options: ClaimOptions,
  launched: Launched,
): Promise<void> {
  const tail = await readLogTail(paths.logFile, { start: launched.logStart, lines: 15 });
  const othersWereFaster = /lock file ".*" already exists/.test(tail);
  const remainsOfTheLastOne = tail.includes('pre-existing shared memory block');
  const portWasTaken = tail.includes('Address already in use') && options.port === undefined;
  if (othersWereFaster || remainsOfTheLastOne || portWasTaken) {
    return delay(RELAUNCH_PAUSE_MS, undefined, { signal: options.signal });
  }
  const message = `PostgreSQL ended with ${launched.exit()} while starting. From ${paths.logFile}:\n${tail}`;
  throw new EmbeddedPostgresError('START_FAILED', message);
}

// Who fails to claim the server that it started stops it again, unless another gateway claimed it.
async function dropLaunched(server: ServerContext, { launched }: Progress, error: unknown): Promise<void> {
  const claimedByAnother = error instanceof EmbeddedPostgresError && error.code === 'IN_USE';
  if (launched === undefined || launched.exit() !== undefined || claimedByAnother) return;
  await shutDown(launched.pid, server.log);
}
