import { beforeEach, describe, expect, test } from 'vitest';
import {
  issue,
  passTime,
  readSession,
  readUser,
  reinstateUser,
  revokeSession,
  suspendUser,
  trailOf,
  unknownId,
} from '../support/ask.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';

const SUCCESS = 'CreateRealtimeSessionSuccess';
const NOT_FOUND = { __typename: 'NotFoundError', message: expect.any(String) };

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));

beforeEach(() => upstream.reset());

describe('suspendUser', () => {
  test('stops issuing until the user is reinstated; both are idempotent and audited once', async () => {
    const externalUserId = 'suspended';
    const { session } = await issue(gateway, { externalUserId });
    const suspended = await suspendUser(gateway, { id: session.user.id, reason: 'lost phone' });
    expect(suspended).toEqual({
      __typename: 'UserSuccess',
      user: { id: session.user.id, externalId: externalUserId, suspendedAt: expect.any(String) },
    });
    expect(await suspendUser(gateway, { externalUserId, reason: 'again' })).toEqual(suspended);
    expect(await issue(gateway, { externalUserId })).toEqual({
      __typename: 'UserSuspendedError',
      message: expect.any(String),
      suspendedAt: suspended.user.suspendedAt,
    });
    expect(upstream.calls).toHaveLength(1);
    // What was handed out lives on.
    expect(await readSession(gateway, session.id)).toMatchObject({ status: 'ACTIVE' });

    const reinstated = await reinstateUser(gateway, session.user.id);
    expect(reinstated).toEqual({ ...suspended, user: { ...suspended.user, suspendedAt: null } });
    expect(await reinstateUser(gateway, session.user.id)).toEqual(reinstated);
    expect(await issue(gateway, { externalUserId })).toMatchObject({ __typename: SUCCESS });

    const trail = await trailOf(database, externalUserId);
    const by = { outcome: 'SUCCEEDED', session_id: null, actor_kind: 'OPERATOR', actor_name: 'root' };
    expect(trail.filter(({ action }) => action.startsWith('user.'))).toEqual([
      { ...by, action: 'user.suspended', detail: { reason: 'lost phone' } },
      { ...by, action: 'user.reinstated', detail: { reason: null } },
    ]);
    expect(trail.find(({ action }) => action === 'session.denied')).toMatchObject({
      outcome: 'DENIED',
      session_id: null,
      detail: { reason: 'suspended' },
    });
  });

  test('also stops somebody who has never asked for anything', async () => {
    const externalUserId = 'not yet there';
    expect(await readUser(gateway, externalUserId)).toBeNull();
    const { user } = await suspendUser(gateway, { externalUserId });
    expect(await readUser(gateway, externalUserId)).toMatchObject(user);
    expect(await issue(gateway, { externalUserId })).toMatchObject({
      __typename: 'UserSuspendedError',
      suspendedAt: user.suspendedAt,
    });
  });

  test.each([
    ['nobody', unknownId('User')],
    ['something else', unknownId('Application')],
    ['what is no id', 'what?'],
  ])('does not find %s', async (_, unknown) => {
    expect(await suspendUser(gateway, { id: unknown })).toEqual(NOT_FOUND);
    expect(await reinstateUser(gateway, unknown)).toEqual(NOT_FOUND);
  });

  test.each<[string, object, string[]]>([
    ['neither', {}, ['id']],
    ['both', { id: unknownId('User'), externalUserId: 'x' }, ['id']],
    ['an empty identifier', { externalUserId: '' }, ['externalUserId']],
    ['a reason without end', { externalUserId: 'x', reason: 'r'.repeat(1001) }, ['reason']],
  ])('refuses %s', async (_, input, path) => {
    expect(await suspendUser(gateway, { ...input })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path }],
    });
    expect(await readUser(gateway, 'x')).toBeNull();
  });

  test('while a session is being issued: its secret is dropped', async () => {
    const externalUserId = 'suspended meanwhile';
    const held = await hold({ externalUserId });
    await suspendUser(gateway, { externalUserId });
    expectWithdrawn(await held.release());
    await expectNoTraceOfTheSecret();
  });

  test('while a session is being issued, and reinstated again: it is issued', async () => {
    const externalUserId = 'suspended for a moment';
    const held = await hold({ externalUserId });
    const { user } = await suspendUser(gateway, { externalUserId });
    await reinstateUser(gateway, user.id);
    expect(await held.release()).toMatchObject({ __typename: SUCCESS });
  });
});

describe('revokeRealtimeSession', () => {
  test('withdraws an active session in the books, once', async () => {
    const { session } = await issue(gateway, { externalUserId: 'revoked' });
    const answer = await revokeSession(gateway, { id: session.id, reason: 'leaked' });
    expect(answer).toMatchObject({
      __typename: 'RevokeRealtimeSessionSuccess',
      session: {
        ...{ id: session.id, status: 'REVOKED', revokedAt: expect.any(String), failure: null },
        // Upstream takes nothing back: what is out there can run as long as before.
        ...{
          exposedUntil: session.exposedUntil,
          clientSecret: session.clientSecret,
          issuedAt: session.issuedAt,
        },
      },
    });
    expect(Math.abs(Date.parse(answer.session.revokedAt) - Date.now())).toBeLessThan(10_000);
    expect(await revokeSession(gateway, { id: session.id, reason: 'again' })).toEqual(answer);

    const { auditEvents, ...read } = await readSession(gateway, session.id);
    expect(read).toEqual(answer.session);
    expect(auditEvents.nodes.map(({ action }: { action: string }) => action)).toEqual([
      'session.revoked',
      'session.issued',
      'session.requested',
    ]);
    expect(auditEvents.nodes[0]).toEqual({
      action: 'session.revoked',
      outcome: 'SUCCEEDED',
      actor: { kind: 'OPERATOR', name: 'root' },
      detail: { reason: 'leaked' },
    });
    // Past its expiry it stays revoked.
    await database.query(`UPDATE realtime_session SET expires_at = now() WHERE revoked_at IS NOT NULL`);
    expect(await readSession(gateway, session.id)).toMatchObject({ status: 'REVOKED' });
  });

  test('ten at once leave one event', async () => {
    const { session } = await issue(gateway, { externalUserId: 'revoked by many' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => revokeSession(gateway, { id: session.id, reason: `${n}` })),
    );
    expect(new Set(answers.map((answer) => answer.session.revokedAt)).size).toBe(1);
    const trail = await trailOf(database, 'revoked by many');
    expect(trail.filter(({ action }) => action === 'session.revoked')).toHaveLength(1);
  });

  test('while it is being issued: its secret is dropped', async () => {
    const held = await hold({ externalUserId: 'revoked meanwhile', idempotencyKey: 'k' });
    const id = await held.sessionId();
    expect(await revokeSession(gateway, { id, reason: 'too late' })).toMatchObject({
      session: { id, status: 'PENDING', revokedAt: expect.any(String) },
    });
    const answer = await held.release();
    expectWithdrawn(answer);
    expect(answer.session).toMatchObject({ id, revokedAt: expect.any(String) });
    await expectNoTraceOfTheSecret();
    const trail = await trailOf(database, 'revoked meanwhile');
    expect(trail.map(({ action }) => action)).toEqual([
      'session.requested',
      'session.revoked',
      'session.unconfirmed',
    ]);
    // And so it is repeated.
    expect(await issue(gateway, { externalUserId: 'revoked meanwhile', idempotencyKey: 'k' })).toEqual(
      answer,
    );
  });

  test('changes nothing of one that has ended', async () => {
    const externalUserId = 'ended';
    const { session: expired } = await issue(gateway, { externalUserId, expiresAfterSeconds: 10 });
    await passTime(database, externalUserId, '11 seconds');
    const ended = [await currentIdOf(externalUserId)];
    expect(expired.status).toBe('ACTIVE');
    upstream.next({ kind: 'answer', status: 400 });
    ended.push((await issue(gateway, { externalUserId })).session.id);
    upstream.next({ kind: 'reset' });
    ended.push((await issue(gateway, { externalUserId })).session.id);

    const statuses = ['EXPIRED', 'FAILED', 'UNCONFIRMED'];
    for (const [index, id] of ended.entries()) {
      const { auditEvents: before, ...unchanged } = await readSession(gateway, id);
      expect(unchanged).toMatchObject({ status: statuses[index], revokedAt: null });
      expect(await revokeSession(gateway, { id })).toEqual({
        __typename: 'RevokeRealtimeSessionSuccess',
        session: unchanged,
      });
      const { auditEvents: after, ...still } = await readSession(gateway, id);
      expect(still).toEqual(unchanged);
      expect(withoutExpiry(after)).toEqual(withoutExpiry(before));
    }
  });

  test.each([
    ['nothing', unknownId('RealtimeSession')],
    ['something else', unknownId('User')],
    ['what is no id', 'what?'],
  ])('does not find %s', async (_, unknown) => {
    expect(await revokeSession(gateway, { id: unknown })).toEqual(NOT_FOUND);
  });
});

/** The events but the one of the expiry, which a job may write at any time. */
function withoutExpiry({ nodes }: { nodes: readonly { action: string }[] }) {
  return nodes.filter(({ action }) => action !== 'session.expired');
}

async function currentIdOf(externalUserId: string): Promise<string> {
  const [row] = await database.query<{ id: string }>(
    `SELECT s.id FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id WHERE u.external_id = $1`,
    [externalUserId],
  );
  return idOf('RealtimeSession', row?.id);
}

/** A mint that upstream has received and does not answer before it is released. */
async function hold(input: { externalUserId: string; idempotencyKey?: string }) {
  const released = Promise.withResolvers<void>();
  const arrived = upstream.nextCall();
  upstream.next({ kind: 'hold', until: released.promise });
  const answer = issue(gateway, input);
  await arrived;
  return {
    sessionId: () => currentIdOf(input.externalUserId),
    release: () => {
      released.resolve();
      return answer;
    },
  };
}

function expectWithdrawn(answer: object): void {
  expect(answer).toMatchObject({
    __typename: 'UpstreamError',
    retryable: false,
    possiblyIssued: true,
    session: { status: 'UNCONFIRMED', clientSecret: null, failure: { code: 'withdrawn' } },
  });
}

/** The one secret that upstream made is in no answer, no row and no line of the log. */
async function expectNoTraceOfTheSecret(): Promise<void> {
  expect(upstream.minted).toHaveLength(1);
  const secret = upstream.minted[0]?.value ?? '';
  const rows = await database.query(
    `SELECT to_jsonb(s) AS row FROM realtime_session AS s UNION ALL SELECT to_jsonb(e) FROM audit_event AS e`,
  );
  expect(JSON.stringify(rows)).not.toContain(secret);
  expect(gateway.logLines.join('')).not.toContain(secret);
}
