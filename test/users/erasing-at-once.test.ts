import { expect, test } from 'vitest';
import { ISSUE, unknownId } from '../support/ask.ts';
import { dumpOf } from '../support/dump.ts';
import { useDatabase, useIdentityProvider, useReplicas } from '../support/fixture.ts';
import { idOf } from '../support/ids.ts';
import { findingsWhenSealed } from '../support/trail.ts';
import { RESPONSE } from '../support/usage.ts';

// Everything that writes about a person, on three gateways, while it is erased again and again.

const ROUNDS = 25;
const NAME = 'zoe.quint';
const INPUT = { labels: [{ key: 'note', value: 'of quint' }], instructions: 'about quint' };
const mutation = (field: string) =>
  `mutation M($input: ${field.charAt(0).toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { __typename } }`;

const database = useDatabase();
const identity = useIdentityProvider();
const replicas = useReplicas(database, () => identity.env);

test('nothing of it is left, nobody waits for ever, and the trail is as it was sealed', async () => {
  const token = await identity.sign({ sub: NAME });
  const asPerson = { authorization: `Bearer ${token}`, 'user-agent': 'quint-phone' };
  let session = unknownId('RealtimeSession');
  let user = unknownId('User');
  const unexpected: unknown[] = [];
  const ask = async (query: string, input: object, headers?: Record<string, string>) => {
    const { body } = await replicas.ask(query, { input }, headers);
    const errors: { extensions: { code: string } }[] = body.errors ?? [];
    unexpected.push(...errors.filter(({ extensions }) => extensions.code !== 'FORBIDDEN'));
    const issued = body.data?.createRealtimeSession?.session;
    if (issued != null) [session, user] = [issued.id, issued.user.id];
  };
  const usage = () => ({ ...RESPONSE, about: 'quint' });
  const writers: (() => Promise<void>)[] = [
    () => ask(ISSUE, { ...INPUT, externalUserId: NAME, idempotencyKey: `quint ${Math.random()}` }),
    () => ask(ISSUE, INPUT, asPerson),
    () => ask(mutation('revokeRealtimeSession'), { id: session, reason: 'quint' }),
    () => ask(mutation('revokeRealtimeSession'), { id: session, reason: 'quint' }, asPerson),
    () =>
      ask(mutation('reportUsage'), { sessionId: session, responseId: `r${Math.random()}`, usage: usage() }),
    () => ask(mutation('createApplication'), { name: 'refused' }, asPerson),
    () => ask(mutation('suspendUser'), { id: user, reason: 'quint' }),
    () => ask(mutation('reinstateUser'), { id: user }),
    () => ask(mutation('setPolicy'), { userId: user, maxTtlSeconds: 600 }),
    () => ask(mutation('eraseUser'), { id: user }),
    () => ask(mutation('eraseUser'), { id: user }),
  ];
  await Promise.all(
    writers.map(async (write) => {
      for (let round = 0; round < ROUNDS; round += 1) await write();
    }),
  );
  // Whoever came with that name after the last erasure is somebody new.
  const people = await database.query<{ id: string }>('SELECT id FROM end_user');
  for (const { id } of people) await ask(mutation('eraseUser'), { id: idOf('User', id) });

  expect(unexpected).toEqual([]);
  expect((await dumpOf(database)).split('\n').filter((row) => row.includes('quint'))).toEqual([]);
  expect(people.length).toBeGreaterThan(1);
  expect(await findingsWhenSealed(database)).toEqual([]);
  expect(
    await database.query(
      'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
    ),
  ).toEqual([{ deadlocks: 0 }]);
});
