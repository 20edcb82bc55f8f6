import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { issue, reinstateUser, suspendUser } from '../support/ask.ts';
import { createApplication, createKey, revokeKey } from '../support/callers.ts';
import {
  askForStream,
  type EventStream,
  errorsOfStream,
  eventsOf,
  openStream,
} from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { useDatabase, useGateway, useIdentityProvider } from '../support/fixture.ts';

// What a subscriber of one gateway still gets after another gateway has revoked its access.

const database = useDatabase();
const identity = useIdentityProvider();
const MAX_STREAMS_PER_CALLER = 8;
const gateway = useGateway(database, () => ({
  ...identity.env,
  GATEHOUSE_MAX_STREAMS_PER_CALLER: String(MAX_STREAMS_PER_CALLER),
}));
const other = useGateway(database, () => identity.env);
let applicationId: string;
const open: EventStream[] = [];

beforeAll(async () => {
  applicationId = (await createApplication(gateway, 'shop')).application.id;
});

afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

async function watch(credential: string, after?: string): Promise<EventStream> {
  const stream = await openStream(gateway.url, { credential, variables: { after } });
  open.push(stream);
  return stream;
}

const createReader = () =>
  createKey(gateway, applicationId, { scopes: ['SESSIONS_READ'], reach: 'EVERYTHING' });

/** Expects a stream to end for good, with an error of this code. @returns the sessions of the events before it */
async function sessionsBeforeEnd(stream: EventStream, code: string) {
  expect(await stream.ended()).toBe('complete');
  const results = stream.arrived.filter(({ kind }) => kind === 'next').map(({ result }) => result);
  expect(results.at(-1)).toMatchObject({ errors: [{ extensions: { code } }] });
  expect(results.at(-1).data ?? null).toBeNull();
  return eventsOf(results.slice(0, -1)).map(({ session }) => session.id);
}

describe('a key that is revoked', () => {
  test('gets nothing that happens afterwards, and its streams end; others go on', async () => {
    const key = await createReader();
    const stays = await watch((await createReader()).value);
    const streams = [await watch(key.value), await watch(key.value)];
    const before = (await issue(other, { externalUserId: 'alice' })).session.id;
    await Promise.all([stays, ...streams].map((stream) => stream.next()));
    await revokeKey(other, key.id);
    const after = (await issue(other, { externalUserId: 'alice' })).session.id;
    for (const stream of streams)
      expect(await sessionsBeforeEnd(stream, 'UNAUTHENTICATED')).toEqual([before]);
    expect(eventsOf([await stays.next()])).toMatchObject([{ session: { id: after } }]);
    const refused = await eventually(async () => {
      const answer = await askForStream(gateway.url, { credential: key.value }).catch(() => null);
      return answer ?? undefined;
    });
    expect(refused.status).toBe(401);
  });

  test('gets nothing that happened afterwards when it reads a backlog, while the gateway still takes it for valid', async () => {
    const stays = await watch((await createReader()).value);
    const change = async () => {
      await issue(other, { externalUserId: 'bob' });
      const [event] = eventsOf([await stays.next()]);
      return event;
    };
    let opened = 0;
    // The gateway may know already that the key is revoked: then it refuses the stream, and we try again.
    for (let attempt = 0; attempt < 10 && opened < 2; attempt += 1) {
      const key = await createReader();
      (await watch(key.value)).close();
      const [mark, before] = [await change(), await change()];
      await revokeKey(other, key.id);
      // Once others have got this event, whoever subscribes now reads it from the trail.
      await change();
      const stream = await watch(key.value, mark.id).catch(() => null);
      if (stream === null) continue;
      opened += 1;
      const sessions = await sessionsBeforeEnd(stream, 'UNAUTHENTICATED');
      expect([[], [before.session.id]]).toContainEqual(sessions);
    }
    expect(opened).toBeGreaterThan(0);
  });
});

test('one user has so many streams at a time, whatever tokens it comes with, and others have theirs', async () => {
  const streams: EventStream[] = [];
  for (let index = 0; index < MAX_STREAMS_PER_CALLER; index += 1)
    streams.push(await watch(await identity.sign({ sub: 'greedy', jti: String(index) })));
  const credential = await identity.sign({ sub: 'greedy' });
  const refused = await askForStream(gateway.url, { credential });
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '5']);
  await watch(await identity.sign({ sub: 'modest' }));

  streams[0]?.close();
  await eventually(async () => (await watch(credential).catch(() => null)) ?? undefined);
  expect((await askForStream(gateway.url, { credential })).status).toBe(429);
});

test('a token that expires ends its stream, even if nothing happens', async () => {
  const exp = Math.floor(Date.now() / 1000) + 2;
  const credential = await identity.sign({ sub: 'carol', exp });
  const stream = await watch(credential);
  expect(await sessionsBeforeEnd(stream, 'UNAUTHENTICATED')).toEqual([]);
  const endedAt = stream.arrived.at(-1)?.at ?? 0;
  expect(endedAt).toBeGreaterThanOrEqual(exp * 1000);
  expect(endedAt).toBeLessThan(exp * 1000 + 1500);
  expect((await askForStream(gateway.url, { credential })).status).toBe(401);
});

describe('a user who is suspended', () => {
  test('gets nothing that happens afterwards, and may not subscribe until reinstated', async () => {
    const credential = await identity.sign({ sub: 'dave' });
    const before = (await issue(other, { externalUserId: 'dave' })).session.id;
    const during = await issue(other, { externalUserId: 'dave' });
    const stream = await watch(credential);
    const { user } = await suspendUser(other, { externalUserId: 'dave' });
    // A revocation is an event that sessions of a suspended user can still have.
    await other.ask('mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id }) { __typename } }', {
      id: during.session.id,
    });
    const sessions = await sessionsBeforeEnd(stream, 'FORBIDDEN');
    expect(sessions.filter((id) => id !== before && id !== during.session.id)).toEqual([]);
    const types = stream.arrived.flatMap(({ result }) => result?.data?.sessionEvents?.type ?? []);
    expect(types).not.toContain('REVOKED');

    for (const after of [
      undefined,
      Buffer.from('AuditEvent:01930000-0000-7000-8000-000000000007').toString('base64'),
    ]) {
      const errors = await errorsOfStream(gateway.url, { credential, variables: { after } });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }

    await reinstateUser(other, user.id);
    const again = await watch(credential);
    const afterwards = (await issue(other, { externalUserId: 'dave' })).session.id;
    expect(eventsOf([await again.next()])).toMatchObject([{ session: { id: afterwards } }]);
    // Nobody was subscribed in between, so the trail is read again from before the suspension. That must not end this one.
    await expect(again.ended(1500)).rejects.toThrow('expected the end within');
  });
});
