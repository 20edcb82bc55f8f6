import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unavailableCode } from '../../../src/platform/database/map-database-errors.ts';
import { createPool } from '../../../src/platform/database/pool.ts';
import { createPrisma } from '../../../src/platform/database/prisma.ts';
import { useDatabase } from '../../support/fixture.ts';

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
  expect(await codeOf(openPrisma(100, 20_000).application.findFirst())).toBe('57014');
});

test('a statement of Prisma that is given up on means that the ledger is unavailable', async () => {
  expect(await codeOf(openPrisma(20_000, 100).application.findFirst())).toBe('query_timeout');
});

test('a raw statement of Prisma whose connection is reset means that the database is unavailable', async () => {
  const { hostname, port } = new URL(database.url);
  const resetting = createServer((client) => {
    const server = connect(Number(port), hostname);
    server.pipe(client);
    client.on('data', (chunk) => {
      if (chunk.includes('pg_sleep')) client.resetAndDestroy();
      else server.write(chunk);
    });
    client.on('close', () => server.destroy()).on('error', () => {});
  });
  await once(resetting.listen(0, '127.0.0.1'), 'listening');
  // The type of address() also covers pipes.
  const address = resetting.address() as AddressInfo;
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  const prisma = openPrisma(20_000, 20_000, url.href);
  expect(await codeOf(prisma.$queryRawUnsafe('SELECT pg_sleep(10)::text'))).toBe('connection_lost');
  await once(resetting.close(), 'close');
});
