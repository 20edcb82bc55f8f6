import { errorCode } from './error.ts';
import { findPostmaster } from './find-postmaster.ts';
import type { Watch } from './keep-running.ts';
import type { ServerContext } from './server-context.ts';
import { shutDown } from './shut-down.ts';
import { takeLock } from './take-lock.ts';

/** Ends the watch and shuts the server down, started by us or adopted, unless another gateway has it by now. Never rejects. */
export async function stopServer(server: ServerContext, watch: Watch): Promise<void> {
  try {
    const claim = await watch.end();
    const postmaster = await findPostmaster(server.paths.cluster);
    // Held until the server is down: a gateway that starts meanwhile waits for the end instead of claiming it.
    const lock =
      claim?.lock ?? (postmaster.state === 'ready' ? await lockNow(server, postmaster.port) : undefined);
    if (postmaster.state !== 'absent') await shutDown(postmaster.pid, server.log);
    await lock?.release();
    server.log.info({ code: 'embedded_postgres_stopped' }, 'Stopped the embedded PostgreSQL');
  } catch (error) {
    server.log.error(
      { code: 'embedded_postgres_stop_failed', kind: errorCode(error) },
      'PostgreSQL was not stopped',
    );
  }
}

// Between the loss of a lock and its return, somebody else may have taken it; IN_USE then leaves the server alone.
async function lockNow(server: ServerContext, port: number) {
  const lock = await takeLock(server, { port, patience: 0, signal: new AbortController().signal });
  return 'notReady' in lock ? undefined : lock;
}
