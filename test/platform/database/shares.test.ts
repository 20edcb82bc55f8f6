import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
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
const gateway = useGateway(database, {
  GATEHOUSE_POOL_SIZE: String(POOL_SIZE),
  GATEHOUSE_DATABASE_TIMEOUT_MS: '1500',
});
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

test('reads of a caller whose last one was fast take more of the connections, and leave some to others', async () => {
  for (let milliseconds = Number.POSITIVE_INFINITY; milliseconds > 50; ) {
    const startedAt = performance.now();
    await gateway.ask(LIST);
    milliseconds = performance.now() - startedAt;
  }
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
