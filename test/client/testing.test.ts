import { describe, expect, test } from 'vitest';
import { type Gatehouse, type RealtimeSession, secretOf } from '../../client/src/index.ts';
import { createFakeGateway } from '../../client/src/testing.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { clientOf } from './fixture.ts';

const database = useDatabase();
const gateway = useGateway(database);

/** What an app does, and what it sees of it. */
async function useGatehouse(gatehouse: Gatehouse): Promise<unknown[]> {
  const seen: unknown[] = [];
  const filter = { externalUserId: 'alice' };
  const after = await gatehouse.eventsPosition();
  const input = { externalUserId: 'alice', instructions: 'Be brief.', labels: [{ key: 'team', value: 'a' }] };
  const first = await gatehouse.createSession(input, { idempotencyKey: 'one' });
  seen.push(first.__typename, secretOf(first).reveal().startsWith('ek_'));
  seen.push((await gatehouse.createSession(input, { idempotencyKey: 'one' })).__typename);
  const other = { ...input, instructions: 'Be long.' };
  seen.push((await gatehouse.createSession(other, { idempotencyKey: 'one' })).__typename);
  seen.push((await gatehouse.createSession({})).__typename);
  await gatehouse.createSession(other);
  for await (const page of gatehouse.sessions({ filter, pageSize: 1 }).pages()) {
    seen.push(page.map(({ status, labels, user }) => [status, labels, user.externalId]));
  }
  const listed: RealtimeSession[] = [];
  for await (const session of gatehouse.sessions({ filter })) listed.push(session);
  const [newest, oldest] = listed;
  if (newest === undefined || oldest === undefined) throw new Error('two sessions were made');
  const usage = { total_tokens: 3, input_tokens: 1, output_tokens: 2 };
  const report = { sessionId: oldest.id, responseId: 'resp_1', usage };
  seen.push(await gatehouse.reportUsage(report), await gatehouse.reportUsage(report));
  const revoked = await gatehouse.revokeSession({ id: newest.id });
  seen.push(revoked.__typename === 'RevokeRealtimeSessionSuccess' && revoked.session.status);
  seen.push((await gatehouse.revokeSession({ id: 'unknown' })).__typename);
  seen.push((await gatehouse.session(oldest.id))?.instructions, await gatehouse.session('unknown'));
  for await (const { type, session } of gatehouse.watchSessions({ filter, after })) {
    seen.push([type, session.id === newest.id]);
    if (type === 'REVOKED') break;
  }
  return seen;
}

test('the fake answers an app what a gateway answers', async () => {
  const real = await useGatehouse(clientOf(gateway));
  expect(real).toContain('CreateRealtimeSessionSuccess');
  expect(await useGatehouse(createFakeGateway().gatehouse)).toEqual(real);
});

describe('the fake', () => {
  test('refuses what is over the limit, and has room again when a secret expires', async () => {
    const fake = createFakeGateway();
    fake.limit('bob', 1);
    await fake.gatehouse.createSession({ externalUserId: 'bob' });
    const refused = await fake.gatehouse.createSession({ externalUserId: 'bob' });
    expect(refused).toMatchObject({ __typename: 'QuotaExceededError', limit: 1, used: 1 });
    fake.expire(fake.sessions()[0]?.id ?? '');
    const minted = await fake.gatehouse.createSession({ externalUserId: 'bob' });
    expect(minted.__typename).toBe('CreateRealtimeSessionSuccess');
  });

  test('fails and refuses as it is told', async () => {
    const fake = createFakeGateway();
    fake.fail('network', { status: 503 });
    fake.refuse({
      __typename: 'UserSuspendedError',
      message: 'Suspended.',
      suspendedAt: '2026-01-01T00:00:00Z',
    });
    const refused = await fake.gatehouse.createSession({ externalUserId: 'carol' });
    expect(refused.__typename).toBe('UserSuspendedError');
    fake.fail({ status: 403, code: 'FORBIDDEN' });
    await expect(fake.gatehouse.viewer()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await fake.gatehouse.viewer()).kind).toBe('APPLICATION');
    expect(fake.sessions()).toEqual([]);
  });

  test('breaks streams, which go on', async () => {
    const fake = createFakeGateway();
    const types: string[] = [];
    const watched = (async () => {
      for await (const { type } of fake.gatehouse.watchSessions()) {
        types.push(type);
        if (types.length === 2) return;
      }
    })();
    await expect.poll(() => fake.streams()).toBe(1);
    await fake.gatehouse.createSession({ externalUserId: 'dora' });
    fake.breakStreams();
    fake.expire(fake.sessions()[0]?.id ?? '');
    await watched;
    expect(types).toEqual(['ISSUED', 'EXPIRED']);
    expect(fake.streams()).toBe(0);
  });

  test('says which answer it lacks, and takes one', async () => {
    await expect(createFakeGateway().gatehouse.applications()).rejects.toThrow('Applications');
    const fake = createFakeGateway({
      answers: {
        Applications: () => ({ applications: [] }),
        RevokeApiKey: ({ input }: { input: { id: string } }) => ({
          revokeApiKey: { __typename: 'NotFoundError', message: `There is no key ${input.id}.` },
        }),
      },
    });
    expect(await fake.gatehouse.applications()).toEqual([]);
    expect(await fake.gatehouse.revokeApiKey('key-1')).toEqual({
      __typename: 'NotFoundError',
      message: 'There is no key key-1.',
    });
  });
});
