import { beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { CREATE } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { type Answer, upstreamEnv } from '../support/gateway.ts';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));

beforeAll(() =>
  // Fails the next reservations with a code, as often as it is told: a sequence is not rolled back.
  database.query(`
    CREATE TABLE fault (code text, times integer);
    CREATE SEQUENCE fault_made;
    GRANT SELECT ON fault TO gatehouse;
    GRANT ALL ON fault_made TO gatehouse;
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE due fault;
    BEGIN
      SELECT * INTO due FROM fault;
      IF FOUND AND nextval('fault_made') <= due.times THEN
        RAISE 'made for a test' USING ERRCODE = due.code;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER fail BEFORE INSERT ON realtime_session FOR EACH ROW EXECUTE FUNCTION fail()`),
);

const create = () => gateway.ask(CREATE, { input: { externalUserId: 'alice' } });
const ready = async () => {
  const answer = await fetch(`${gateway.managementUrl}/health/ready`);
  return { status: answer.status, body: await answer.json() };
};

async function failWith(code: string, times: number): Promise<void> {
  await database.query(`
    DELETE FROM fault; INSERT INTO fault VALUES ('${code}', ${times}); ALTER SEQUENCE fault_made RESTART`);
  onTestFinished(async () => void (await database.query('DELETE FROM fault')));
}

function expectUnavailable({ status, headers, body }: Answer): void {
  expect(body.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toBe('1');
}

function expectIssued({ body }: Answer): void {
  expect(body.data?.createRealtimeSession.__typename, JSON.stringify(body)).toBe(
    'CreateRealtimeSessionSuccess',
  );
}

describe('a database that', () => {
  // Raised by a trigger: what matters is what becomes of the code.
  it.each([
    ['has no space left', '53100'],
    ['has no memory left', '53200'],
    ['has reached a limit of its configuration', '53400'],
    ['cannot read or write a file', '58030'],
    ['gave up waiting for a lock', '55P03'],
    ['is told to end', '57P01'],
    ['keeps rolling back for a serialization failure', '40001'],
    ['keeps rolling back for a deadlock', '40P01'],
  ])('%s (%s) is away: 503, later again, and nothing is minted', async (_, code) => {
    await failWith(code, 1000);
    const before = upstream.calls.length;
    expectUnavailable(await create());
    expect(upstream.calls).toHaveLength(before);
    await database.query('DELETE FROM fault');
    await eventually(async () => ((await create()).status === 200 ? true : undefined));
  });

  it.each(['40001', '40P01'])('rolled a mint back once (%s) is asked once more', async (code) => {
    await failWith(code, 1);
    expectIssued(await create());
  });

  it('has damaged data (XX001) is an error that somebody has to look at', async () => {
    await failWith('XX001', 1);
    const { status, body } = await create();
    expect([status, body.errors[0].extensions.code]).toEqual([500, 'INTERNAL_SERVER_ERROR']);
  });

  it('has no partition for the month is away, because there is a place soon again', async () => {
    const [{ name } = { name: '' }] = await database.query<{ name: string }>(
      `SELECT to_char(now() AT TIME ZONE 'UTC', '"realtime_session_"YYYY"_"MM') AS name`,
    );
    await database.query(`ALTER TABLE realtime_session DETACH PARTITION ${name}`);
    const answer = await create();
    const [{ bound } = { bound: '' }] = await database.query<{ bound: string }>(
      `SELECT format('FROM (%L) TO (%L)', uuidv7_floor(month AT TIME ZONE 'UTC'),
         uuidv7_floor((month + interval '1 month') AT TIME ZONE 'UTC')) AS bound
       FROM date_trunc('month', now() AT TIME ZONE 'UTC') AS month`,
    );
    await database.query(`ALTER TABLE realtime_session ATTACH PARTITION ${name} FOR VALUES ${bound}`);
    expectUnavailable(answer);
    expectIssued(await create());
  });
});

test('a read-only database, as after a failover or a full disk: 503, and readiness says so', async () => {
  const set = (value: string) =>
    database.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = ${value}`);
  const reconnect = () =>
    database.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'gatehouse'`,
    );
  expect((await ready()).status).toBe(200);
  await set('on');
  onTestFinished(async () => void (await set('off')));
  await reconnect();
  await eventually(async () => ((await ready()).status === 503 ? true : undefined));
  expect(await ready()).toEqual({ status: 503, body: { status: 'not ready', reason: 'read_only' } });
  const before = upstream.calls.length;
  expectUnavailable(await create());
  expect(upstream.calls).toHaveLength(before);
  // It can be read all the same.
  const { body } = await gateway.ask('{ realtimeSessions(first: 1) { nodes { id } } }');
  expect(body.errors).toBeUndefined();

  await set('off');
  await reconnect();
  await eventually(async () => ((await ready()).status === 200 ? true : undefined));
  await eventually(async () => ((await create()).status === 200 ? true : undefined));
});

describe('with fewer connections of the server than the pool wants', () => {
  const limit = (to: number) => database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT ${to}`);
  const used = async () => {
    const rows = await database.query<{ used: number }>(
      `SELECT count(*)::integer AS used FROM pg_stat_activity
       WHERE datname = current_database() AND usename IN ('gatehouse', 'gatehouse_owner')`,
    );
    return rows[0]?.used ?? 0;
  };
  const endOf = (pattern: string) =>
    database.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE '${pattern}'`,
    );

  it('requests wait for one that is free', async () => {
    // The listener has one. Limited first: what runs periodically connects again at once.
    await limit(3);
    await endOf('gatehouse');
    onTestFinished(async () => void (await limit(-1)));
    const answers = await Promise.all(Array.from({ length: 40 }, () => create()));
    const outcomes = answers.map(({ status, body }) => body.errors?.[0].extensions.code ?? status);
    expect(outcomes.filter((outcome) => outcome !== 200)).toEqual([]);
    expect(await used()).toBeLessThanOrEqual(3);
    expect((await ready()).status).toBe(200);
  });

  it('requests are told to come again when there is none at all', async () => {
    await limit(0);
    onTestFinished(async () => void (await limit(-1)));
    await endOf('gatehouse%');
    await eventually(async () => ((await used()) === 0 ? true : undefined));
    expectUnavailable(await create());
    expect(await ready()).toMatchObject({ status: 503, body: { reason: '53300' } });
    await limit(-1);
    await eventually(async () => ((await create()).status === 200 ? true : undefined));
  });
});
