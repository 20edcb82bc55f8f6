import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../../../../src/platform/database/embedded/find-postmaster.ts';
import { eventually } from '../../../support/eventually.ts';
import { killAndWait, makeCluster, postmasterPid, removeDataDirectory } from './data-directory.ts';
import { query } from './query.ts';
import { gateway, keep, kept, shared, start } from './setup.ts';

let cluster = '';
beforeAll(async () => {
  cluster = await makeCluster();
});
afterAll(() => removeDataDirectory(cluster));

describe('after a gateway that was killed', () => {
  it('adopts the running server, with its data, and starts it again when it dies', async () => {
    const folder = shared(cluster);
    const killed = gateway(folder);
    const { port, superuserUrl } = await killed.report('ready');
    const row = await keep(superuserUrl);
    const pid = await postmasterPid(folder);
    await killed.kill();

    const next = await start(folder);
    expect(next).toMatchObject({ adopted: true, port, superuserUrl });
    expect(await kept(next.superuserUrl)).toEqual(row);
    expect(await postmasterPid(folder)).toBe(pid);
    await killAndWait(pid, 'SIGKILL');
    expect(await eventually(() => kept(next.superuserUrl))).toEqual(row);
  });

  it('waits a moment for a lock whose holder is going, and stops the adopted server in the end', async () => {
    const folder = shared(cluster);
    const killed = gateway(folder);
    const { superuserUrl } = await killed.report('ready');
    const successor = new pg.Client({ connectionString: superuserUrl });
    await successor.connect();
    const taken = successor.query(
      "SELECT pg_advisory_lock(classid::int, objid::int) FROM pg_locks WHERE locktype = 'advisory'",
    );
    await eventually(async () => {
      const waiting = "SELECT FROM pg_stat_activity WHERE wait_event = 'advisory'";
      return (await query(superuserUrl, waiting)).length === 1 ? true : undefined;
    });
    await killed.kill();
    await taken;

    const starting = start(folder);
    await eventually(async () => {
      const attempt = `SELECT FROM pg_stat_activity WHERE application_name = 'gatehouse gateway ${process.pid}' AND query LIKE '%pg_try_advisory_lock%'`;
      return (await query(superuserUrl, attempt)).length === 1 ? true : undefined;
    });
    await successor.end();
    const { adopted, stop } = await starting;
    expect(adopted).toBe(true);
    const pid = await postmasterPid(folder);
    await stop();
    expect(await isAlive(pid)).toBe(false);
  });

  it('recovers when the server was killed with it', async () => {
    const folder = shared(cluster);
    const killed = gateway(folder);
    const row = await keep((await killed.report('ready')).superuserUrl);
    await killed.kill();
    await killAndWait(await postmasterPid(folder), 'SIGKILL');

    const next = await start(folder);
    expect(next.adopted).toBe(false);
    expect(await kept(next.superuserUrl)).toEqual(row);
  });

  it('is not misled when another program has the pid of the dead server', async () => {
    const folder = shared(cluster);
    const killed = gateway(folder);
    await killed.report('ready');
    await killed.kill();
    const pid = await postmasterPid(folder);
    await killAndWait(pid, 'SIGKILL');
    const { uid, gid } = await stat(join(folder, 'postgres'));
    const other = await spawnSleeper({ uid, gid });
    const pidFile = join(folder, 'postgres/postmaster.pid');
    await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(`${pid}\n`, `${other.pid}\n`));

    const next = await start(folder);
    expect(next.adopted).toBe(false);
    await next.stop();
    expect(other.exitCode ?? other.signalCode).toBeNull();
  });

  it('waits for a server that is still shutting down', async () => {
    const folder = shared(cluster);
    const killed = gateway(folder);
    const { superuserUrl } = await killed.report('ready');
    const lingering = new pg.Client({ connectionString: superuserUrl });
    await lingering.connect();
    await killed.kill();
    // SIGTERM is PostgreSQL's smart shutdown: it waits for the last client.
    process.kill(await postmasterPid(folder), 'SIGTERM');
    await eventually(async () => {
      const file = await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8');
      return file.includes('stopping') ? true : undefined;
    });
    const starting = start(folder);
    expect((await lingering.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await lingering.end();
    expect((await starting).adopted).toBe(false);
  });
});

const LOCKS = `SELECT application_name AS holder FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'`;
const recovered = (logged: string[]) =>
  eventually(async () => (logged.join('').includes('embedded_postgres_recovered') ? true : undefined));

describe('a server that dies under a gateway', () => {
  it('comes back on the same port after SIGKILL, SIGQUIT and SIGTERM', async () => {
    const folder = shared(cluster);
    const running = await start(folder);
    const pool = new pg.Pool({ connectionString: running.ownerUrl });
    pool.on('error', () => undefined);
    onTestFinished(() => pool.end());
    const row = await keep(running.ownerUrl);
    for (const signal of ['SIGKILL', 'SIGQUIT', 'SIGTERM'] as const) {
      await pool.query('SELECT id FROM kept');
      const pid = await postmasterPid(folder);
      running.logged.length = 0;
      await killAndWait(pid, signal);

      const { rows } = await eventually(() => pool.query('SELECT id FROM kept'));
      expect(rows).toEqual(row);
      await recovered(running.logged);
      expect(await postmasterPid(folder)).not.toBe(pid);
      expect(await query(running.superuserUrl, LOCKS)).toEqual([
        { holder: `gatehouse gateway ${process.pid}` },
      ]);
    }
  });

  it('is kept, and locked again, when only its connections died', async () => {
    const folder = shared(cluster);
    const running = await start(folder);
    const pid = await postmasterPid(folder);
    const [backend] = await query(
      running.superuserUrl,
      "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'gatehouse gateway %'",
    );
    // PostgreSQL ends all others and recovers when one of its processes is killed.
    process.kill(Number(backend?.['pid']), 'SIGKILL');
    await recovered(running.logged);
    expect(await postmasterPid(folder)).toBe(pid);
    expect(await query(running.superuserUrl, LOCKS)).toEqual([
      { holder: `gatehouse gateway ${process.pid}` },
    ]);
  });

  it('stays down when it is stopped meanwhile', async () => {
    const folder = shared(cluster);
    const running = await start(folder);
    await killAndWait(await postmasterPid(folder), 'SIGKILL');
    await running.stop();
    await expect(query(running.superuserUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

async function spawnSleeper(user: { uid: number; gid: number }): Promise<ChildProcess> {
  const sleeper = spawn('sleep', ['60'], { ...user, cwd: '/' });
  await once(sleeper, 'spawn');
  onTestFinished(() => void sleeper.kill('SIGKILL'));
  return sleeper;
}
