import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { ServerUser } from './choose-server-user.ts';
import { EmbeddedPostgresError, errorCode } from './error.ts';

/** A program that was started. `exit()` says how it ended ("exit code 1", "signal SIGKILL") once it has. */
export type Launched = {
  readonly pid: number;
  readonly exited: Promise<string>;
  exit(): string | undefined;
  /** Size of the log file before the program wrote to it, in bytes. */
  readonly logStart: number;
};

type Launch = {
  binary: string;
  arguments: readonly string[];
  environment?: Readonly<Record<string, string>>;
  user: ServerUser | undefined;
  logFile: string;
  /** Whether the gateway may end while the program runs. */
  outlivesGateway: boolean;
};

/**
 * Starts a program of PostgreSQL in a process group of its own, its output going to the log file: Ctrl-C in a
 * terminal does not reach it, and it does not depend on pipes to a gateway that may be killed.
 * @throws EmbeddedPostgresError START_FAILED when it cannot be run.
 */
export async function launch(what: Launch): Promise<Launched> {
  const log = await open(what.logFile, 'a', 0o600);
  try {
    const { size: logStart } = await log.stat();
    const child = spawn(what.binary, what.arguments, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      // The folder that the gateway runs in may be closed to the server's user.
      cwd: '/',
      // Nothing is inherited: the gateway's environment holds the provider's key.
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...what.environment },
      ...(what.user && { uid: what.user.uid, gid: what.user.gid }),
    });
    let ended: string | undefined;
    const exited = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        ended = signal === null ? `exit code ${code}` : `signal ${signal}`;
        resolve(ended);
      });
    });
    await once(child, 'spawn');
    if (what.outlivesGateway) child.unref();
    if (child.pid === undefined) throw new Error('spawned without a process id');
    return { pid: child.pid, exited, exit: () => ended, logStart };
  } catch (error) {
    const as = what.user === undefined ? '' : ` as the user "${what.user.name}"`;
    const message = `${what.binary} cannot be run${as} (${errorCode(error)}). On a system without glibc (Alpine), or one that forbids changing the user, set DATABASE_URL to a PostgreSQL of your own.`;
    throw new EmbeddedPostgresError('START_FAILED', message, { cause: error });
  } finally {
    await log.close();
  }
}
