import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createShares } from '../../../src/platform/database/database-shares.ts';
import { createPool } from '../../../src/platform/database/pool.ts';
import { textsOf } from '../../../src/platform/database/text-row.ts';
import { createFairScheduler } from '../../../src/platform/process/fair-scheduler.ts';
import { createApplication, createKey } from '../../support/callers.ts';
import { useDatabase, useGateway } from '../../support/fixture.ts';
import type { Answer } from '../../support/gateway.ts';

// What one caller's slow statements leave of the database to others. They are made slow by locks, which hold them for
// exactly as long as a test wants.

const POOL_SIZE = 10;
const PATIENCE = { timeout: 10_000, interval: 10 };
const CREATE = /* GraphQL */ `
  mutation ($input: CreateRealtimeSessionInput!) { createRealtimeSession(input: $input) { __typename } }
`;
const SUSPEND = /* GraphQL */ `mutation ($input: SuspendUserInput!) { suspendUser(input: $input) { __typename } }`;
const LIST = '{ realtimeSessions(first: 1) { nodes { id } } }';
const REPORT = /* GraphQL */ `
  { usage(filter: { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }) { totals { totalTokens } } }
`;

const database = useDatabase();
const gateway = useGateway(
  database,
  { GATEHOUSE_POOL_SIZE: String(POOL_SIZE), GATEHOUSE_DATABASE_TIMEOUT_MS: '1500' },
  { listingsFrom: 1 },
);
let holder: pg.Client;
let asOther: (query: string, variables?: Record<string, unknown>) => Promise<Answer>;

beforeAll(async () => {
  holder = new pg.Client({ connectionString: database.superuserUrl });
  await holder.connect();
  const { application } = await createApplication(gateway, 'other');
  const scopes = ['SESSIONS_CREATE', 'SESSIONS_READ', 'USERS_WRITE', 'USERS_READ'];
  const { value } = await createKey(gateway, application.id, { scopes, reach: 'EVERYTHING' });
  asOther = (query, variables) => gateway.ask(query, variables, { authorization: `Bearer ${value}` });
});
afterEach(() => holder.query('ROLLBACK'));
afterAll(() => holder.end());

async function countLockWaits(): Promise<number> {
  const rows = await database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse'
       AND wait_event_type = 'Lock' AND query NOT LIKE '%sum_usage%'`,
  );
  return rows.length;
}

/** Others are served while some wait for locks. @returns the most connections that waited */
async function expectOthersServed(names: string): Promise<number> {
  let most = 0;
  for (let index = 0; index < 10; index += 1) {
    const input = { externalUserId: `${names}-${index}` };
    const minted = await asOther(CREATE, { input });
    expect(minted.body.data.createRealtimeSession.__typename).toBe('CreateRealtimeSessionSuccess');
    expect((await asOther(LIST)).body.data.realtimeSessions.nodes).toHaveLength(1);
    const suspended = await asOther(SUSPEND, { input: { ...input, reason: 'test' } });
    expect(suspended.body.data.suspendUser.__typename).toBe('UserSuccess');
    most = Math.max(most, await countLockWaits());
  }
  return most;
}

function expectUnavailable({ status, headers, body }: Answer): void {
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(body.errors[0].extensions.code).toBe('SERVICE_UNAVAILABLE');
}

test('slow reads of one caller take a part of the connections, and wait in a queue with an end', async () => {
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE usage_record, usage_sum IN ACCESS EXCLUSIVE MODE');
  const reports = Array.from({ length: 60 }, () => gateway.ask(REPORT));
  // Of the five that are for listings, those of a caller none of whose listings was fast yet.
  await expect.poll(countLockWaits, PATIENCE).toBe(2);
  expect(await expectOthersServed('reads')).toBeLessThanOrEqual(2);
  for (const answer of await Promise.all(reports)) expectUnavailable(answer);
  await holder.query('ROLLBACK');
  expect((await gateway.ask(REPORT)).status).toBe(200);
});

test('reads of a caller whose last one was slow go one at a time', async () => {
  const lock = 'LOCK TABLE usage_record, usage_sum IN ACCESS EXCLUSIVE MODE';
  await holder.query('BEGIN');
  await holder.query(lock);
  const slow = gateway.ask(REPORT);
  await expect.poll(countLockWaits, PATIENCE).toBe(1);
  await holder.query('SELECT pg_sleep(0.3)');
  await holder.query('ROLLBACK');
  await slow;

  await holder.query('BEGIN');
  await holder.query(lock);
  const reports = Array.from({ length: 5 }, () => gateway.ask(REPORT));
  await expect.poll(countLockWaits, PATIENCE).toBe(1);
  expect(await expectOthersServed('slow')).toBe(1);
  await holder.query('ROLLBACK');
  // A lock is waited for as long as a third of a statement's time: on a busy machine some of them were refused meanwhile.
  await Promise.all(reports);
  expect((await gateway.ask(REPORT)).status).toBe(200);
});

/** Has the operator be a caller whose last listing was fast. */
async function listFast(): Promise<void> {
  for (let milliseconds = Number.POSITIVE_INFINITY; milliseconds > 50; ) {
    const startedAt = performance.now();
    await gateway.ask(LIST);
    milliseconds = performance.now() - startedAt;
  }
}

test('reads of a caller whose last one was fast take more of the connections, and leave some to others', async () => {
  await listFast();
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE usage_record, usage_sum IN ACCESS EXCLUSIVE MODE');
  const reports = Array.from({ length: 60 }, () => gateway.ask(REPORT));
  await expect.poll(countLockWaits, PATIENCE).toBe(4);
  expect(await expectOthersServed('fast')).toBeLessThanOrEqual(4);
  await holder.query('ROLLBACK');
  await Promise.all(reports);
});

test('slow changes of one caller take a part of the connections as well', async () => {
  const input = { externalUserId: 'locked' };
  await gateway.ask(CREATE, { input });
  await holder.query('BEGIN');
  await holder.query(`SELECT FROM end_user WHERE external_id = 'locked' FOR UPDATE`);
  const changes = Array.from({ length: 60 }, () =>
    gateway.ask(SUSPEND, { input: { ...input, reason: 'test' } }),
  );
  await expect.poll(countLockWaits, PATIENCE).toBe(2);
  expect(await expectOthersServed('changes')).toBeLessThanOrEqual(2);
  for (const answer of await Promise.all(changes)) expectUnavailable(answer);
  await holder.query('ROLLBACK');
  expect((await gateway.ask(SUSPEND, { input: { ...input, reason: 'test' } })).status).toBe(200);
});

describe('listings of a caller whose last one was fast are sent together', () => {
  const people = Array.from({ length: 12 }, (_, index) => `person-${index}`);
  const list = (field: string, externalUserId: string | undefined) =>
    gateway.ask(
      /* GraphQL */ `query ($externalUserId: String!) {
        realtimeSessions(filter: { externalUserId: $externalUserId }) { nodes { user { externalId } ${field} } }
      }`,
      { externalUserId },
    );

  beforeAll(async () => {
    for (const externalUserId of people) await gateway.ask(CREATE, { input: { externalUserId } });
  });

  test('and each gets its own answer, also while its statement is new', async () => {
    await listFast();
    // Each field makes another statement, and each comes for several users at once.
    const asked = ['status', 'id type', 'application { name }'].flatMap((field) =>
      people.map((person) => [field, person] as const),
    );
    const together = await Promise.all(asked.map((of) => list(...of)));
    for (const [index, of] of asked.entries()) {
      const { body } = together[index] ?? {};
      expect(body.data.realtimeSessions.nodes).toMatchObject([{ user: { externalId: of[1] } }]);
      expect((await list(...of)).body).toEqual(body);
    }
  });

  test.each(['pg_cancel_backend', 'pg_terminate_backend'])(
    'and one that %s hits fails alone',
    async (end) => {
      await listFast();
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE application IN ACCESS EXCLUSIVE MODE');
      let answered = 0;
      const asked = Array.from({ length: 30 }, async (_, index) => {
        const isBlocked = index % 3 === 1;
        const answer = await list(
          isBlocked ? 'application { name }' : 'status',
          people[index % people.length],
        );
        answered += 1;
        return { isBlocked, answer };
      });
      // Fewer connections than statements that wait.
      await expect.poll(countLockWaits, PATIENCE).toBeGreaterThan(0);
      while (answered < asked.length) {
        await holder.query(
          `SELECT ${end}(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
      }
      await holder.query('ROLLBACK');
      for (const { isBlocked, answer } of await Promise.all(asked)) {
        if (isBlocked) expectUnavailable(answer);
        else
          expect(answer.body).toMatchObject({
            data: { realtimeSessions: { nodes: [{ status: 'ACTIVE' }] } },
          });
      }
      expect((await list('application { name }', people[0])).status).toBe(200);
    },
  );
});

describe('what is read together', () => {
  const openPool = (timeoutMs: number) => {
    const pool = createPool({ url: database.url, size: POOL_SIZE, timeoutMs, onError: () => {} });
    onTestFinished(() => pool.end());
    const shares = createShares({ pool, poolSize: POOL_SIZE, timeoutMs, scheduler: createFairScheduler() });
    /** Reads as a caller whose last listing was fast. */
    const readAs = async (caller: string) => {
      const { listings, readTexts } = shares(caller);
      await listings(async () => {});
      return async (value: string, statement = 'SELECT $1::text') =>
        (await readTexts(statement, { values: [value], bind: String }, 'prepared'))?.map(textsOf);
    };
    return { pool, shares, readAs };
  };
  const LOCKED = 'SELECT $1::text FROM (SELECT pg_advisory_xact_lock_shared(1)) AS locked';
  const lock = () => holder.query('BEGIN; SELECT pg_advisory_xact_lock(1)');
  const many = (count: number) => Array.from({ length: count }, (_, index) => String(index));

  test('keeps no other caller waiting, and takes few connections', async () => {
    const { readAs } = openPool(10_000);
    const [read, readAsOther] = [await readAs('a'), await readAs('b')];
    await lock();
    const waiting = many(200).map((value) => read(value, LOCKED));
    // All databases of the server are in pg_locks, also those of other files of tests.
    const countWaiting = async () =>
      (
        await database.query(
          `SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = pg_locks.database
           WHERE locktype = 'advisory' AND NOT granted AND d.datname = current_database()`,
        )
      ).length;
    await expect.poll(countWaiting, PATIENCE).toBe(3);
    const answers = await Promise.all(many(50).map((value) => readAsOther(value)));
    expect(answers).toEqual(many(50).map((value) => [[value]]));
    expect(await countWaiting()).toBe(3);
    await holder.query('ROLLBACK');
    expect(await Promise.all(waiting)).toEqual(many(200).map((value) => [[value]]));
  });

  test('is given up all at once when the server does not answer', async () => {
    const { pool, readAs } = openPool(10_000);
    const read = await readAs('a');
    pool.options.query_timeout = 200;
    await lock();
    const waiting = many(9).map((value) => read(value, LOCKED));
    const settled = Promise.allSettled(waiting);
    await expect(waiting[0]).rejects.toMatchObject({ code: 'query_timeout' });
    await holder.query('ROLLBACK');
    // The three that were sent together: none is tried again.
    for (const one of (await settled).slice(0, 3))
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'query_timeout' } });
    expect(await read('again')).toEqual([['again']]);
  });

  test('is refused when the connections are taken for too long', async () => {
    const { shares, readAs } = openPool(200);
    const read = await readAs('a');
    const held = Promise.withResolvers<void>();
    const holding = ['b', 'b', 'c', 'c', 'd'].map((caller) => shares(caller).listings(() => held.promise));
    for (const one of await Promise.allSettled(many(9).map((value) => read(value))))
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'overloaded' } });
    held.resolve();
    await Promise.all(holding);
    expect(await read('again')).toEqual([['again']]);
  });
});
