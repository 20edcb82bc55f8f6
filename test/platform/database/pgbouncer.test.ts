import { describe, expect, onTestFinished, test } from 'vitest';
import { createPool, type PoolOptions } from '../../../src/platform/database/pool.ts';
import { createPrisma } from '../../../src/platform/database/prisma.ts';
import { issue } from '../../support/ask.ts';
import { openStream } from '../../support/event-stream.ts';
import { eventually } from '../../support/eventually.ts';
import { use, useDatabase } from '../../support/fixture.ts';
import { startGateway } from '../../support/gateway.ts';
import { pgBouncerVersion, startPgBouncer } from '../../support/pgbouncer.ts';

// The real PgBouncer in transaction mode: each transaction may go to another connection of the server. Debian's package
// has it (apt-get install pgbouncer); without it all of this is skipped.

const VERSION = pgBouncerVersion();
const OFF = { GATEHOUSE_PREPARED_STATEMENTS: 'off' };
const LIST = '{ realtimeSessions(first: 5) { nodes { id status createdAt user { externalId } } } }';
const MINTS = 30;

/** What the server says otherwise, and what has to hold all the same. */
const SETTINGS: readonly (readonly [name: string, value: string, needed: string])[] = [
  ['TimeZone', 'Pacific/Kiritimati', 'UTC'],
  ['DateStyle', 'German, DMY', 'ISO, MDY'],
  ['IntervalStyle', 'sql_standard', 'postgres'],
  ['bytea_output', 'escape', 'hex'],
  ['extra_float_digits', '-15', '1'],
  ['standard_conforming_strings', 'off', 'on'],
  ['array_nulls', 'off', 'on'],
  ['quote_all_identifiers', 'on', 'off'],
  ['jit', 'on', 'off'],
  ['max_parallel_workers_per_gather', '2', '0'],
  ['statement_timeout', '300ms', '2s'],
  ['lock_timeout', '1ms', '667ms'],
  ['idle_in_transaction_session_timeout', '100ms', '2s'],
];

describe.skipIf(VERSION === null)(`behind PgBouncer (version ${VERSION ?? 'not installed'})`, () => {
  const database = useDatabase();
  const pooler = use(
    // Fewer connections than one gateway has, so that they are shared.
    () => startPgBouncer([database.url, database.ownerUrl], { default_pool_size: '3' }),
    (started) => started.stop(),
  );
  const pooled = () => ({ url: pooler.through(database.url), ownerUrl: database.ownerUrl });

  async function gatewayOver(urls: { url: string; ownerUrl: string }, env: Record<string, string> = OFF) {
    const gateway = await startGateway(urls, env);
    onTestFinished(() => gateway.close());
    return gateway;
  }

  function poolOver(options: Partial<PoolOptions>) {
    const pool = createPool({
      url: pooler.through(database.url),
      size: 3,
      timeoutMs: 2000,
      pooler: true,
      preparedStatements: false,
      onError: () => {},
      ...options,
    });
    onTestFinished(() => pool.end());
    return pool;
  }

  test('two gateways issue, list and tell of sessions, whatever the settings of the server are', async () => {
    for (const [name, value] of SETTINGS.filter(([name]) => name !== 'idle_in_transaction_session_timeout'))
      await database.query(
        `ALTER ROLE gatehouse IN DATABASE ${database.name} SET ${name} = ${name === 'DateStyle' ? value : `'${value}'`}`,
      );
    const gateways = [await gatewayOver(pooled()), await gatewayOver(pooled())] as const;
    const [first, second] = gateways;
    const stream = await openStream(second.url);
    const issued = await Promise.all(
      Array.from({ length: MINTS }, (_, index) =>
        issue(gateways[index % 2 === 0 ? 0 : 1], { externalUserId: `user-${index % 7}` }),
      ),
    );
    expect(issued.map((result) => result.__typename).filter((type) => !/Success$/.test(type))).toEqual([]);
    const listings = await Promise.all(Array.from({ length: MINTS }, () => second.ask(LIST)));
    expect(listings.flatMap(({ body }) => body.errors ?? [])).toEqual([]);
    const [newest] = listings[0]?.body.data.realtimeSessions.nodes ?? [];
    expect(Math.abs(Date.parse(newest.createdAt) - Date.now())).toBeLessThan(60_000);
    const ids = issued.map(({ session }) => session.id);
    const events = await stream.take(MINTS);
    expect(events.map(({ data }) => data.sessionEvents.session.id).sort()).toEqual(ids.sort());
    stream.close();
    const told = [...first.logLines, ...second.logLines].filter((line) => JSON.parse(line).level >= 40);
    expect(told).toEqual([]);
    await database.query(`ALTER ROLE gatehouse IN DATABASE ${database.name} RESET ALL`);
  });

  test('every transaction has the settings that it needs, alone and in Prisma, and its limits hold', async () => {
    const alter = async (what: string) => {
      await database.query(`ALTER ROLE gatehouse IN DATABASE ${database.name} ${what}`);
    };
    for (const [name, value] of SETTINGS)
      await alter(`SET ${name} = ${name === 'DateStyle' ? value : `'${value}'`}`);
    onTestFinished(() => alter('RESET ALL'));
    const pool = poolOver({});
    const show = `SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name`;
    const names = SETTINGS.map(([name]) => name);
    const needed = SETTINGS.map(([name, , value]) => ({ name, value }));
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(Array.from({ length: 3 }, () => pool.query(show, [names])));
      expect(answers.map(({ rows }) => rows)).toEqual([needed, needed, needed]);
    }
    // Without values node-postgres would send it another way.
    expect((await pool.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'UTC' }]);
    const prisma = createPrisma(pool);
    expect(await prisma.$queryRawUnsafe(show, names)).toEqual(needed);
    await prisma.$transaction(async (inIt) => {
      await inIt.$queryRawUnsafe('SELECT 1');
      expect(await inIt.$queryRawUnsafe(show, names)).toEqual(needed);
    });
    await expect(
      prisma.$transaction(async (inIt) => {
        await inIt.application.create({ data: { name: 'rolled-back' } });
        await inIt.$queryRawUnsafe('SELECT 1 / 0');
      }),
    ).rejects.toThrow();
    expect(await prisma.application.findMany({ where: { name: 'rolled-back' } })).toEqual([]);

    await expect(pool.query('SELECT pg_sleep(60)')).rejects.toThrow(/timeout/);
    // The server gave it up as well: what nobody waits for any more must not be committed later.
    await eventually(async () => {
      const [found] = await database.query<{ count: number }>(
        `SELECT count(*)::integer FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()`,
      );
      return found?.count === 0 ? true : undefined;
    });
  });
});
