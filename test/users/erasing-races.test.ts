import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPool } from '../../src/platform/database/pool.ts';
import { finishErasures } from '../../src/users/erase-user.db.ts';
import { issue, revokeSession, suspendUser } from '../support/ask.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { dumpOf } from '../support/dump.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { uuidOf } from '../support/ids.ts';
import { findingsWhenSealed } from '../support/trail.ts';
import { RESPONSE, readUsage, report } from '../support/usage.ts';

// What happens to somebody while and after it is erased, on several gateways.

const PERIOD = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
const ERASE = `mutation Erase($id: ID!) { eraseUser(input: { id: $id }) { ... on UserSuccess { user { erasedAt } } } }`;

let database: TestDatabase;
let gateways: [TestGateway, TestGateway];
beforeEach(async () => {
  database = await createDatabase();
  const env = { GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, 1).toString('base64') };
  gateways = [await startGateway(database, env), await startGateway(database, env)];
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  await database.drop();
});

const erase = async (id: string, gateway = gateways[0]) =>
  (await gateway.ask(ERASE, { id })).body.data?.eraseUser;
const identities = (id: string) =>
  database.query('SELECT FROM audit_identity WHERE user_id = $1', [uuidOf(id)]);
const findings = () => findingsWhenSealed(database);

describe('after somebody was erased', () => {
  test('usage is still counted, and nothing is kept beside its numbers', async () => {
    const { session } = await issue(gateways[0], { externalUserId: 'zoe' });
    await erase(session.user.id);
    const usage = { ...RESPONSE, about: 'Madame Quint' };
    expect(await report(gateways[0], { sessionId: session.id, responseId: 'r', usage })).toMatchObject({
      __typename: 'ReportUsageSuccess',
    });
    expect((await readUsage(gateways[0], { filter: PERIOD })).totals.costUsd).toBe('0.0085336');
    expect(await dumpOf(database)).not.toContain('Quint');
    // The same again is still the same.
    expect(
      await report(gateways[0], { sessionId: session.id, responseId: 'r', usage: RESPONSE }),
    ).toMatchObject({ alreadyReported: true });
  });

  test('what is done to it needs no explanation, which retention could drop', async () => {
    const { session } = await issue(gateways[0], { externalUserId: 'zoe' });
    await erase(session.user.id);
    await revokeSession(gateways[0], { id: session.id, reason: 'Quint lost it' });
    await suspendUser(gateways[0], { id: session.user.id, reason: 'Quint again' });
    expect(await dumpOf(database)).not.toContain('Quint');
    expect(await findings()).toEqual([]);
    // As when the month of the erasure has been dropped, and the event did not stand at its end.
    await database.query(`UPDATE audit_event SET action = 'user.suspended' WHERE action = 'user.erased'`);
    expect((await findings()).map(({ kind }) => kind)).toEqual(['sequence']);
  });
});

test('however many reports a session has, nothing is kept beside the numbers of any', async () => {
  const { session } = await issue(gateways[0], { externalUserId: 'zoe' });
  await report(gateways[0], {
    sessionId: session.id,
    responseId: 'r',
    usage: { ...RESPONSE, about: 'Madame Quint' },
  });
  const columns = await database.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'usage_record'::regclass AND attnum > 0`,
  );
  const names = columns.map(({ name }) => name).join();
  await database.query(
    `INSERT INTO usage_record (${names})
     SELECT ${names.replace('response_id', 'response_id || n')} FROM usage_record, generate_series(1, 12000) AS n`,
  );
  expect((await erase(session.user.id)).user.erasedAt).toEqual(expect.any(String));
  expect(await database.query(`SELECT FROM usage_record WHERE usage::text LIKE '%Quint%'`)).toEqual([]);
});

test('an erasure that cannot be finished keeps no other from it', async () => {
  await database.query(
    `INSERT INTO end_user (erasure_began_at) SELECT now() FROM generate_series(1, 3);
     INSERT INTO audit_identity (event_id, user_id, salt) SELECT uuidv7_at(now()), id, repeat('0', 32) FROM end_user;
     CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF OLD.user_id = (SELECT id FROM end_user ORDER BY id LIMIT 1) THEN RAISE 'not this one'; END IF;
       RETURN OLD;
     END $$;
     CREATE TRIGGER refuse BEFORE DELETE ON audit_identity FOR EACH ROW EXECUTE FUNCTION refuse()`,
  );
  const pool = createPool({ url: database.url, size: 1, timeoutMs: 2000, onError: () => {} });
  try {
    await expect(finishErasures(pool, new AbortController().signal)).rejects.toThrow();
    const rows = await database.query<{ done: boolean }>(
      'SELECT erased_at IS NOT NULL AS done FROM end_user ORDER BY id',
    );
    expect(rows.map(({ done }) => done)).toEqual([false, true, true]);
  } finally {
    await pool.end();
  }
});

describe('several that erase one person', () => {
  test('are done when all of it is gone, and not before', async () => {
    const { session } = await issue(gateways[0], { externalUserId: 'zoe' });
    const { id } = session.user;
    await database.query(
      `INSERT INTO audit_identity (event_id, user_id, salt)
       SELECT uuidv7_at(now() - n * interval '1 microsecond'), $1, repeat('0', 32) FROM generate_series(1, 30000) AS n`,
      [uuidOf(id)],
    );
    const left: number[] = [];
    const both = gateways.map(async (gateway) => {
      const { user } = await erase(id, gateway);
      left.push((await identities(id)).length);
      return user.erasedAt;
    });
    expect(await Promise.all(both)).toEqual([expect.any(String), expect.any(String)]);
    expect(left).toEqual([0, 0]);
  });
});
