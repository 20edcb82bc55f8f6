import { beforeEach, describe, expect, test, vi } from 'vitest';
import { purgeIdempotencyKeys } from '../../src/issuing/purge-idempotency-keys.job.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { ISSUE, issue, readUser, reinstateUser, setPolicy, suspendUser } from '../support/ask.ts';
import type { Behaviour } from '../support/fake-upstream.ts';
import { useDatabase, useReplicas, useUpstream } from '../support/fixture.ts';
import { ROOT_KEY, upstreamEnv } from '../support/gateway.ts';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useReplicas(database, () => upstreamEnv(upstream.baseUrl));

beforeEach(() => upstream.reset());

const ALREADY = 'SecretAlreadyIssuedError';
const SUCCESS = 'CreateRealtimeSessionSuccess';
const DIFFERENT = {
  __typename: 'IdempotencyConflictError',
  message: expect.any(String),
  reason: 'DIFFERENT_INPUT',
};
const IN_PROGRESS = { ...DIFFERENT, reason: 'IN_PROGRESS' };

test('a key mints once: repeating it tells of the session, and never again of the secret', async () => {
  const input = { externalUserId: 'alice', idempotencyKey: 'once', expiresAfterSeconds: 60 };
  const first = await issue(gateway, input);
  expect(first.__typename).toBe(SUCCESS);
  // Whichever replica is asked.
  for (const _ of [1, 2, 3]) {
    const repeated = await issue(gateway, input);
    expect(repeated).toEqual({
      __typename: ALREADY,
      message: expect.any(String),
      session: first.session,
    });
    expect(JSON.stringify(repeated)).not.toContain(first.clientSecret.value);
  }
  expect(upstream.calls).toHaveLength(1);
  expect(await sessionsOf('alice')).toHaveLength(1);
});

test('a key without a request before it is no promise: without one, each request mints', async () => {
  const answers = [
    await issue(gateway, { externalUserId: 'bea' }),
    await issue(gateway, { externalUserId: 'bea' }),
  ];
  expect(answers.map(({ __typename }) => __typename)).toEqual([SUCCESS, SUCCESS]);
  expect(upstream.calls).toHaveLength(2);
});

describe('fifty requests with one key at once, half of whose clients go away', () => {
  test.each([
    ['the one that mints among them', true],
    ['the one that mints not among them', false],
    ['the one that mints among them, again', true],
    ['the one that mints not among them, again', false],
  ])('%s', async (name, winnerLeaves) => {
    const externalUserId = name;
    const input = { externalUserId, idempotencyKey: 'fifty' };
    const left = Promise.withResolvers<void>();
    const arrived = upstream.nextCall();
    upstream.always({ kind: 'hold', until: left.promise });
    const clients = Array.from({ length: 50 }, (_, index) => ({
      name: `client-${index}`,
      connection: new AbortController(),
    }));
    const answers = clients.map((client) => send(input, client).catch(() => null));

    await arrived;
    // Reserved before upstream is asked, by one of them.
    const [requested] = await requestsOf(externalUserId);
    const winner = clients.find((client) => client.name === requested?.user_agent);
    const others = clients.filter((client) => client !== winner);
    for (const { connection } of others.slice(0, winnerLeaves ? 24 : 25)) connection.abort();
    if (winnerLeaves) winner?.connection.abort();
    left.resolve();

    const told = (await Promise.all(answers)).filter((answer) => answer !== null);
    await expect
      .poll(() => sessionsOf(externalUserId))
      .toEqual([{ id: expect.any(String), outcome: 'ISSUED' }]);
    expect(upstream.calls).toHaveLength(1);
    expect(await requestsOf(externalUserId)).toHaveLength(1);
    expect(told.length).toBeGreaterThanOrEqual(25);

    const successes = told.filter(({ __typename }) => __typename === SUCCESS);
    expect(successes.map(({ clientSecret }) => clientSecret.value)).toEqual(
      winnerLeaves ? [] : [upstream.minted[0]?.value],
    );
    const after = await issue(gateway, input);
    expect(after.__typename).toBe(ALREADY);
    for (const answer of told) expectConsistent(answer, after.session.id);
    expect(upstream.calls).toHaveLength(1);
  });
});

/** In progress, or of the one session. */
function expectConsistent(
  { session, ...answer }: { __typename: string; session?: { id: string } },
  sessionId: string,
): void {
  if (session === undefined) {
    expect(answer).toEqual(IN_PROGRESS);
  } else {
    expect([SUCCESS, ALREADY]).toContain(answer.__typename);
    expect(session.id).toBe(sessionId);
  }
}

const refusal = (code: string) => ({ error: { message: 'no', type: 'x', code, param: null } });

describe('the first outcome is repeated as it was', () => {
  test.each<[string, Behaviour, object]>([
    [
      'refused',
      { kind: 'answer', status: 400, body: refusal('bad') },
      { status: 'FAILED', retryable: false },
    ],
    ['unauthorised', { kind: 'answer', status: 401 }, { status: 'FAILED', retryable: false }],
    [
      'rate limited',
      { kind: 'answer', status: 429, body: refusal('rate_limit_exceeded') },
      { status: 'FAILED', retryable: true },
    ],
    [
      'out of quota',
      { kind: 'answer', status: 429, body: refusal('insufficient_quota') },
      { status: 'FAILED', retryable: false },
    ],
    ['unavailable', { kind: 'answer', status: 503 }, { status: 'FAILED', retryable: true }],
    ['an error', { kind: 'answer', status: 500 }, { status: 'UNCONFIRMED', retryable: true }],
    ['cut off', { kind: 'resetInBody' }, { status: 'UNCONFIRMED', retryable: true }],
    ['no JSON', { kind: 'html' }, { status: 'UNCONFIRMED', retryable: true }],
  ])('%s', async (name, behaviour, { status, retryable }: { status?: string; retryable?: boolean }) => {
    const input = { externalUserId: `outcome ${name}`, idempotencyKey: 'k' };
    upstream.next(behaviour);
    const first = await issue(gateway, input);
    expect(first).toMatchObject({
      __typename: 'UpstreamError',
      retryable,
      possiblyIssued: status === 'UNCONFIRMED',
      session: { status },
    });
    expect(await issue(gateway, input)).toEqual(first);
    expect(await issue(gateway, input)).toEqual(first);
    expect(upstream.calls).toHaveLength(1);
  });

  test('also when the user was suspended, or its quota used up, since', async () => {
    const input = { externalUserId: 'erin', idempotencyKey: 'k' };
    const { session } = await issue(gateway, input);
    await setPolicy(gateway, { externalUserId: 'erin', maxMintsPerDay: 0, allowedModels: [] });
    await suspendUser(gateway, { externalUserId: 'erin' });
    expect(await issue(gateway, input)).toMatchObject({
      __typename: ALREADY,
      session: { id: session.id },
    });
  });
});

describe('refusals before anything is reserved are not remembered', () => {
  const cases: [string, (user: string) => Promise<unknown>, string, (user: string) => Promise<unknown>][] = [
    [
      'a quota',
      (externalUserId) => setPolicy(gateway, { externalUserId, maxMintsPerDay: 0 }),
      'QuotaExceededError',
      (externalUserId) => setPolicy(gateway, { externalUserId, maxMintsPerDay: null }),
    ],
    [
      'a policy',
      (externalUserId) => setPolicy(gateway, { externalUserId, allowedModels: [] }),
      'PolicyViolationError',
      (externalUserId) => setPolicy(gateway, { externalUserId, allowedModels: null }),
    ],
    [
      'a suspension',
      (externalUserId) => suspendUser(gateway, { externalUserId }),
      'UserSuspendedError',
      async (externalUserId) => reinstateUser(gateway, (await readUser(gateway, externalUserId)).id),
    ],
  ];

  test.each(cases)('%s', async (name, forbid, refused, allow) => {
    const input = { externalUserId: `not remembered: ${name}`, idempotencyKey: 'k' };
    await forbid(input.externalUserId);
    expect(await issue(gateway, input)).toMatchObject({ __typename: refused });
    expect(await issue(gateway, input)).toMatchObject({ __typename: refused });
    await allow(input.externalUserId);
    // Not even the input is: the key is as good as new.
    expect(await issue(gateway, { ...input, instructions: 'Be brief.' })).toMatchObject({
      __typename: SUCCESS,
    });
    expect(upstream.calls).toHaveLength(1);
  });

  test('an input that cannot be used', async () => {
    const input = { externalUserId: 'frank', idempotencyKey: 'k' };
    expect(await issue(gateway, { ...input, temperature: 0.8 })).toMatchObject({
      __typename: 'InvalidInputError',
    });
    expect(await issue(gateway, input)).toMatchObject({ __typename: SUCCESS });
  });
});

test('is in progress while upstream is asked, and unconfirmed once the deadline has passed', async () => {
  const input = { externalUserId: 'gina', idempotencyKey: 'k' };
  const released = Promise.withResolvers<void>();
  const arrived = upstream.nextCall();
  upstream.next({ kind: 'hold', until: released.promise });
  const first = issue(gateway, input);
  await arrived;
  expect(await issue(gateway, input)).toEqual(IN_PROGRESS);
  expect(await issue(gateway, { ...input, voice: 'marin' })).toEqual(DIFFERENT);

  await database.query(
    `UPDATE realtime_session SET deadline = now() WHERE user_id = (SELECT id FROM end_user WHERE external_id = 'gina')`,
  );
  const unconfirmed = {
    __typename: 'UpstreamError',
    retryable: true,
    possiblyIssued: true,
    session: { status: 'UNCONFIRMED', failure: { code: 'not_settled' } },
  };
  const repeated = await issue(gateway, input);
  expect(repeated).toMatchObject(unconfirmed);

  released.resolve();
  const answer = await first;
  expect(answer).toMatchObject({ __typename: 'UpstreamError', possiblyIssued: true });
  expect(answer.session.id).toBe(repeated.session.id);
  expect(await issue(gateway, input)).toMatchObject(unconfirmed);
  expect(upstream.calls).toHaveLength(1);
});

test('keys are forgotten after 25 hours, in short batches, and then mint anew', async () => {
  const pool = createPool({ url: database.url, size: 1, timeoutMs: 10_000, onError: () => {} });
  const input = { externalUserId: 'ines', idempotencyKey: 'k' };
  const age = (interval: string) =>
    database.query(
      `UPDATE idempotency_key SET created_at = now() - $1::interval WHERE user_id =
      (SELECT id FROM end_user WHERE external_id = 'ines')`,
      [interval],
    );
  try {
    const first = await issue(gateway, input);
    await age('24 hours 59 minutes');
    await purgeIdempotencyKeys(pool);
    expect(await issue(gateway, input)).toMatchObject({ __typename: ALREADY });

    await age('25 hours 1 second');
    await database.query(
      `INSERT INTO idempotency_key
       SELECT gen_random_uuid(), 'operator:root', 'old', 'hash', 'key', gen_random_uuid(), now() - interval '26 hours'
       FROM generate_series(1, 2499)`,
    );
    const query = vi.spyOn(pool, 'query');
    await purgeIdempotencyKeys(pool);
    // A thousand each; the last one finds fewer.
    expect(query).toHaveBeenCalledTimes(3);
    expect(
      await database.query(`SELECT FROM idempotency_key WHERE created_at < now() - interval '25 hours'`),
    ).toEqual([]);
    expect((await database.query('SELECT FROM idempotency_key')).length).toBeGreaterThan(0);

    const second = await issue(gateway, input);
    expect(second.__typename).toBe(SUCCESS);
    expect(second.session.id).not.toBe(first.session.id);
    expect(await issue(gateway, input)).toMatchObject({
      __typename: ALREADY,
      session: { id: second.session.id },
    });
  } finally {
    await pool.end();
  }
});

function sessionsOf(externalUserId: string) {
  return database.query<{ id: string; outcome: string | null }>(
    `SELECT s.id, s.outcome FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id WHERE u.external_id = $1`,
    [externalUserId],
  );
}

function requestsOf(externalUserId: string) {
  return database.query<{ user_agent: string }>(
    `SELECT user_agent FROM audit_event AS e JOIN end_user AS u ON u.id = e.user_id
     WHERE u.external_id = $1 AND action = 'session.requested'`,
    [externalUserId],
  );
}

/** Asks over a connection of its own, which can be cut, under a name that the trail will have. */
async function send(input: object, client: { name: string; connection: AbortController }) {
  const response = await fetch(gateway.nextUrl(), {
    method: 'POST',
    signal: client.connection.signal,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${ROOT_KEY}`,
      'user-agent': client.name,
    },
    body: JSON.stringify({ query: ISSUE, variables: { input } }),
  });
  const { data } = JSON.parse(await response.text());
  return data.createRealtimeSession;
}
