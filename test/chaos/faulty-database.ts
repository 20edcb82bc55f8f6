import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/start-embedded-postgres.ts';
import { movableClock } from '../support/database-clock.ts';
import { inDatabase } from '../support/database-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

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
  /** Whether a disk can be filled here: it takes the right to mount one. */
  readonly canFillDisk: boolean;
  /** Leaves no space for tables for that long. */
  fillDisk(milliseconds: number): Promise<void>;
  /** Refuses all writes for that long, as a standby does. */
  makeReadOnly(milliseconds: number): Promise<void>;
  /** Sets the clock forward for that long. */
  setClockForward(by: string, milliseconds: number): Promise<void>;
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
      // Also while the database is read-only.
      options: '-c default_transaction_read_only=off',
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
  const moveClock = await movableClock({ name: 'gatehouse', query });
  const disk = await mountSmallDisk(directory, join(directory, 'postgres'));
  if (disk !== null) await moveTablesTo(disk, postgres.superuserUrl);
  const setReadOnly = async (value: 'on' | 'off') => {
    await query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
    await query('SELECT pg_reload_conf()');
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
    canFillDisk: disk !== null,
    async fillDisk(milliseconds) {
      await disk?.fill();
      await delay(milliseconds);
      await disk?.empty();
    },
    async makeReadOnly(milliseconds) {
      await setReadOnly('on');
      await delay(milliseconds);
      await setReadOnly('off');
    },
    async setClockForward(by, milliseconds) {
      await moveClock(by);
      await delay(milliseconds);
      await moveClock('0');
    },
    async stop() {
      await proxy.close();
      await postgres.stop();
      await disk?.unmount();
    },
  };
}

/** The log of transactions stays where it is: without space for it, PostgreSQL ends. */
async function moveTablesTo({ path }: SmallDisk, superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`CREATE TABLESPACE small LOCATION '${path}'`);
  await client.query('ALTER DATABASE gatehouse SET TABLESPACE small');
  await client.end();
}

/** One of them may have ended by itself since it was listed. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone.
  }
}
