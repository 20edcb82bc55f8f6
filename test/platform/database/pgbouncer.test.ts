import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findPooler, requireSession } from '../../../src/platform/database/find-pooler.ts';
import { openDatabase } from '../../../src/platform/database/open-database.ts';
import { openMigratedDatabase } from '../../../src/platform/database/open-migrated-database.ts';
import { createPool, type PoolOptions } from '../../../src/platform/database/pool.ts';
import { createPrisma } from '../../../src/platform/database/prisma.ts';
import { withClient } from '../../../src/platform/database/with-client.ts';
import { ISSUE, issue } from '../../support/ask.ts';
import { external, loadConfig } from '../../support/config-problems.ts';
import { openStream } from '../../support/event-stream.ts';
import { eventually } from '../../support/eventually.ts';
import { use, useDatabase } from '../../support/fixture.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { pgBouncerVersion, startPgBouncer } from '../../support/pgbouncer.ts';
import { countUnrecorded } from '../../support/unrecorded-secrets.ts';

// The real PgBouncer in transaction mode: each transaction may go to another connection of the server. Debian's package
// has it (apt-get install pgbouncer); without it all of this is skipped.

const VERSION = pgBouncerVersion();
/** From this version on it can keep prepared statements. */
const KEEPS_NAMES = VERSION !== null && VERSION >= 121;
// With time for a machine that is busy with other tests.
const PATIENT = { GATEHOUSE_DATABASE_TIMEOUT_MS: '15000' };
const OFF = { ...PATIENT, GATEHOUSE_PREPARED_STATEMENTS: 'off' };
const LIST = '{ realtimeSessions(first: 5) { nodes { id status createdAt user { externalId } } } }';
const MINTS = 15;
const SIGNAL = new AbortController().signal;
const log = pino({ level: 'silent' });
const IGNORES = 'options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';

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
  ['statement_timeout', '1s', '2s'],
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
    for (const [name, value] of SETTINGS.filter(([name]) => !name.endsWith('_timeout')))
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
    // What the operator wrote into the URL holds too, unless the gateway needs it otherwise.
    const own = new URL(pooler.through(database.url));
    own.searchParams.set(
      'options',
      '-c work_mem=5MB --search-path=elsewhere,\\ public -cTimeZone=Asia/Tokyo',
    );
    const withOwn = poolOver({ url: own.href });
    const shown = await withOwn.query(show, [['work_mem', 'search_path', 'TimeZone']]);
    expect(shown.rows.map(({ value }) => value)).toEqual(['5MB', 'elsewhere, public', 'UTC']);

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

  const way = (url: string) => ({ url, source: 'DATABASE_URL', timeoutMs: 10_000 });
  const configOf = (urls: Record<string, string>) => loadConfig({ ...external, ...urls });
  const start = async (urls: Record<string, string>) =>
    (await openDatabase(configOf(urls), log, SIGNAL)).close();

  test.each<[pooler: string, mode: string, settings: Record<string, string>]>([
    ['the usual one', 'transaction', {}],
    ['one that takes turns with its connections', 'transaction', { server_round_robin: '1' }],
    ['one with a single connection', 'transaction', { default_pool_size: '1' }],
    ['one that ignores what it does not know', 'transaction', { ignore_startup_parameters: IGNORES }],
    ['one in session mode', 'session', { pool_mode: 'session' }],
  ])('a pooler is found by trying: %s', async (_, mode, settings) => {
    const other = await startPgBouncer([database.url], settings);
    onTestFinished(() => other.stop());
    const url = other.through(database.url);
    // With connections that others have used, too.
    const used = poolOver({ url });
    await Promise.all([used.query('SELECT 1'), used.query('SELECT 1'), used.query('SELECT 1')]);
    expect(await findPooler({ ...way(url), preparedStatements: false })).toBe(mode);
    const required = requireSession(way(url));
    if (mode === 'session') await required;
    else await expect(required).rejects.toThrow('DATABASE_URL leads through a pooler in transaction mode');
  });

  test('without a pooler none is found', async () => {
    expect(await findPooler({ ...way(database.url), preparedStatements: true })).toBe('none');
    await requireSession(way(database.ownerUrl));
  });

  test('a pooler in the place of the server is refused, and so is one that loses prepared statements', async () => {
    const { url, ownerUrl } = pooled();
    const off = { ...OFF, DATABASE_URL: url };
    await expect(start({ ...off, DATABASE_OWNER_URL: pooler.through(ownerUrl) })).rejects.toThrow(
      'DATABASE_OWNER_URL leads through a pooler in transaction mode, and migrations, locks and LISTEN need a session: set DATABASE_OWNER_URL to the address of the server itself.',
    );
    await expect(start(off)).rejects.toThrow(
      'DATABASE_URL leads through a pooler in transaction mode, and migrations',
    );
    const loses = await startPgBouncer([database.url], KEEPS_NAMES ? { max_prepared_statements: '0' } : {});
    onTestFinished(() => loses.stop());
    await expect(
      start({ DATABASE_URL: loses.through(database.url), DATABASE_OWNER_URL: ownerUrl }),
    ).rejects.toThrow(
      'The pooler of DATABASE_URL loses prepared statements: set GATEHOUSE_PREPARED_STATEMENTS=off, or max_prepared_statements of PgBouncer 1.21 or newer.',
    );
  });

  test('transactions that begin as anything else than READ COMMITTED are refused', async () => {
    const alter = `ALTER ROLE gatehouse IN DATABASE ${database.name}`;
    await database.query(`${alter} SET default_transaction_isolation = 'repeatable read'`);
    onTestFinished(async () => void (await database.query(`${alter} RESET ALL`)));
    const fresh = await startPgBouncer([database.url]);
    onTestFinished(() => fresh.stop());
    const urls = { DATABASE_URL: fresh.through(database.url), DATABASE_OWNER_URL: database.ownerUrl };
    await expect(start({ ...OFF, ...urls })).rejects.toThrow(
      'The database of DATABASE_URL cannot be used (25001): its transactions are not READ COMMITTED (default_transaction_isolation), which cannot be changed through a pooler.',
    );
  });

  test('commands that only read cannot write, and listening goes past the pooler', async () => {
    const urls = { DATABASE_URL: pooled().url, DATABASE_OWNER_URL: database.ownerUrl };
    const opened = await openMigratedDatabase(configOf({ ...OFF, ...urls }), { log, readOnly: true });
    onTestFinished(() => opened.close());
    const write = opened.pool.query(`INSERT INTO application (name) VALUES ('written')`);
    await expect(write).rejects.toMatchObject({ code: '25006' });
    await gatewayOver(pooled());
    await eventually(async () => {
      const listening = await database.query(
        `SELECT usename FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse-hints'`,
      );
      return listening.length === 1 && listening[0]?.['usename'] === 'gatehouse_owner' ? true : undefined;
    });
  });

  test.skipIf(!KEEPS_NAMES)('prepared statements work where the pooler keeps them', async () => {
    const keeps = await startPgBouncer([database.url], {
      max_prepared_statements: '100',
      default_pool_size: '3',
    });
    onTestFinished(() => keeps.stop());
    await expectMints(
      await gatewayOver({ url: keeps.through(database.url), ownerUrl: database.ownerUrl }, {}),
    );
  });

  test('in session mode it may be in the place of the server, too', async () => {
    const other = await startPgBouncer([database.url, database.ownerUrl], { pool_mode: 'session' });
    onTestFinished(() => other.stop());
    const urls = { url: other.through(database.url), ownerUrl: other.through(database.ownerUrl) };
    await expectMints(await gatewayOver(urls, PATIENT));
    const show = `SELECT current_setting('jit') AS jit, current_setting('lock_timeout') AS lock`;
    await database.query(`ALTER ROLE gatehouse_owner IN DATABASE ${database.name} SET jit = on`);
    const { rows } = await withClient(
      { url: other.through(database.ownerUrl), application_name: 'test', lock_timeout: 1234 },
      (client) => client.query(show),
    );
    expect(rows).toEqual([{ jit: 'off', lock: '1234ms' }]);
    await database.query(`ALTER ROLE gatehouse_owner IN DATABASE ${database.name} RESET ALL`);
  });

  async function expectMints(gateway: TestGateway): Promise<void> {
    const mints = Array.from({ length: MINTS }, (_, index) =>
      issue(gateway, { externalUserId: `user-${index}` }),
    );
    const types = (await Promise.all(mints)).map((result) => result.__typename);
    expect(types.filter((type) => !/Success$/.test(type))).toEqual([]);
    expect(gateway.logLines.filter((line) => JSON.parse(line).level >= 40)).toEqual([]);
  }

  test('when the pooler is started again in the middle, each secret has its record', async () => {
    const key = Buffer.alloc(32, 7);
    const gateway = await gatewayOver(pooled(), {
      ...OFF,
      GATEHOUSE_FINGERPRINT_KEY: key.toString('base64'),
    });
    const secrets = new Set<string>();
    let enough = Number.POSITIVE_INFINITY;
    const clients = Array.from({ length: 6 }, async (_, client) => {
      while (secrets.size < enough) {
        const { body } = await gateway.ask(ISSUE, { input: { externalUserId: `restart-${client}` } });
        const { clientSecret } = body.data?.createRealtimeSession ?? {};
        if (clientSecret) secrets.add(clientSecret.value);
      }
    });
    await eventually(async () => (secrets.size > 20 ? true : undefined));
    await pooler.restart();
    enough = secrets.size + 20;
    await Promise.all(clients);
    expect(await countUnrecorded(database.query, key, secrets)).toBe(0);
  });
});
