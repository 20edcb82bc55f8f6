import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/start-embedded-postgres.ts';
import { makeCluster, removeDataDirectory } from '../platform/database/embedded/data-directory.ts';

export type PausablePostgres = {
  readonly url: string;
  readonly ownerUrl: string;
  /** Stops every process of the server where it is: connections stay open, and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
};

/** A PostgreSQL of a test's own, because pausing it would pause everybody's. */
export async function startPausablePostgres(): Promise<PausablePostgres> {
  const directory = await makeCluster();
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const server = await startEmbeddedPostgres({ dataDirectory: directory, log, settings: { fsync: 'off' } });
  // Each process leads a session of its own, so there is no group to signal.
  const signal = async (name: NodeJS.Signals) => {
    const [postmaster] = (await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    const { stdout } = await promisify(execFile)('pgrep', ['-P', String(postmaster)]);
    for (const pid of [postmaster, ...stdout.trim().split('\n')]) process.kill(Number(pid), name);
  };
  return {
    url: server.applicationUrl,
    ownerUrl: server.ownerUrl,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    stop: async () => {
      await signal('SIGCONT');
      await server.stop();
      await removeDataDirectory(directory);
    },
  };
}
