import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/start-embedded-postgres.ts';
import { inDatabase } from '../support/database-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

export type FaultyDatabase = {
  /** As the gateways' role, through the proxy. */
  readonly url: string;
  readonly ownerUrl: string;
  readonly proxy: TcpProxy;
  /** Runs SQL as superuser. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Ends the gateways' connections, as an administrator does. */
  terminateBackends(): Promise<void>;
  /** Stops PostgreSQL at once, as a crash does; resolves when it is back. */
  crash(): Promise<void>;
  /** Stands still for that long, with all that was sent to it waiting. */
  pause(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
};

/** The one PostgreSQL of all replicas, with a proxy before it, and all that can happen to it. */
export async function startFaultyDatabase(directory: string): Promise<FaultyDatabase> {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  // A crash here is one of processes, not of the machine: what was written survives without fsync. Commits do wait
  // for being written.
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory, log, settings: { fsync: 'off' } });
  const proxy = await startTcpProxy(postgres.port);
  const url = new URL(postgres.applicationUrl);
  url.port = String(proxy.port);

  const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
    const client = new pg.Client({
      connectionString: inDatabase(postgres.superuserUrl, 'gatehouse'),
      application_name: 'chaos',
    });
    client.on('error', () => {});
    await client.connect();
    try {
      const { rows } = await client.query<Row>(text, [...values]);
      return rows;
    } finally {
      await client.end();
    }
  };
  const postmaster = async () => {
    const file = await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
    return Number(file.split('\n')[0]);
  };
  return {
    url: url.href,
    ownerUrl: postgres.ownerUrl,
    proxy,
    query,
    async terminateBackends() {
      await query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gatehouse'`,
      );
    },
    async crash() {
      const before = await postmaster();
      if (before > 0) process.kill(before, 'SIGQUIT');
      // The server's own watch brings it back, on the same port.
      while ((await postmaster()) === before || !(await query('SELECT').then(Boolean, () => false))) {
        await delay(50);
      }
    },
    async pause(milliseconds) {
      const pid = await postmaster();
      if (!(pid > 0)) return;
      // Each process leads a session of its own, so there is no group to signal.
      const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)]).catch(() => ({
        stdout: '',
      }));
      const pids = [pid, ...stdout.split('\n').filter(Boolean).map(Number)];
      for (const one of pids) signal(one, 'SIGSTOP');
      await delay(milliseconds);
      for (const one of pids) signal(one, 'SIGCONT');
    },
    async stop() {
      await proxy.close();
      await postgres.stop();
    },
  };
}

/** One of them may have ended by itself since it was listed. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone.
  }
}
