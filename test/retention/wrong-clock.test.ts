import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { purgeIdempotencyKeys } from '../../src/issuing/purge-idempotency-keys.job.ts';
import { settleOverdue } from '../../src/issuing/settle-overdue.job.ts';
import { createPartitions } from '../../src/platform/database/migrate.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { enforceRetention } from '../../src/retention/enforce-retention.job.ts';
import { announceExpiry } from '../../src/sessions/announce-expiry.job.ts';
import { issue } from '../support/ask.ts';
import { movableClock } from '../support/database-clock.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase } from '../support/fixture.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { metric } from '../support/metric.ts';
import { asOwner, poolOf, TABLES } from '../support/partitions.ts';
import { KEY } from '../support/trail.ts';

// A clock that is wrong for a while costs nothing that cannot be had again.

const MONTHS = 13;
const database = useDatabase();
let moveClock: (ahead: string) => Promise<void>;
let gateway: TestGateway;

beforeAll(async () => {
  moveClock = await movableClock(database);
  // The tests run retention themselves.
  gateway = await startGateway(database, { GATEHOUSE_RETENTION_MONTHS: '1200' });
});
afterAll(() => gateway?.close());

const createMonths = (from: number, to = 0) =>
  asOwner(database, (client) =>
    client.query(
      'SELECT create_partitions(now() - make_interval(months => $1), now() - make_interval(months => $2))',
      [from, to],
    ),
  );
/** Attached or not. */
const partitions = async (table = '') => {
  const rows = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname ~ '_20\\d\\d_\\d\\d$' AND relname LIKE $1 ORDER BY 1`,
    [`${table}%`],
  );
  return rows.map(({ name }) => name);
};
const monthsAgo = async (count: number) => {
  const [row] = await database.query<{ month: string }>(
    `SELECT to_char(date_trunc('month', pg_catalog.now() AT TIME ZONE 'UTC') - make_interval(months => $1), '"_"YYYY"_"MM') AS month`,
    [count],
  );
  return row?.month ?? '';
};

/** How many partitions waited after each run. */
type Held = { readonly sessions: number[]; readonly trail: number[] };

/** Runs retention for as long as `work` takes; returns what it logged. */
async function whileRetaining(work: (log: string[], held: Held) => Promise<unknown>) {
  const log: string[] = [];
  const held: Held = { sessions: [], trail: [] };
  const errors: unknown[] = [];
  const stop = enforceRetention({
    ownerUrl: database.ownerUrl,
    months: MONTHS,
    auditMonths: MONTHS,
    auditKeys: [KEY],
    log: createLogger({
      level: 'info',
      pretty: false,
      destination: { write: (line) => void log.push(line) },
    }),
    onError: (error) => errors.push(error),
    onHeld: (rule, count) => held[rule].push(count),
    everyMs: 10,
  });
  await work(log, held).finally(stop);
  expect(errors).toEqual([]);
  return log.map((line) => JSON.parse(line));
}
/** Until each of the two jobs has run so often: one may be far ahead of the other. */
const runs = ({ sessions, trail }: Held, count: number) =>
  eventually(async () => (Math.min(sessions.length, trail.length) >= count ? true : undefined));

describe('retention', () => {
  it.each(['2 years', '-2 years', '61 seconds'])(
    'drops nothing while the clock is off by %s',
    async (ahead) => {
      await createMonths(MONTHS + 1);
      const before = await partitions();
      await moveClock(ahead);
      const log = await whileRetaining((_, held) => runs(held, 3)).finally(() => moveClock('0'));
      expect(await partitions()).toEqual(before);
      // Once for sessions and once for the trail, in all those runs.
      expect(log).toHaveLength(2);
      expect(log).toMatchObject([
        { level: 'error', msg: expect.stringContaining('the clocks of database and gateway differ') },
        { level: 'error', databaseAheadSeconds: expect.any(Number) },
      ]);
    },
  );

  it('drops the month that is due once the clocks agree', async () => {
    await createMonths(MONTHS + 1);
    const due = await monthsAgo(MONTHS + 1);
    const log = await whileRetaining(() =>
      eventually(async () => ((await partitions()).every((name) => !name.endsWith(due)) ? true : undefined)),
    );
    expect(log.every(({ level }) => level === 'info')).toBe(true);
    expect(await partitions('usage_record')).toContain(`usage_record${await monthsAgo(MONTHS)}`);
  });

  it('drops nothing when several months fall due at once, says so once, and goes on when they do not', async () => {
    await createMonths(MONTHS + 3);
    const before = await partitions();
    const log = await whileRetaining(async (_, held) => {
      await runs(held, 3);
      expect(new Set(held.sessions)).toEqual(new Set([9]));
      expect(new Set(held.trail)).toEqual(new Set([6]));
      expect(await partitions()).toEqual(before);
      // An operator drops all of them but one.
      for (const table of TABLES)
        for (const month of [await monthsAgo(MONTHS + 3), await monthsAgo(MONTHS + 2)])
          await database.query(`DROP TABLE ${table}${month}`);
      const due = await monthsAgo(MONTHS + 1);
      await eventually(async () =>
        (await partitions()).every((name) => !name.endsWith(due)) ? true : undefined,
      );
    });
    const warned = log.filter(({ level }) => level === 'error');
    expect(warned.map(({ partitions: names }) => names.length).sort()).toEqual([6, 9]);
    expect(warned[0].msg).toContain('gatehouse retention drop');
  });
});

describe('partitions', () => {
  it('are not made for the months of a wrong clock', async () => {
    const before = await partitions();
    await moveClock('2 years');
    const made = await asOwner(database, createPartitions).finally(() => moveClock('0'));
    expect(made).toBe(0);
    expect(await partitions()).toEqual(before);
  });

  it('nor by a start, which says what is wrong', async () => {
    const before = await partitions();
    await moveClock('2 years');
    const starting = startGateway(database).finally(() => moveClock('0'));
    await expect(starting).rejects.toThrow(/^The database's clock is \d{8} seconds ahead of the gateway's\./);
    expect(await partitions()).toEqual(before);
  });
});

describe('a clock that is hours ahead', () => {
  it('neither forgets keys, nor settles mints in flight, nor says that sessions expired', async () => {
    const { session } = await issue(gateway, { externalUserId: 'alice', idempotencyKey: 'once' });
    // One that is being minted.
    await database.query(
      `INSERT INTO realtime_session SELECT (jsonb_populate_record(s, jsonb_build_object('id', uuidv7_at(now()), 'outcome', NULL,
         'settled_at', NULL, 'expires_at', NULL, 'secret_fingerprint', NULL, 'deadline', now() + interval '1 hour'))).*
       FROM realtime_session AS s`,
    );
    const pool = poolOf(database);
    const done = async () => {
      await purgeIdempotencyKeys(pool);
      await settleOverdue(pool);
      await announceExpiry(pool, () => {}, new AbortController().signal);
      return database.query(
        `SELECT (SELECT count(*) FROM idempotency_key)::integer AS keys,
           (SELECT count(*) FROM realtime_session WHERE outcome = 'UNCONFIRMED')::integer AS settled,
           (SELECT count(*) FROM audit_event WHERE action = 'session.expired')::integer AS expired`,
      );
    };
    await moveClock('26 hours');
    expect(await done().finally(() => moveClock('0'))).toEqual([{ keys: 1, settled: 0, expired: 0 }]);
    expect((await issue(gateway, { externalUserId: 'alice', idempotencyKey: 'once' })).session.id).toBe(
      session.id,
    );
    // Half a minute is within what clocks may differ by.
    await database.query(
      `UPDATE realtime_session SET deadline = least(deadline, now()), expires_at = CASE WHEN outcome = 'ISSUED' THEN now() END;
       UPDATE idempotency_key SET created_at = now() - interval '25 hours'`,
    );
    await moveClock('30 seconds');
    expect(await done().finally(() => moveClock('0'))).toEqual([{ keys: 0, settled: 1, expired: 1 }]);
  });

  it('is logged once, with a metric, and so is its end', async () => {
    const all = () => gateway.logLines.filter((line) => /differ: what|agree again/.test(line));
    // The gateway may have looked just while a test above had moved the clock.
    await eventually(async () => (all().length % 2 === 0 ? true : undefined));
    const before = all().length;
    const said = (pattern: RegExp) =>
      all()
        .slice(before)
        .filter((line) => pattern.test(line));
    await moveClock('1 hour');
    await eventually(async () => said(/clocks of database and gateway differ: what/)[0]);
    const skew = await metric(gateway, 'gatehouse_clock_skew_seconds');
    expect(Math.abs((skew ?? 0) - 3600)).toBeLessThan(60);
    await moveClock('0');
    await eventually(async () => said(/clocks of database and gateway agree again/)[0]);
    expect(said(/differ: what|agree again/)).toHaveLength(2);
  }, 30_000);
});
