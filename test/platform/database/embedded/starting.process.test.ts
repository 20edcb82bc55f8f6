import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../../../src/platform/database/embedded/find-postmaster.ts';
import { startEmbeddedPostgres } from '../../../../src/platform/database/embedded/start-embedded-postgres.ts';
import { eventually } from '../../../support/eventually.ts';
import { makeCluster, postmasterPid, removeDataDirectory } from './data-directory.ts';
import { query } from './query.ts';
import { emptyDirectory, gateway, keep, kept, shared, start } from './setup.ts';

let cluster = '';
beforeAll(async () => {
  cluster = await makeCluster();
});
afterAll(() => removeDataDirectory(cluster));

describe('start and stop', () => {
  it('makes a cluster with three plain roles and keeps its data from one start to the next', async () => {
    const folder = await emptyDirectory();
    const first = await start(folder);
    const row = await keep(first.ownerUrl);
    const roles = await query(
      first.superuserUrl,
      `SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
              rolname = pg_get_userbyid(datdba) AS owner
       FROM pg_roles, pg_database WHERE datname = 'gatehouse' AND rolname LIKE 'gatehouse%' ORDER BY 1`,
    );
    const none = {
      rolsuper: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolreplication: false,
      rolbypassrls: false,
    };
    expect(roles).toEqual([
      { rolname: 'gatehouse', ...none, owner: false },
      { rolname: 'gatehouse_owner', ...none, owner: true },
      { rolname: 'gatehouse_reader', ...none, owner: false },
    ]);
    await expect(query(first.applicationUrl, 'CREATE TABLE mine ()')).rejects.toThrow(
      'permission denied for schema',
    );
    await Promise.all([first.stop(), first.stop()]);
    await expect(query(first.ownerUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    const second = await start(folder);
    expect(second.adopted).toBe(false);
    expect(await kept(second.ownerUrl)).toEqual(row);
    const settings = await query(
      second.applicationUrl,
      `SELECT current_setting('server_encoding') AS encoding, current_setting('timezone') AS timezone,
              current_setting('max_connections') AS connections, current_setting('fsync') AS fsync,
              current_setting('synchronous_commit') AS synchronous, current_setting('data_checksums') AS checksums`,
    );
    expect(settings).toEqual([
      {
        encoding: 'UTF8',
        timezone: 'UTC',
        connections: '200',
        fsync: 'on',
        synchronous: 'on',
        checksums: 'on',
      },
    ]);
    expect(await readdir(folder)).toEqual(['postgres', 'postgres-password', 'postgres.log']);
  });

  it('shows the password in no argument, no environment and no log', async () => {
    const folder = shared(cluster);
    const { superuserUrl, logged, stop } = await start(folder);
    const password = new URL(superuserUrl).password;
    expect(password).toMatch(/^[\w-]{43}$/);
    // Statements that fail, and one that takes a password, are what would bring it into a server's log.
    await expect(query(superuserUrl, `CREATE ROLE gatehouse PASSWORD '${password}'`)).rejects.toThrow(
      'exists',
    );
    await expect(query(superuserUrl.replace(password, 'wrong'), 'SELECT')).rejects.toMatchObject({
      code: '28P01',
    });

    const pid = await postmasterPid(folder);
    expect(await processTexts()).not.toContain(password);
    await stop();
    expect(await readFile(join(folder, 'postgres.log'), 'utf8')).not.toContain(password);
    expect(logged.join('')).toContain('embedded_postgres_started');
    expect(logged.join('')).not.toContain(password);
    expect((await stat(join(folder, 'postgres-password'))).mode & 0o777).toBe(0o600);
    expect(pid).toBeGreaterThan(0);
  });

  it('leaves no server behind when it is told to give up', async () => {
    const folder = shared(cluster);
    const log = pino({ enabled: false });
    const giveUpStart = async () => {
      const giveUp = new AbortController();
      const starting = startEmbeddedPostgres({ dataDirectory: folder, log, signal: giveUp.signal });
      const ended = starting.then(
        (server) => ({ server }),
        (error: unknown) => ({ error }),
      );
      const pid = await eventually(() => postmasterPid(folder).catch(() => undefined));
      giveUp.abort(new Error('shutting down'));
      return { pid, ...(await ended) };
    };
    let given = await giveUpStart();
    // A server may be ready before its pid is found: then another one is told.
    for (let more = 5; more > 0 && 'server' in given; more -= 1) {
      await given.server.stop();
      given = await giveUpStart();
    }
    expect(given).toEqual({ pid: given.pid, error: new Error('shutting down') });
    expect(await isAlive(given.pid)).toBe(false);
  });

  it('is not reached by the SIGINT of the terminal', async () => {
    const running = gateway(shared(cluster));
    const { superuserUrl } = await running.report('ready');
    process.kill(-running.pid, 'SIGINT');
    await running.report('interrupted');
    expect(await query(superuserUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await running.stop();
    await expect(query(superuserUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('two gateways on one data directory', () => {
  it('refuses the second and does not disturb the first', async () => {
    const folder = shared(cluster);
    const first = await start(folder);
    const pid = await postmasterPid(folder);
    const client = new pg.Client({ connectionString: first.applicationUrl });
    await client.connect();

    const { code, message } = await gateway(folder).report('refused');
    expect(code).toBe('IN_USE');
    expect(message).toContain(`Another gateway (pid ${process.pid}) is using ${folder}.`);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    expect(await postmasterPid(folder)).toBe(pid);
    expect(first.logged.join('')).not.toContain('embedded_postgres_lost');
  });

  it('lets exactly one win when both start first, where a first start was cut short', async () => {
    const folder = await emptyDirectory();
    const killed = gateway(folder);
    await eventually(async () => (await readdir(folder)).find((name) => name.startsWith('postgres.new-')));
    await killed.kill();
    const left = await readdir(folder);
    expect(left).not.toContain('postgres');

    const both = [gateway(folder), gateway(folder)];
    const outcomes = await Promise.all(both.map((one) => one.outcome()));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['ready', 'refused']);
    const won = outcomes.findIndex(({ kind }) => kind === 'ready');
    expect(outcomes[1 - won]).toMatchObject({
      code: 'IN_USE',
      message: expect.stringContaining(`(pid ${both[won]?.pid})`),
    });
    await both[won]?.stop();

    const next = await start(folder);
    const row = await keep(next.ownerUrl);
    expect(await kept(next.ownerUrl)).toEqual(row);
    // Another's unfinished cluster is left alone for ten minutes.
    const unfinished = left.filter((name) => name.startsWith('postgres.new-'));
    expect(await readdir(folder)).toEqual(['postgres', 'postgres-password', 'postgres.log', ...unfinished]);
  });

  it('lets exactly one win when both start the same server', async () => {
    const folder = shared(cluster);
    const outcomes = await Promise.allSettled([start(folder), start(folder)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'IN_USE' },
    });
  });
});

/** Arguments and environments of all processes that may be read. */
async function processTexts(): Promise<string> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const files = pids.flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]);
  return (await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))).join('\n');
}
