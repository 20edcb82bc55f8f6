import pg from 'pg';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { checkDatabase } from '../../src/platform/database/check-database.ts';
import { createPartitions } from '../../src/platform/database/migrate.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { type DroppedPartition, dropOldPartitions } from '../../src/retention/drop-old-partitions.db.ts';
import { enforceRetention } from '../../src/retention/enforce-retention.job.ts';
import { SESSION_TABLES } from '../../src/retention/retention-rules.db.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase } from '../support/fixture.ts';
import { asOwner, INSERT, poolOf, TABLES } from '../support/partitions.ts';
import { KEY } from '../support/trail.ts';

// Months are counted from now on, back: what is old is so by the database's clock.
const MONTHS = 13;

const database = useDatabase();
// Making all months takes longer than a test does: each finds those that are kept, and makes what it wants dropped.
beforeEach(async () => {
  await run();
  await database.query('DELETE FROM realtime_session; DELETE FROM idempotency_key; DELETE FROM audit_event');
});

describe('dropping old months', () => {
  it('drops what ended before retention began, and keeps what is a microsecond younger', async () => {
    await createMonths(16);
    const beginning = await startOfMonth(13);
    await insert(`timestamptz '${beginning}' - interval '1 microsecond'`);
    await insert(`timestamptz '${beginning}'`);
    const doomed = [await nameOf(16), await nameOf(15), await nameOf(14)];
    const kept = (await partitions()).filter((name) => !doomed.includes(name));

    expect(await run()).toEqual({ dropped: doomed, postponed: [] });
    expect(await partitions()).toEqual(kept);
    expect(kept).toContain(await nameOf(13));
    expect(await database.query('SELECT created_at::text AS at FROM realtime_session')).toEqual([
      { at: beginning },
    ]);
    expect(await tables()).toEqual(kept);
  });

  it('leaves an event each: what was dropped, and how much', async () => {
    await createMonths(15);
    const [first, second, third] = [await startOfMonth(15), await startOfMonth(14), await startOfMonth(13)];
    await insert(`timestamptz '${first}' + n * interval '1 hour' FROM generate_series(1, 7) AS n`);
    await run();
    const event = {
      outcome: 'SUCCEEDED',
      actor_kind: 'SYSTEM',
      actor_name: 'gatehouse',
      about: 0,
      old: false,
    };
    const iso = (at: string) => `${new Date(at).toISOString().slice(0, 19)}Z`;
    expect(await events()).toEqual([
      { ...event, detail: { ...(await named(15)), from: iso(first), to: iso(second), rows: 7 } },
      { ...event, detail: { ...(await named(14)), from: iso(second), to: iso(third), rows: 0 } },
    ]);
    // Nothing is left to do, or to say.
    expect(await run()).toEqual({ dropped: [], postponed: [] });
    expect(await events()).toHaveLength(2);
  });

  it('never takes a month of which a part is younger, however short retention is', async () => {
    await createMonths(3);
    await run({ months: 1 });
    expect((await partitions())[0]).toBe(await nameOf(1));
    await createMonths(100, 100);
    expect(await run({ months: 1200 })).toEqual({ dropped: [], postponed: [] });
  });

  it('touches neither the audit trail nor what the ledger needs to be ready, and what it dropped stays dropped', async () => {
    await createMonths(20);
    const trail = await partitions('audit_event');
    await run();
    expect(await partitions('audit_event')).toEqual(trail);
    expect(await checkDatabase(poolOf(database))).toBeNull();
    const kept = await partitions();
    expect(await asOwner(database, createPartitions)).toBe(0);
    expect(await partitions()).toEqual(kept);
  });

  it('forgets idempotency keys of sessions that go, which nobody purged', async () => {
    await createMonths(14);
    const key = (at: string) =>
      database.query(
        `INSERT INTO idempotency_key SELECT gen_random_uuid(), 'c', 'k', 'h', 'i', gen_random_uuid(), ${at}`,
      );
    await key(`timestamptz '${await startOfMonth(14)}'`);
    await key('now()');
    await run();
    expect(
      await database.query('SELECT created_at > now() - interval $$1 day$$ AS young FROM idempotency_key'),
    ).toEqual([{ young: true }]);
  });

  it("is nothing that the gateway's own role may do", async () => {
    await createMonths(14);
    const before = await partitions();
    await expect(run({ ownerUrl: database.url })).rejects.toMatchObject({ code: '42501' });
    expect(await partitions()).toEqual(before);
    expect(await events()).toEqual([]);
  });
});

describe('with several at once', () => {
  it('one does it, and each month is dropped and recorded once', async () => {
    await createMonths(18);
    const runs = await Promise.all(Array.from({ length: 5 }, () => run()));
    const doomed = await Promise.all([18, 17, 16, 15, 14].map(nameOf));
    expect(runs.flatMap(({ dropped }) => dropped)).toEqual(doomed);
    expect((await events()).map(({ detail }) => detail['partition'])).toEqual(doomed);
  });
});

describe('while somebody uses an old month', () => {
  it('waits, and makes nobody else wait', async () => {
    await createMonths(14);
    await insert(`timestamptz '${await startOfMonth(14)}'`);
    const reader = await reading('realtime_session');
    const running = run({ lockTimeoutMs: 15_000 });
    await eventually(async () => (await pending()) ?? undefined);

    // An error, rather than a test that is slow: nobody is to wait for the one who waits.
    const other = await clientOf(database.url);
    await other.query(`SET lock_timeout = '1ms'`);
    for (let n = 0; n < 20; n += 1) {
      await other.query(INSERT.realtime_session, [[new Date()]]);
      await other.query('SELECT count(*) FROM realtime_session');
      await other.query('UPDATE realtime_session SET deadline = deadline WHERE user_id = id');
    }
    // And months ahead can be made meanwhile.
    const owner = await clientOf(database.ownerUrl);
    await owner.query(`SET lock_timeout = '1s'`);
    const next = `now() + interval '13 months'`;
    const made = await owner.query(`SELECT create_partitions(${next}, ${next}) AS made`);
    expect(made.rows).toEqual([{ made: TABLES.length }]);

    expect(await pending()).toBe(await nameOf(14));
    await reader.query('COMMIT');
    expect(await running).toEqual({ dropped: [await nameOf(14)], postponed: [] });
  });

  it('gives up after a while, and the next run ends what was begun', async () => {
    await createMonths(15);
    const reader = await reading('realtime_session');
    expect(await run({ lockTimeoutMs: 100 })).toEqual({ dropped: [], postponed: [await nameOf(15)] });
    expect(await pending()).toBe(await nameOf(15));
    expect(await run({ lockTimeoutMs: 100 })).toEqual({ dropped: [], postponed: [await nameOf(15)] });
    await reader.query('COMMIT');
    expect(await run()).toEqual({ dropped: [await nameOf(15), await nameOf(14)], postponed: [] });
    expect(await events()).toHaveLength(2);
  });

  it('gives up after a while when it is detached already, and reads it once it is free', async () => {
    await createMonths(14);
    await insert(`timestamptz '${await startOfMonth(14)}'`);
    await failingToDropSessions();
    const reader = await reading(await nameOf(14));
    expect(await run({ lockTimeoutMs: 100 })).toEqual({ dropped: [], postponed: [await nameOf(14)] });
    expect(await events()).toEqual([]);
    await reader.query('COMMIT');
    await run();
    expect(await events()).toMatchObject([{ detail: { rows: 1 } }]);
  });
});

describe('what was interrupted', () => {
  it('while detaching, by anybody, is finished by the next run', async () => {
    await createMonths(15);
    const name = await nameOf(14);
    const reader = await reading('realtime_session');
    const owner = await clientOf(database.ownerUrl);
    const detaching = owner.query(`ALTER TABLE realtime_session DETACH PARTITION ${name} CONCURRENTLY`);
    const cancelled = expect(detaching).rejects.toMatchObject({ code: '57014' });
    await eventually(async () => (await pending()) ?? undefined);
    await database.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE%' AND datname = current_database()`,
    );
    await cancelled;
    await reader.query('COMMIT');

    expect(await run()).toEqual({ dropped: [name, await nameOf(15)], postponed: [] });
    expect((await events()).map(({ detail }) => detail['partition'])).toEqual([name, await nameOf(15)]);
  });

  it('between detaching and dropping is dropped by the next run, and not without its event', async () => {
    await createMonths(14);
    const name = await nameOf(14);
    await insert(`timestamptz '${await startOfMonth(14)}'`);
    await failingToDropSessions();
    expect(await partitions()).not.toContain(name);
    expect(await database.query(`SELECT count(*)::int AS rows FROM ${name}`)).toEqual([{ rows: 1 }]);
    expect(await events()).toEqual([]);

    expect(await run()).toEqual({ dropped: [name], postponed: [] });
    expect(await tables()).not.toContain(name);
    expect(await events()).toMatchObject([{ detail: { ...(await named(14)), rows: 1 } }]);
  });

  it('is left when retention was made longer meanwhile', async () => {
    await createMonths(14);
    await failingToDropSessions();
    expect(await run({ months: 14 })).toEqual({ dropped: [], postponed: [] });
    expect(await tables()).toContain(await nameOf(14));
  });

  it('by its own end goes on with the next start', async () => {
    await createMonths(14);
    const name = await nameOf(14);
    const reader = await reading('realtime_session');
    const log: string[] = [];
    const stop = startRetention(log);
    await eventually(async () => (await pending()) ?? undefined);
    await stop();
    await reader.query('COMMIT');
    const stopNext = startRetention(log);
    await eventually(async () => log.find((line) => line.includes(name)));
    await stopNext();
    expect(await events()).toHaveLength(1);
    const lines = log.map((line) => JSON.parse(line));
    expect(lines.filter(({ partition }) => partition.startsWith('realtime_session_'))).toEqual([
      expect.objectContaining({
        level: 'info',
        msg: 'partition dropped',
        partition: name,
        rows: 0,
        milliseconds: expect.any(Number),
      }),
    ]);
  });
});

describe('what an operator took off by hand', () => {
  it('is left alone', async () => {
    await createMonths(14);
    const name = await nameOf(14);
    await database.query(`ALTER TABLE realtime_session DETACH PARTITION ${name}`);
    expect(await run()).toEqual({ dropped: [], postponed: [] });
    expect(await tables()).toContain(name);
    await database.query(`DROP TABLE ${name}`);
  });
});

type Run = { dropped: string[]; postponed: string[] };

async function run({
  months = MONTHS,
  ...options
}: {
  months?: number;
  ownerUrl?: string;
  lockTimeoutMs?: number;
} = {}): Promise<Run> {
  const dropped: DroppedPartition[] = [];
  const postponed: string[] = [];
  await dropOldPartitions({
    rule: { tables: SESSION_TABLES, months },
    severalMonths: true,
    ownerUrl: database.ownerUrl,
    signal: new AbortController().signal,
    onDropped: (one) => dropped.push(one),
    onPostponed: (one) => postponed.push(one),
    ...options,
  });
  // The months of their calls and of what they used are dropped alike.
  const ofSessions = (partition: string) => partition.startsWith('realtime_session_');
  return {
    dropped: dropped.map(({ partition }) => partition).filter(ofSessions),
    postponed: postponed.filter(ofSessions),
  };
}

function startRetention(lines: string[]): () => Promise<void> {
  const log = createLogger({
    level: 'info',
    pretty: false,
    destination: { write: (line) => void lines.push(line) },
  });
  const onError = (err: unknown) => log.error({ err });
  const stop = enforceRetention({
    ownerUrl: database.ownerUrl,
    months: MONTHS,
    auditMonths: undefined,
    auditKeys: [KEY],
    log,
    onError,
    onHeld: () => {},
    everyMs: 10,
  });
  onTestFinished(stop);
  return stop;
}

/** A run while the event of a dropped month of sessions cannot be written, which must fail it. */
async function failingToDropSessions(): Promise<void> {
  await database.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused' USING ERRCODE = 'ZZ001'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON audit_event FOR EACH ROW
      WHEN (NEW.action = 'partition.dropped' AND NEW.detail->>'table' = 'realtime_session') EXECUTE FUNCTION refuse()`);
  await expect(run()).rejects.toMatchObject({ code: 'ZZ001' });
  await database.query('DROP FUNCTION refuse CASCADE');
}

/** A transaction that has read the table and goes on. */
async function reading(table: string): Promise<pg.Client> {
  const client = await clientOf(database.superuserUrl);
  await client.query('BEGIN');
  await client.query(`SELECT count(*) FROM ${table}`);
  return client;
}

async function clientOf(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** The months from so many before this one on, to this one or to so many before it, of all tables. */
async function createMonths(from: number, to = 0): Promise<void> {
  await asOwner(database, (client) =>
    client.query(
      'SELECT create_partitions(now() - make_interval(months => $1), now() - make_interval(months => $2))',
      [from, to],
    ),
  );
}

/** Sessions of those times. */
async function insert(times: string): Promise<void> {
  await database.query(
    INSERT.realtime_session.replace('unnest($1::timestamptz[]) AS at', `(SELECT ${times}) AS made (at)`),
  );
}

async function startOfMonth(before: number): Promise<string> {
  const [row] = await database.query<{ at: string }>(
    `SELECT ((date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => $1)) AT TIME ZONE 'UTC')::text AS at`,
    [before],
  );
  return row?.at ?? '';
}

async function nameOf(before: number): Promise<string> {
  const at = new Date(await startOfMonth(before)).toISOString();
  return `realtime_session_${at.slice(0, 7).replace('-', '_')}`;
}

async function named(before: number) {
  return { table: 'realtime_session', partition: await nameOf(before) };
}

async function partitions(table = 'realtime_session'): Promise<string[]> {
  return names(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = '${table}'::regclass ORDER BY 1`,
  );
}

/** Attached or not. */
function tables(): Promise<string[]> {
  return names(
    `SELECT relname AS name FROM pg_class WHERE relname LIKE 'realtime\\_session\\_2%' AND relkind = 'r' ORDER BY 1`,
  );
}

async function pending(): Promise<string | undefined> {
  return (await names('SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhdetachpending'))[0];
}

async function names(text: string): Promise<string[]> {
  return (await database.query<{ name: string }>(text)).map(({ name }) => name);
}

type Dropped = { outcome: string; about: number; old: boolean; detail: Record<string, unknown> };

/** What the trail says of dropped partitions, oldest first. */
function events(): Promise<Dropped[]> {
  return database.query<Dropped>(
    `SELECT outcome, actor_kind, actor_name, detail, at < now() - interval '1 hour' AS old,
       num_nonnulls(application_id, user_id, session_id, request_id, ip_address) AS about
     FROM audit_event WHERE action = 'partition.dropped' AND detail->>'table' = 'realtime_session' ORDER BY id`,
  );
}
