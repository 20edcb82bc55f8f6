import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { revokeSession, setPolicy, suspendUser, trailOf } from '../support/ask.ts';
import { issueBrokered } from '../support/brokered.ts';
import { callIdOf, callOf, callsEnv, callUser, OFFER, sendOffer, useFakeCalls } from '../support/calls.ts';
import { dumpOf } from '../support/dump.ts';
import { eventually } from '../support/eventually.ts';
import { CANARY, type FakeCall } from '../support/fake-call.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { uuidOf } from '../support/ids.ts';

const READ = /* GraphQL */ `
  query Read($id: ID!) {
    realtimeSession(id: $id) { id instructions upstreamConfig auditEvents(first: 100) { nodes { action detail userAgent } } }
  }
`;
const END = /* GraphQL */ `
  mutation End($input: EndRealtimeCallInput!) { endRealtimeCall(input: $input) { __typename } }
`;

const OLD_KEY = 'sk-key-that-was-replaced';

const database = useDatabase();
const fake = useFakeCalls();
const gateway = useGateway(database, () => ({
  ...callsEnv(fake.url),
  LOG_LEVEL: 'trace',
  // Calls of a gateway that has not got the new one yet.
  OPENAI_PREVIOUS_API_KEY: OLD_KEY,
  GATEHOUSE_PROVIDER: '',
  GATEHOUSE_PROVIDERS: 'openai,openai-live',
}));

// The shortest that can be asked for take longer than a test may.
beforeAll(async () => {
  await database.query('ALTER TABLE realtime_session DISABLE TRIGGER realtime_session_check');
});
afterEach(() => fake.reset());

describe('within a second of its cause, a call is hung up:', () => {
  test.each([
    ['its session is revoked', 'REVOKED', (id: string) => revokeSession(gateway, { id })],
    ['its user is suspended', 'SUSPENDED', () => suspendUser(gateway, { externalUserId: 'SUSPENDED' })],
    ['somebody ends it', 'OPERATOR', (id: string) => gateway.ask(END, { input: { id: callIdOf(id) } })],
    [
      'its budget is used up',
      'BUDGET',
      async () => {
        await setPolicy(gateway, { externalUserId: 'BUDGET', monthlyBudgetUsd: '0.001' });
        liveCall().respond();
      },
    ],
  ] as const)('%s', async (_, reason, cause) => {
    const { sessionId } = await callUser(gateway, { externalUserId: reason });
    const call = liveCall();
    await cause(sessionId);
    await expectHungUp(call, sessionId, reason, performance.now());
  });

  test('its deadline is there, also for who speaks', async () => {
    const { call, sessionId } = await callWithin({ max_call_seconds: 1 }, 'dora');
    const openedAt = performance.now();
    call.speak();
    await expectHungUp(call, sessionId, 'DEADLINE', openedAt + 1000);
    expect(performance.now() - openedAt).toBeGreaterThan(900);
  });

  test('nobody speaks', async () => {
    const { call, sessionId } = await callWithin({ idle_seconds: 2 }, 'ida');
    await new Promise((resolve) => setTimeout(resolve, 700));
    const spokeAt = performance.now();
    call.speak();
    await expectHungUp(call, sessionId, 'IDLE', spokeAt + 2000);
    expect(performance.now() - spokeAt).toBeGreaterThan(1900);
  });

  test('the ledger alone says that it is due', async () => {
    const { sessionId } = await callUser(gateway, { externalUserId: 'lee' });
    const call = liveCall();
    await database.query(`UPDATE realtime_call SET deadline_at = now() WHERE session_id = $1`, [
      uuidOf(sessionId),
    ]);
    // It is looked at once a second.
    await expectHungUp(call, sessionId, 'DEADLINE', performance.now() + 1000);
  });
});

test('what the provider tells more than once, late or in another order is recorded once', async () => {
  const { sessionId } = await callUser(gateway, { externalUserId: 'mia' });
  const call = liveCall();
  const id = call.respond({ times: 3 });
  call.respond({ outOfOrder: true });
  call.transcribe();
  call.drop(1006);
  await eventually(async () => (call.sideChannels.length === 1 && call.attaches === 2 ? true : undefined));
  call.respond({ id, times: 2 });
  call.respond();
  const { responses: reported, total_tokens, seconds } = fake.usage();
  expect(reported).toBe(3);
  const usage = await eventually(async () => {
    const read = (await callOf(gateway, callIdOf(sessionId))).usage;
    return read.responses === 4 ? read : undefined;
  });
  expect(usage).toMatchObject({ totalTokens: total_tokens, transcriptionSeconds: seconds });
  await gateway.ask(END, { input: { id: callIdOf(sessionId) } });
  await expectEnd(sessionId, 'OPERATOR');
  const metered = (await trailOf(database, 'mia')).filter(({ action }) => action === 'usage.reported');
  expect(metered.map(({ detail }) => detail['source'])).toEqual(Array(4).fill('PROVIDER'));
});

test('the seconds that a whole call is billed for are recorded as one use, the most that was told', async () => {
  const { sessionId } = await callUser(gateway, {
    externalUserId: 'lisa',
    provider: 'openai-live',
    model: 'gpt-live-1',
    extra: { client: { data_channel: { allowed_server_events: 'all' } } },
  });
  const call = liveCall();
  // What is not asked for stays shut.
  const data_channel = { allowed_client_events: [], allowed_server_events: 'all' };
  expect(call.session['client']).toEqual({ data_channel });
  call.bill(60);
  call.drop(1006);
  // What comes first is what every session is billed for at least.
  await eventually(async () => (call.attaches === 2 && call.sideChannels.length === 1 ? true : undefined));
  call.bill(90);
  call.bill(75);
  call.end();
  await expectEnd(sessionId, 'UPSTREAM_ENDED');
  const usage = await eventually(async () => {
    const read = (await callOf(gateway, callIdOf(sessionId))).usage;
    return read.reported === true ? read : undefined;
  });
  expect(usage).toMatchObject({ responses: 1, transcriptionSeconds: 90, costUsd: '0.075' });
});

test('what an answer used that is cut short by the hang-up is recorded', async () => {
  const { sessionId } = await callUser(gateway, { externalUserId: 'luke' });
  const call = liveCall();
  fake.nextHangUp({ kind: 'refuse', status: 500 });
  await gateway.ask(END, { input: { id: callIdOf(sessionId) } });
  await eventually(async () => (call.hangUps === 1 ? true : undefined));
  call.respond();
  await expectEnd(sessionId, 'OPERATOR');
  await eventually(async () =>
    (await callOf(gateway, callIdOf(sessionId))).usage.responses === 1 ? true : undefined,
  );
});

test('a config that the browser changes is recorded once, and the call goes on', async () => {
  const { sessionId } = await callUser(gateway, { externalUserId: 'drew', instructions: 'Be brief.' });
  const call = liveCall();
  const drifts = async () =>
    (await trailOf(database, 'drew')).filter(({ action }) => action === 'call.drifted');
  call.configure({});
  call.configure({ instructions: 'Say everything.' });
  call.configure({ instructions: 'Say more.' });
  const [drift] = await eventually(async () => ((await drifts()).length > 0 ? drifts() : undefined));
  expect(drift?.detail).toMatchObject({ fields: ['instructions'] });
  expect(await callOf(gateway, callIdOf(sessionId))).toMatchObject({ driftedFields: ['instructions'] });
  call.respond();
  await eventually(async () =>
    (await callOf(gateway, callIdOf(sessionId))).usage.responses === 1 ? true : undefined,
  );
  expect(await drifts()).toHaveLength(1);
  expect(call.status).toBe('live');
});

describe('where a call must keep its config', () => {
  const strict = useGateway(database, () => ({
    ...callsEnv(fake.url),
    GATEHOUSE_PROVIDER: 'openai',
    GATEHOUSE_END_DRIFTED_CALLS: 'true',
  }));

  test('one whose config the browser changes is hung up, after that was recorded', async () => {
    const { sessionId } = await callUser(strict, { externalUserId: 'dina', instructions: 'Be brief.' });
    const call = liveCall();
    call.configure({});
    call.configure({ instructions: 'Say everything.' });
    await expectEnd(sessionId, 'OPERATOR');
    expect(call.hangUps).toBe(1);
    const actions = (await trailOf(database, 'dina')).map(({ action }) => action);
    expect(actions.filter((action) => /drifted|ended/.test(action))).toEqual(['call.drifted', 'call.ended']);
  });
});

describe('a side channel that closes', () => {
  test.each([1000, 1001, 1006] as const)('with %i while the call goes on is opened again', async (code) => {
    const { sessionId } = await callUser(gateway);
    const call = liveCall();
    call.drop(code);
    await eventually(async () => (call.attaches === 2 && call.sideChannels.length === 1 ? true : undefined));
    expect(await callOf(gateway, callIdOf(sessionId))).toMatchObject({ status: 'LIVE' });
    expect(call.hangUps).toBe(0);
  });

  test.each([
    ['openai', 'upstream', 'UPSTREAM_ENDED'],
    ['openai', 'expiry', 'UPSTREAM_ENDED'],
    // It closes in the same way, whoever left.
    ['openai', 'client', 'UPSTREAM_ENDED'],
    ['openai-live', 'upstream', 'UPSTREAM_ENDED'],
    ['openai-live', 'expiry', 'UPSTREAM_ENDED'],
    ['openai-live', 'client', 'CLIENT_ENDED'],
  ] as const)('because the call has ended (%s, %s) ends it: %s', async (provider, by, reason) => {
    const model = provider === 'openai-live' ? 'gpt-live-1' : 'gpt-realtime';
    const { sessionId } = await callUser(gateway, { provider, model });
    const call = liveCall();
    call.end(by);
    await expectEnd(sessionId, reason);
    expect(call.hangUps).toBe(0);
  });

  test('and cannot be opened again within its bound: the call is hung up', async () => {
    const { sessionId } = await callUser(gateway);
    const call = liveCall();
    for (let attempt = 0; attempt < 20; attempt += 1) fake.nextAttach({ kind: 'refuse', status: 503 });
    call.drop(1006);
    await expectEnd(sessionId, 'WATCH_LOST');
    expect(call.endedBy).toBe('hangup');
  });
});

test('a hang-up that fails is tried again until the call has ended', async () => {
  const { sessionId } = await callUser(gateway, { externalUserId: 'hugo' });
  const call = liveCall();
  for (let attempt = 0; attempt < 3; attempt += 1) fake.nextHangUp({ kind: 'refuse', status: 500 });
  await revokeSession(gateway, { id: sessionId });
  await expectEnd(sessionId, 'REVOKED');
  expect(call.hangUps).toBe(4);
  const ends = (await trailOf(database, 'hugo')).filter(({ action }) => action === 'call.ended');
  expect(ends).toHaveLength(1);
});

test('no word of a conversation is in an answer, in the log or in the ledger', async () => {
  const words = 'canary-of-an-sdp';
  fake.nextOffer({ kind: 'answer', body: `v=0\r\ns=${words}\r\nm=audio 9\r\n` });
  const issued = await issueBrokered(gateway, { externalUserId: 'carl', instructions: 'Be brief.' });
  const sessionId: string = issued.session.id;
  await sendOffer(gateway.url, issued.clientSecret.value, { body: `${OFFER}a=note:${words}\r\n` });
  const call = liveCall();
  call.speak();
  call.respond();
  call.transcribe();
  call.configure({ instructions: CANARY, tools: [{ type: 'function', name: CANARY }] });
  call.send({ type: 'error', error: { message: CANARY, code: CANARY } });
  call.send(CANARY);
  const id = callIdOf(sessionId);
  await eventually(async () => ((await callOf(gateway, id)).usage.responses === 2 ? true : undefined));
  await eventually(async () =>
    (await trailOf(database, 'carl')).some(({ action }) => action === 'call.drifted') ? true : undefined,
  );
  await gateway.ask(END, { input: { id } });
  await expectEnd(sessionId, 'OPERATOR');
  const { body: read } = await gateway.ask(READ, { id: sessionId });
  const everything = [
    ...[JSON.stringify(read), JSON.stringify(await callOf(gateway, id))],
    ...[gateway.logLines.join(''), await dumpOf(database)],
  ].join('\n');
  expect(everything).toContain('carl');
  for (const secret of [CANARY, words, issued.clientSecret.value, OFFER.slice(0, 30)])
    expect(everything).not.toContain(secret);
});

test('a gateway that stops hands its calls over: another one watches them with the key that opened them, and none is hung up', async () => {
  const leaving = await startGateway(database, {
    ...callsEnv(fake.url),
    OPENAI_API_KEY: OLD_KEY,
    GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  const sessions: string[] = [];
  for (let made = 0; made < 3; made += 1)
    sessions.push((await callUser(leaving, { externalUserId: 'tina' })).sessionId);
  const calls = [...fake.calls];
  const stopped = leaving.close();
  await eventually(async () => (calls.every(({ attaches }) => attaches === 2) ? true : undefined));
  // Told to both, or to one, while they change places.
  for (const call of calls) call.respond();
  await stopped;
  await eventually(async () =>
    calls.every(({ sideChannels }) => sideChannels.length === 1) ? true : undefined,
  );
  for (const call of calls) call.respond();
  for (const [index, sessionId] of sessions.entries()) {
    const used = calls[index]?.usage.total_tokens;
    await eventually(async () =>
      (await callOf(gateway, callIdOf(sessionId))).usage.totalTokens === used ? true : undefined,
    );
    expect(calls[index]).toMatchObject({ status: 'live', hangUps: 0 });
    await gateway.ask(END, { input: { id: callIdOf(sessionId) } });
    await expectEnd(sessionId, 'OPERATOR');
    expect(calls[index]).toMatchObject({ endedBy: 'hangup', hangUps: 1, key: OLD_KEY });
  }
});

function liveCall(): FakeCall {
  const call = fake.calls.at(-1);
  if (call === undefined) throw new Error('There is no call');
  return call;
}

/** A call whose session has other limits than can be asked for: shorter ones. */
async function callWithin(
  limits: { max_call_seconds?: number; idle_seconds?: number },
  externalUserId: string,
) {
  const issued = await issueBrokered(gateway, { externalUserId });
  const sessionId: string = issued.session.id;
  for (const [column, value] of Object.entries(limits))
    await database.query(`UPDATE realtime_session SET ${column} = ${value} WHERE id = $1`, [
      uuidOf(sessionId),
    ]);
  await sendOffer(gateway.url, issued.clientSecret.value);
  return { call: liveCall(), sessionId };
}

async function expectHungUp(call: FakeCall, sessionId: string, reason: string, dueAt: number): Promise<void> {
  await eventually(async () => (call.status === 'ended' ? true : undefined));
  expect(performance.now() - dueAt).toBeLessThan(1000);
  expect(call.endedBy).toBe('hangup');
  await expectEnd(sessionId, reason);
}

async function expectEnd(sessionId: string, reason: string): Promise<void> {
  const ended = await eventually(async () => {
    const read = await callOf(gateway, callIdOf(sessionId));
    return read.status === 'ENDED' ? read : undefined;
  });
  expect(ended.endReason).toBe(reason);
}
