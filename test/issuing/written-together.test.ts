import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { type Answer, upstreamEnv } from '../support/gateway.ts';

// Mints that wait for the ledger at the same time are written in one transaction. Nobody may feel the others in it.

const BURST = 40;
const CREATE = /* GraphQL */ `
  mutation Create($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      __typename
      ... on CreateRealtimeSessionSuccess {
        clientSecret { value }
        session { status instructions user { externalId } clientSecret { redacted } issuedAt }
      }
    }
  }
`;
const FAILED_EVENT = JSON.stringify({
  action: 'session.failed',
  outcome: 'FAILED',
  actor_kind: 'SYSTEM',
  actor_name: 'test',
  detail: {},
});
const SUCCESS = 'CreateRealtimeSessionSuccess';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));
let other: pg.Client;
beforeAll(async () => {
  other = new pg.Client({ connectionString: database.superuserUrl });
  await other.connect();
  await database.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused by the test'; END $$`,
  );
});
afterAll(() => other?.end());
beforeEach(() => upstream.reset());
afterEach(() => other.query('ROLLBACK'));

type Minted = { readonly user: string; readonly answer: Answer };

/** Mints at once, for a user each. */
function burst(name: string, count = BURST): Promise<Minted>[] {
  return Array.from({ length: count }, async (_, index) => {
    const user = `${name}-${index}`;
    const input = { externalUserId: user, instructions: `for ${user}` };
    return { user, answer: await gateway.ask(CREATE, { input }) };
  });
}

/** Holds upstream's answers until all of a burst have come, so that they are settled at the same time. */
function holdUntilAll(count = BURST): { readonly arrived: Promise<void>; readonly release: () => void } {
  const { promise: until, resolve: release } = Promise.withResolvers<void>();
  upstream.always({ kind: 'hold', until });
  const arrived = expect.poll(() => upstream.calls.length, { timeout: 10_000 }).toBe(count);
  return { arrived, release };
}

const resultOf = ({ answer }: Minted) => answer.body.data?.createRealtimeSession;

/** Each has the session that was reserved for it, with the secret that was minted for it. */
function expectIssued(minted: Minted): void {
  const { user } = minted;
  const { value } = resultOf(minted).clientSecret;
  expect(resultOf(minted)).toMatchObject({
    __typename: SUCCESS,
    session: {
      status: 'ACTIVE',
      instructions: `for ${user}`,
      user: { externalId: user },
      clientSecret: { redacted: expect.stringMatching(new RegExp(`…${value.slice(-4)}$`)) },
      issuedAt: expect.any(String),
    },
  });
}

/** How many transactions wrote the events of an action, for users of that name. */
async function countTransactions(action: string, name: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(DISTINCT e.xmin::text)::int AS count FROM audit_event AS e JOIN end_user AS u ON u.id = e.user_id
     WHERE e.action = $1 AND u.external_id LIKE $2`,
    [action, `${name}-%`],
  );
  return row?.count ?? 0;
}

/** Each session of users of that name has its two events and no other, each with the session's user and time. */
async function expectRecorded(name: string, count = BURST): Promise<void> {
  const rows = await database.query<{ outcome: string }>(
    `SELECT s.outcome, array_agg(e.action ORDER BY e.id) AS actions, bool_and(e.user_id = s.user_id) AS "isOfUser",
       bool_and(e.at = CASE e.action WHEN 'session.requested' THEN s.created_at ELSE s.settled_at END) AS "isTimely"
     FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id LEFT JOIN audit_event AS e ON e.session_id = s.id
     WHERE u.external_id LIKE $1 GROUP BY s.id`,
    [`${name}-%`],
  );
  expect(rows).toEqual(
    rows.map(({ outcome }) => ({
      outcome,
      actions: ['session.requested', `session.${outcome.toLowerCase()}`],
      isOfUser: true,
      isTimely: true,
    })),
  );
  expect(rows).toHaveLength(count);
}

/** Makes PostgreSQL refuse what a test wants to have refused, until it ends. */
async function refuse(when: string, condition: string): Promise<void> {
  await database.query(
    `CREATE TRIGGER refused ${when} FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION refuse()`,
  );
  onTestFinished(async () => {
    await database.query('DROP TRIGGER refused ON realtime_session');
  });
}

test('a burst takes fewer transactions than it writes records, and each gets its own session and secret', async () => {
  const { arrived, release } = holdUntilAll();
  const minted = burst('together');
  await arrived;
  release();
  for (const mint of await Promise.all(minted)) expectIssued(mint);
  const transactions =
    (await countTransactions('session.requested', 'together')) +
    (await countTransactions('session.issued', 'together'));
  expect(transactions).toBeLessThan(1.5 * BURST);
  await expectRecorded('together');
});

describe('what PostgreSQL refuses of one', () => {
  test('when it is reserved leaves the others as they are', async () => {
    await refuse('BEFORE INSERT ON realtime_session', `NEW.instructions = 'for poison-7'`);
    const minted = await Promise.all(burst('poison'));
    for (const mint of minted) if (mint.user !== 'poison-7') expectIssued(mint);
    expect(minted[7]?.answer.body.errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(upstream.calls).toHaveLength(BURST - 1);
    const written = await database.query(
      `SELECT FROM audit_event WHERE action = 'session.requested' AND user_id IN (
         SELECT id FROM end_user WHERE external_id LIKE 'poison-%')`,
    );
    expect(written).toHaveLength(BURST - 1);
  });

  test('when it is settled leaves the others as they are', async () => {
    await refuse(
      'BEFORE UPDATE ON realtime_session',
      `NEW.outcome = 'ISSUED' AND NEW.instructions = 'for bitter-7'`,
    );
    const { arrived, release } = holdUntilAll();
    const minting = burst('bitter');
    await arrived;
    release();
    const minted = await Promise.all(minting);
    for (const mint of minted) if (mint.user !== 'bitter-7') expectIssued(mint);
    // Its secret is dropped, and the record says so.
    expect(minted[7] && resultOf(minted[7])).toEqual({ __typename: 'UpstreamError' });
    const [row] = await database.query<{ outcome: string }>(
      `SELECT outcome FROM realtime_session WHERE instructions = 'for bitter-7'`,
    );
    expect(row?.outcome).toBe('UNCONFIRMED');
    await expectRecorded('bitter');
  });
});

describe('a lock that is not released', () => {
  test('on one user is waited for by its own mint only', async () => {
    for (const mint of await Promise.all(burst('locked', 20))) expectIssued(mint);
    await other.query('BEGIN');
    await other.query(`SELECT FROM end_user WHERE external_id = 'locked-7' FOR UPDATE`);
    const minting = burst('locked', 20);
    const [waiting] = minting.splice(7, 1);
    const others = Promise.all(minting);
    let ended = false;
    void others.finally(() => {
      ended = true;
    });
    // A transaction of several that waited would do so for 200 ms, which is long enough to be seen.
    let waitedTogether = 0;
    while (!ended) waitedTogether = Math.max(waitedTogether, await countLockWaits('%reserve_sessions%'));
    for (const mint of await others) expectIssued(mint);
    expect(waitedTogether).toBe(0);
    await expect.poll(() => countLockWaits()).toBe(1);
    await other.query('COMMIT');
    if (waiting !== undefined) expectIssued(await waiting);
  });

  test('on one session is waited for by its own mint only', async () => {
    const { arrived, release } = holdUntilAll();
    const minting = burst('held');
    await arrived;
    await other.query('BEGIN');
    await other.query(`SELECT FROM realtime_session WHERE instructions = 'for held-7' FOR UPDATE`);
    release();
    const [waiting] = minting.splice(7, 1);
    for (const mint of await Promise.all(minting)) expectIssued(mint);
    await other.query('COMMIT');
    if (waiting !== undefined) expectIssued(await waiting);
  });
});

test('requests of one user in one transaction are decided one after the other, wherever they are in it', async () => {
  const [application] = await database.query<{ id: string }>('SELECT id FROM application LIMIT 1');
  const session = {
    ...{ application_id: application?.id, provider: 'sandbox', object: 'o', session_limit_seconds: 60 },
    ...{ type: 'REALTIME', model: 'm', modalities: ['TEXT'], tools: [], labels: [], connection: 'DIRECT' },
  };
  const request = {
    ...{ waits: false, settleWithinSeconds: 10, expiresAfterSeconds: 60, session },
    defaults: { maxTtlSeconds: 60, maxActiveSessions: 2, maxMintsPerMinute: 9, maxMintsPerDay: 9 },
    event: { actor_kind: 'OPERATOR', actor_name: 'root', detail: {} },
  };
  const users = ['counted-1', 'counted-1', 'counted-2', 'counted-1', 'counted-1', 'counted-2'];
  const verdicts = await database.query<{ verdict: string; id: string | null }>(
    'SELECT verdict, new_id AS id FROM reserve_sessions($1::jsonb) ORDER BY place',
    [JSON.stringify(users.map((externalUserId) => ({ ...request, externalUserId })))],
  );
  const [reserved, refused] = [
    { verdict: 'reserved', id: expect.any(String) },
    { verdict: 'quota', id: null },
  ];
  expect(verdicts).toEqual([reserved, reserved, reserved, refused, refused, reserved]);

  const written = await database.query(
    `SELECT s.id, e.action, u.last_session_at = max(s.created_at) OVER (PARTITION BY u.id) AS "isUserUpToDate",
       p.last_session_at = u.last_session_at AND p.first_session_at = min(s.created_at) OVER (PARTITION BY u.id) AS "isPairUpToDate"
     FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id
       JOIN application_user AS p ON p.user_id = u.id AND p.application_id = s.application_id
       JOIN audit_event AS e ON e.session_id = s.id AND e.at = s.created_at
     WHERE u.external_id LIKE 'counted-%' ORDER BY s.id`,
  );
  const ids = verdicts.flatMap(({ id }) => id ?? []);
  expect(written).toEqual(
    ids.map((id) => ({ id, action: 'session.requested', isUserUpToDate: true, isPairUpToDate: true })),
  );
});

test('what waited for the others until its sender gave up is not settled', async () => {
  const { arrived, release } = holdUntilAll(2);
  const minting = burst('late', 2);
  await arrived;
  await other.query('BEGIN');
  await other.query(`SELECT FROM realtime_session WHERE instructions = 'for late-1' FOR UPDATE`);
  const settling = database
    .query(
      `SELECT FROM settle_sessions((SELECT jsonb_agg(jsonb_build_object(
           'id', id, 'settlement', '{"outcome": "FAILED", "failure_code": "refused"}'::jsonb, 'event', '${FAILED_EVENT}'::jsonb,
           'notAfter', clock_timestamp() + interval '100 milliseconds') ORDER BY instructions)
         FROM realtime_session WHERE instructions LIKE 'for late-%'))`,
    )
    .then(
      () => 'settled',
      (error: Error) => error.message,
    );
  await eventually(async () => ((await countLockWaits()) > 0 ? true : undefined));
  // Shorter than it waits for a lock, longer than the sender of the first one waits.
  await other.query('SELECT pg_sleep(0.12)');
  await other.query('COMMIT');
  expect(await settling).toBe('Settling together took too long');
  release();
  for (const mint of await Promise.all(minting)) expectIssued(mint);
});

async function countLockWaits(statement = '%'): Promise<number> {
  const rows = await database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
    [statement],
  );
  return rows.length;
}
