import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/start-embedded-postgres.ts';

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
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-paused-'));
  await chmod(directory, 0o755);
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
      await rm(directory, { recursive: true, force: true });
    },
  };
}
