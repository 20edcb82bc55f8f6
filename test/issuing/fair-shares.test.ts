import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { type Answer, type TestGateway, upstreamEnv } from '../support/gateway.ts';

// What one caller, or one user's trouble, leaves to all others.

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) { __typename ... on UpstreamError { retryable session { id } } }
  }
`;
const PATIENCE = { timeout: 10_000, interval: 10 };
const ISSUED = { __typename: 'CreateRealtimeSessionSuccess' };
const REFUSED = { __typename: 'UpstreamError', retryable: true, session: null };

const database = useDatabase();
const upstream = useUpstream();
beforeEach(() => upstream.reset());

const inputOf = (externalUserId: string) => ({ input: { externalUserId } });
const resultOf = ({ body }: Answer) => body.data?.createRealtimeSession;

describe('one user whose row is locked', () => {
  const gateway = useGateway(database, () => ({
    ...upstreamEnv(upstream.baseUrl),
    GATEHOUSE_DATABASE_TIMEOUT_MS: '1000',
    GATEHOUSE_UPSTREAM_TIMEOUT_MS: '1500',
  }));
  let holder: pg.Client;
  beforeAll(async () => {
    holder = new pg.Client({ connectionString: database.superuserUrl });
    await holder.connect();
  });
  afterAll(() => holder.end());

  const countLockWaits = async () => {
    const rows = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length;
  };

  test('occupies two connections at most, and all other users are served meanwhile', async () => {
    await gateway.ask(CREATE, inputOf('locked'));
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM end_user WHERE external_id = 'locked' FOR UPDATE`);
    const waiting = Array.from({ length: 200 }, () => gateway.ask(CREATE, inputOf('locked')));
    await expect.poll(countLockWaits, PATIENCE).toBe(2);

    let most = 0;
    for (let index = 0; index < 40; index += 1) {
      expect(resultOf(await gateway.ask(CREATE, inputOf(`free-${index}`)))).toEqual(ISSUED);
      most = Math.max(most, await countLockWaits());
    }
    expect(most).toBeLessThanOrEqual(2);

    const answers = await Promise.all(waiting);
    const timedOut = answers.filter(({ status }) => status === 503);
    // Two for each time-out of a lock within the longest wait; all others never asked the database.
    expect(timedOut.length).toBeGreaterThan(0);
    for (const { headers, body } of timedOut) {
      expect(headers.get('retry-after')).toBe('1');
      expect(body.errors[0].message).toBe(
        'The record is being changed by another request. Try again shortly.',
      );
    }
    for (const answer of answers) if (answer.status !== 503) expect(resultOf(answer)).toEqual(REFUSED);

    // Nor is the ledger taken for dead.
    expect(gateway.logLines.filter((line) => line.includes('circuit'))).toEqual([]);
    await holder.query('COMMIT');
    expect(resultOf(await gateway.ask(CREATE, inputOf('locked')))).toEqual(ISSUED);
  });

  test('a lock times out before its statement does', async () => {
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM end_user WHERE external_id = 'locked' FOR UPDATE`);
    const { status } = await gateway.ask(CREATE, inputOf('locked'));
    expect(status).toBe(503);
    await holder.query('COMMIT');
    const logged = gateway.logLines.findLast((line) => line.includes('request failed'));
    expect(JSON.parse(logged ?? '{}')).toMatchObject({ err: { code: '55P03' } });
  });
});

describe('one application that floods the gate', () => {
  const gateway = useGateway(database, () => ({
    ...upstreamEnv(upstream.baseUrl),
    GATEHOUSE_MAX_MINTS_IN_FLIGHT: '8',
    GATEHOUSE_MINT_QUEUE: '16',
    GATEHOUSE_UPSTREAM_TIMEOUT_MS: '20000',
  }));
  let other: (user: string) => Promise<Answer>;
  beforeAll(async () => {
    const { application } = await createApplication(gateway, 'honest');
    const { value } = await createKey(gateway, application.id, { scopes: ['SESSIONS_CREATE'] });
    other = (user) => gateway.ask(CREATE, inputOf(user), { authorization: `Bearer ${value}` });
  });

  /** Has the root key ask for so many mints, which upstream holds. */
  function flood(asking: TestGateway, count: number) {
    const releases: (() => void)[] = [];
    upstream.always({
      kind: 'choose',
      choose: () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        releases.push(resolve);
        return { kind: 'hold', until: promise };
      },
    });
    const settled: Answer[] = [];
    const answers = Array.from({ length: count }, async (_, index) => {
      settled.push(await asking.ask(CREATE, inputOf(`flood-${index}`)));
    });
    return { settled, answers: Promise.all(answers), releases };
  }

  test('leaves permits to others, places to wait, and the next turn', async () => {
    const { settled, answers, releases } = flood(gateway, 60);
    // Seven of eight: the eighth is for somebody else.
    await expect.poll(() => upstream.calls.length, PATIENCE).toBe(7);
    const first = other('first');
    await expect.poll(() => upstream.calls.length, PATIENCE).toBe(8);

    // The queue is full, and these take places in it from the one that has most.
    const next = [other('next'), other('next-but-one')];
    await expect.poll(() => settled.length, PATIENCE).toBe(60 - 7 - 16 + 2);
    // They take turns with it, so that three that end make room for both.
    for (const release of releases.slice(0, 3)) release();
    await expect.poll(() => upstream.calls.length, PATIENCE).toBe(11);
    const users = await database.query<{ id: string }>(
      `SELECT external_id AS id FROM end_user WHERE external_id LIKE 'next%' ORDER BY id`,
    );
    expect(users.map(({ id }) => id)).toEqual(['next', 'next-but-one']);

    upstream.reset();
    for (const release of releases) release();
    for (const answer of [await first, ...(await Promise.all(next))])
      expect(resultOf(answer)).toEqual(ISSUED);
    await answers;
    const results = settled.map(resultOf);
    // 7 at once, 16 in the queue less the two places that were given up.
    expect(results.filter(({ __typename }) => __typename === ISSUED.__typename)).toHaveLength(21);
    expect(results.filter(({ session }) => session === null)).toHaveLength(39);
  });
});

describe('by default', () => {
  const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));

  test('a burst for one user is served as a whole', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => gateway.ask(CREATE, inputOf('eager'))),
    );
    for (const answer of answers) expect(resultOf(answer)).toEqual(ISSUED);
  });
});
