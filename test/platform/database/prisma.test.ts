import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import type { PrismaClient } from '../../../prisma/generated/client.ts';
import { openApplications } from '../../../src/applications/open-applications.ts';
import { checkDatabase } from '../../../src/platform/database/check-database.ts';
import { createPool } from '../../../src/platform/database/pool.ts';
import { createPrisma } from '../../../src/platform/database/prisma.ts';
import { createLogger } from '../../../src/platform/process/logger.ts';
import { OPERATOR } from '../../support/actors.ts';
import { useDatabase } from '../../support/fixture.ts';

const by = { actor: OPERATOR, origin: { requestId: 'r', ipAddress: null, userAgent: null } } as const;
const VALUE = 'a value that nobody shall read';

const database = useDatabase();
const pools: pg.Pool[] = [];

afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.end())));

function open(timeoutMs = 5000): PrismaClient {
  const pool = createPool({ url: database.url, size: 1, timeoutMs, onError: () => {} });
  pools.push(pool);
  return createPrisma(pool);
}

test('times are the same in any time zone that the role is set to', async () => {
  await database.query(`ALTER ROLE gatehouse IN DATABASE ${database.name} SET timezone = 'Asia/Kolkata'`);
  const prisma = open();
  const [row] = await prisma.$queryRaw<{ now: Date; same: boolean }[]>`
    SELECT now() AS now, ${new Date('2026-01-02T03:04:05.678Z')}::timestamptz = '2026-01-02 03:04:05.678+00' AS same`;
  expect(row?.same).toBe(true);
  expect(Math.abs(Number(row?.now) - Date.now())).toBeLessThan(60_000);
  const created = await openApplications({ prisma }).applications.createApplication('zoned', by);
  expect(Math.abs(Number(created?.createdAt) - Date.now())).toBeLessThan(60_000);
  await database.query(`ALTER ROLE gatehouse IN DATABASE ${database.name} RESET timezone`);
});

test('a change whose event cannot be written is not made', async () => {
  await database.query(
    `ALTER TABLE audit_event ADD CONSTRAINT refused CHECK (action <> 'application.created') NOT VALID`,
  );
  const { applications } = openApplications({ prisma: open() });
  await expect(applications.createApplication('unwritten', by)).rejects.toThrow();
  await database.query('ALTER TABLE audit_event DROP CONSTRAINT refused');
  expect(await applications.createApplication('unwritten', by)).toMatchObject({ name: 'unwritten' });
});

test('an error of Prisma is logged without the values that it carries', async () => {
  const prisma = open();
  const lines: string[] = [];
  const log = createLogger({
    level: 'info',
    pretty: false,
    destination: { write: (line) => void lines.push(line) },
  });
  await database.query(
    `ALTER TABLE application ADD CONSTRAINT refused CHECK (name NOT LIKE 'a value%') NOT VALID`,
  );
  const failures = await Promise.allSettled([
    prisma.application.create({ data: { name: VALUE } }),
    prisma.$queryRaw`SELECT ${VALUE}::integer`,
    // What the types would not let pass.
    prisma.application.findMany({ where: JSON.parse(JSON.stringify({ name: { no: VALUE } })) }),
  ]);
  await database.query('ALTER TABLE application DROP CONSTRAINT refused');
  for (const failure of failures) {
    expect(failure.status).toBe('rejected');
    if (failure.status === 'rejected') log.error({ err: failure.reason }, 'failed');
  }
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toContain(VALUE);
});

test('a transaction that the server does not answer leaves no connection that others would wait for', async () => {
  const prisma = open(300);
  const locker = new pg.Client({ connectionString: database.superuserUrl });
  await locker.connect();
  await locker.query('BEGIN; LOCK TABLE application');
  const { applications } = openApplications({ prisma });
  await expect(applications.createApplication('late', by)).rejects.toMatchObject({
    name: 'UnavailableError',
  });
  await locker.query('ROLLBACK');
  await locker.end();
  expect(await applications.createApplication('late', by)).toMatchObject({ name: 'late' });
});

test('without prepared statements none is left on the connection, by node-postgres or by Prisma', async () => {
  const pool = createPool({
    url: database.url,
    size: 1,
    timeoutMs: 10_000,
    preparedStatements: false,
    onError: () => {},
  });
  const prisma = createPrisma(pool);
  await pool.query({ name: 'named', text: 'SELECT $1::integer', values: [1] });
  expect(await checkDatabase(pool)).toBeNull();
  await prisma.application.findMany();
  await prisma.$transaction((inIt) => inIt.application.count());
  expect((await pool.query('SELECT name FROM pg_prepared_statements')).rows).toEqual([]);
  await prisma.$disconnect();
  await pool.end();
});
