import { connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { unavailableCode } from '../../../src/platform/database/map-database-errors.ts';
import { createPool } from '../../../src/platform/database/pool.ts';
import { createPrisma } from '../../../src/platform/database/prisma.ts';
import { useDatabase } from '../../support/fixture.ts';
import { listen } from '../../support/listen.ts';

const database = useDatabase();
let locker: pg.Client;
const pools: pg.Pool[] = [];

beforeAll(async () => {
  locker = new pg.Client({ connectionString: database.superuserUrl });
  await locker.connect();
  // What reads the table waits, and something can happen to it meanwhile.
  await locker.query('BEGIN; LOCK TABLE application');
});

afterAll(async () => {
  await locker?.end();
  await Promise.all(pools.map((pool) => pool.end()));
});

function openPrisma(timeoutMs: number, clientTimeoutMs = timeoutMs, url = database.url) {
  const pool = createPool({ url, size: 1, timeoutMs, onError: () => {} });
  pool.options.query_timeout = clientTimeoutMs;
  pools.push(pool);
  return createPrisma(pool);
}

const codeOf = (work: Promise<unknown>) => work.then(() => 'no error', unavailableCode);

test('a statement of Prisma whose backend is terminated means that the ledger is unavailable', async () => {
  const reading = codeOf(openPrisma(20_000).application.findFirst());
  await expect
    .poll(() =>
      database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      ),
    )
    .toHaveLength(1);
  expect(await reading).toBe('57P01');
});

test('a statement of Prisma that the server cancels means that the ledger is unavailable', async () => {
  expect(await codeOf(openPrisma(1500, 20_000).$queryRawUnsafe('SELECT pg_sleep(10)::text'))).toBe('57014');
});

test('a statement of Prisma that waits for a lock for too long means that the ledger is unavailable', async () => {
  expect(await codeOf(openPrisma(3000, 20_000).application.findFirst())).toBe('55P03');
});

test('a statement of Prisma that is given up on means that the ledger is unavailable', async () => {
  expect(await codeOf(openPrisma(20_000, 100).application.findFirst())).toBe('query_timeout');
});

test('a raw statement of Prisma whose connection is reset means that the database is unavailable', async () => {
  const url = await through((client, server) => {
    server.pipe(client);
    client.on('data', (chunk) => {
      if (chunk.includes('pg_sleep')) client.resetAndDestroy();
      else server.write(chunk);
    });
  });
  const prisma = openPrisma(20_000, 20_000, url);
  expect(await codeOf(prisma.$queryRawUnsafe('SELECT pg_sleep(10)::text'))).toBe('connection_lost');
});

test('a connection that ends while it is handed over is no uncaught error', async () => {
  const READY = Buffer.from('Z\0\0\0\x05I');
  const fields = 'SFATAL\0VFATAL\0C57P01\0Mterminated\0\0';
  const terminated = Buffer.from(`E\0\0\0${String.fromCharCode(fields.length + 4)}${fields}`);
  const url = await through((client, server) => {
    client.pipe(server);
    // In one piece with "ready", so that nobody can listen for it in between.
    server.on('data', (data) => {
      const chunk = Buffer.from(data);
      client.write(chunk.includes(READY) ? Buffer.concat([chunk, terminated]) : chunk);
    });
  });
  const uncaught: unknown[] = [];
  const listener = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', listener);
  onTestFinished(() => void process.off('uncaughtException', listener));
  const pool = createPool({ url, size: 1, timeoutMs: 5000, onError: () => {} });
  const client = await pool.connect();
  await expect(client.query('SELECT 1')).rejects.toThrow();
  client.release(true);
  await pool.end();
  expect(uncaught).toEqual([]);
});

/** The address of a server in between, which does with each connection as it is told. */
async function through(forward: (client: Socket, server: Socket) => void): Promise<string> {
  const { hostname, port } = new URL(database.url);
  const between = createServer((client) => {
    const server = connect(Number(port), hostname);
    client.on('close', () => server.destroy()).on('error', () => {});
    server.on('close', () => client.destroy()).on('error', () => {});
    forward(client, server);
  });
  const betweenPort = await listen(between);
  onTestFinished(() => void between.close());
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String(betweenPort);
  return url.href;
}
