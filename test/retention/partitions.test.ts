import pg from 'pg';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkDatabase } from '../../src/platform/database/check-database.ts';
import { createPartitions } from '../../src/platform/database/migrate.ts';
import { keepPartitionsAhead } from '../../src/retention/create-partitions.job.ts';
import type { TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase } from '../support/fixture.ts';
import { asOwner, createBetween, INSERT, poolOf, TABLES } from '../support/partitions.ts';

const INDEXES = {
  realtime_session: [
    'application_id_id_idx',
    'brokered_idx',
    'expiring_idx',
    'failure_idx',
    'issued_idx',
    'labels_idx',
    'live_idx',
    'model_id_idx',
    'open_idx',
    'outcome_id_idx',
    'pkey',
    'revoked_idx',
    'secret_fingerprint_idx',
    'unsettled_idx',
    'upstream_idx',
    'user_id_id_idx',
  ],
  realtime_call: [
    'application_id_created_at_session_id_idx',
    'created_at_session_id_idx',
    'end_requested_idx',
    'lease_idx',
    'must_end_idx',
    'open_idx',
    'owner_idx',
    'pkey',
    'user_id_created_at_session_id_idx',
  ],
  audit_event: ['denied_idx', 'gone_idx', 'pkey', 'session_id_id_idx', 'user_id_id_idx'],
  audit_identity: ['pkey', 'user_id_event_id_idx'],
  usage_record: ['at_idx', 'pkey', 'user_id_at_idx'],
} as const;

describe('a migrated ledger', () => {
  const database = useDatabase();

  it('has a partition of this month and of each of the next three, for all tables', async () => {
    // Counted from when the template was migrated: the run may have gone on into the next month.
    const [{ months } = { months: [] }] = await database.query<{ months: string[] }>(
      `SELECT array_agg(to_char(month, 'YYYY_MM') ORDER BY month) AS months FROM (
         SELECT generate_series(start, start + interval '3 months', '1 month')
         FROM (SELECT date_trunc('month', min(finished_at) AT TIME ZONE 'UTC') FROM _prisma_migrations) AS migrated (start)
       ) AS made (month)`,
    );
    expect(months).toHaveLength(4);
    for (const table of TABLES) {
      expect(await partitionsOf(database, table)).toEqual(months.map((month) => `${table}_${month}`));
    }
  });

  it('knows that it is not ready when the partition of this month is missing, of any table', async () => {
    const pool = poolOf(database);
    expect(await checkDatabase(pool)).toBeNull();
    for (const table of TABLES) {
      const [partition] = await partitionsOf(database, table);
      await database.query(`DROP TABLE ${partition}`);
      expect(await checkDatabase(pool)).toBe('partition_missing');
      await asOwner(database, createPartitions);
      expect(await checkDatabase(pool)).toBeNull();
    }
  });
});

describe('create_partitions', () => {
  const database = useDatabase();
  const create = (from: string, to: string) => asOwner(database, (client) => createBetween(client, from, to));

  it('covers any past for loading history, both ends included, across the turn of a year, once', async () => {
    expect(await create('2021-11-30 23:59:59.999999+00', '2022-02-01 00:00:00+00')).toBe(4 * TABLES.length);
    for (const table of TABLES) {
      expect((await partitionsOf(database, table)).slice(0, 4)).toEqual(
        ['2021_11', '2021_12', '2022_01', '2022_02'].map((month) => `${table}_${month}`),
      );
    }
    expect(await create('2021-11-01', '2022-02-28')).toBe(0);
    expect(await create('2021-12-15', '2022-03-01')).toBe(TABLES.length);
  });

  it('makes each partition once when several ask at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => create('2015-01-01', '2016-12-31')));
    expect(made.sort()).toEqual([0, 0, 0, 0, 24 * TABLES.length]);
  });

  it('reckons months in UTC, whatever the time zone of who asks', async () => {
    const bounds = await Promise.all(
      ['Pacific/Kiritimati', 'America/Los_Angeles'].map((zone, index) =>
        asOwner(database, async (client) => {
          const year = 2001 + index * 2;
          await client.query(`SET timezone = '${zone}'`);
          await createBetween(client, `${year}-12-31 23:59:59.999999+00`, `${year + 1}-01-01 00:00:00+00`);
          const rows = await client.query<{ bound: string }>(
            `SELECT pg_get_expr(relpartbound, oid) AS bound FROM pg_class
             WHERE relname = ANY ($1) ORDER BY relname`,
            [[`audit_event_${year}_12`, `audit_event_${year + 1}_01`]],
          );
          return rows.rows.map(({ bound }) => bound);
        }),
      ),
    );
    expect(bounds).toEqual([
      [bound('2001-12-01', '2002-01-01'), bound('2002-01-01', '2002-02-01')],
      [bound('2003-12-01', '2004-01-01'), bound('2004-01-01', '2004-02-01')],
    ]);
  });

  it('refuses months that no id can be of', async () => {
    await expect(create('1969-11-15', '1970-01-15')).rejects.toMatchObject({ code: '42P17' });
    expect(await create('1970-01-15', '1970-01-15')).toBe(TABLES.length);
  });

  it('gives each partition what its table has: primary key, indexes, checks, triggers', async () => {
    await create('2010-05-05', '2010-05-05');
    for (const table of TABLES) {
      const partition = `${table}_2010_05`;
      const constraints = (name: string) =>
        database.query(
          `SELECT conname, contype, pg_get_constraintdef(oid) AS definition, convalidated FROM pg_constraint
           WHERE conrelid = $1::regclass AND contype = 'c'
           UNION ALL SELECT tgname, 't', pg_proc.proname, true FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
           WHERE tgrelid = $1::regclass ORDER BY conname`,
          [name],
        );
      expect(await constraints(table)).not.toEqual([]);
      expect(await constraints(partition)).toEqual(await constraints(table));
      const indexes = await database.query(
        `SELECT parent.indexrelid::regclass::text AS index, count(child.indexrelid)::int AS children
         FROM pg_index AS parent
         LEFT JOIN pg_inherits ON inhparent = parent.indexrelid
         LEFT JOIN pg_index AS child ON child.indexrelid = inhrelid AND child.indrelid = $2::regclass
           AND child.indisvalid AND child.indisprimary = parent.indisprimary
         WHERE parent.indrelid = $1::regclass GROUP BY 1 ORDER BY 1`,
        [table, partition],
      );
      expect(indexes).toEqual(INDEXES[table].map((index) => ({ index: `${table}_${index}`, children: 1 })));
      const [strays] = await database.query(
        `SELECT count(*)::int AS strays FROM pg_index LEFT JOIN pg_inherits ON inhrelid = indexrelid
         WHERE indrelid = $1::regclass AND inhparent IS NULL`,
        [partition],
      );
      expect(strays).toEqual({ strays: 0 });
    }
  });

  it('neither waits for those who use the tables nor makes them wait', async () => {
    const writer = await clientOf(database.url);
    const other = await clientOf(database.url);
    const owner = await clientOf(database.ownerUrl);
    // Long enough for a machine under load, and an error rather than a hanging test.
    for (const client of [writer, other, owner]) await client.query(`SET lock_timeout = '5s'`);

    await writer.query('BEGIN');
    for (const table of TABLES) await writer.query(INSERT[table], [[new Date()]]);
    await owner.query('BEGIN');
    expect(await createBetween(owner, '2011-01-01', '2011-01-01')).toBe(TABLES.length);
    for (const table of TABLES) {
      await other.query(INSERT[table], [[new Date()]]);
      await other.query(`SELECT count(*) FROM ${table}`);
    }
    await owner.query('COMMIT');
    await writer.query('COMMIT');
  });
});

describe('a row', () => {
  const database = useDatabase();
  beforeAll(() => asOwner(database, (client) => createBetween(client, '2023-12-15', '2024-03-15')));

  it.each(TABLES)('of %s is in the month of its id, to the microsecond, in UTC', async (table) => {
    const turns = [
      ['2023-12-01 00:00:00+00', '2023_12'],
      ['2023-12-31 23:59:59.999999+00', '2023_12'],
      ['2024-01-01 00:00:00+00', '2024_01'],
      ['2024-01-01 00:00:00.000001+00', '2024_01'],
      ['2024-02-29 23:59:59.999999+00', '2024_02'],
      ['2024-03-01 00:00:00+00', '2024_03'],
      // The first of the month in Auckland, and not yet in UTC.
      ['2024-02-01 01:00:00+13', '2024_01'],
    ] as const;
    const rows = await database.query(INSERT[table], [turns.map(([at]) => at)]);
    expect(rows).toEqual(turns.map(([, month]) => ({ partition: `${table}_${month}` })));
  });

  it.each(TABLES)('of %s without a partition is an error, and not put anywhere else', async (table) => {
    for (const at of ['2023-11-30 23:59:59.999999+00', '2024-04-01 00:00:00+00']) {
      await expect(database.query(INSERT[table], [[at]])).rejects.toMatchObject({ code: '23514', table });
    }
  });

  it.each(TABLES)('of %s finds no gap between two months', async (table) => {
    const rows = await database.query<{ bound: string }>(
      `SELECT pg_get_expr(relpartbound, oid) AS bound FROM pg_class JOIN pg_inherits ON inhrelid = oid
       WHERE inhparent = $1::regclass ORDER BY 1`,
      [table],
    );
    const bounds = rows.map((row) => /FROM \('(?<from>.+)'\) TO \('(?<to>.+)'\)/.exec(row.bound)?.groups);
    const gaps = bounds.filter((next, index) => index > 0 && bounds[index - 1]?.['to'] !== next?.['from']);
    // Only the one between the history that was loaded and this month.
    expect(bounds).toHaveLength(8);
    expect(gaps).toHaveLength(1);
  });
});

describe('keepPartitions', () => {
  const database = useDatabase();
  afterEach(() => {
    vi.useRealTimers();
  });

  it('makes what is missing every six hours until it is stopped, and reports what it cannot', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const dropLast = async () => {
      const last = (await partitionsOf(database, 'audit_event')).at(-1) ?? '';
      await database.query(`DROP TABLE ${last}`);
      return last;
    };
    const errors: unknown[] = [];
    const stop = keepPartitionsAhead(database.ownerUrl, (error) => errors.push(error));
    for (const round of [1, 2]) {
      const dropped = await dropLast();
      vi.advanceTimersByTime(6 * 60 * 60 * 1000);
      await eventually(
        async () => (await partitionsOf(database, 'audit_event')).includes(dropped) || undefined,
      );
      expect(errors, `round ${round}`).toEqual([]);
    }
    stop();
    expect(vi.getTimerCount()).toBe(0);

    // As the gateway's own role it may not, and says so.
    const failed = new Promise((resolve) => {
      const stopOther = keepPartitionsAhead(database.url, resolve);
      onTestFinished(stopOther);
    });
    vi.advanceTimersByTime(6 * 60 * 60 * 1000);
    expect(await failed).toMatchObject({ code: '42501' });
  });
});

async function clientOf(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function partitionsOf(database: TestDatabase, table: string): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1',
    [table],
  );
  return rows.map(({ name }) => name);
}

function bound(from: string, to: string): string {
  const floor = (at: string) => {
    const hex = Date.parse(`${at}T00:00:00Z`).toString(16).padStart(12, '0');
    return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
  };
  return `FOR VALUES FROM ('${floor(from)}') TO ('${floor(to)}')`;
}
