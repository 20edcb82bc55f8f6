import { expect, test } from 'vitest';
import { issuesOfConnection } from '../../src/issuing/check-connection.ts';
import { setPolicy } from '../support/ask.ts';
import { CREATE_BROKERED, issueBrokered, PUBLIC_URL, useBrokeringGateway } from '../support/brokered.ts';
import { dumpOf } from '../support/dump.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';

const database = useDatabase();
const gateway = useBrokeringGateway(database);
// Its first provider opens no calls, its second nothing else, and nobody has said where browsers reach it.
const plain = useGateway(database, () => ({
  GATEHOUSE_PROVIDER: '',
  GATEHOUSE_PROVIDERS: 'openai-beta,openai-live',
  OPENAI_API_KEY: 'sk-test',
}));

test('a BROKERED session has a secret of the gateway, and where to send the offer', async () => {
  const { __typename, callUrl, clientSecret, session } = await issueBrokered(gateway, {
    maxCallSeconds: 120,
    idleSeconds: 0,
  });
  expect(__typename).toBe('CreateRealtimeSessionSuccess');
  expect(clientSecret.value).toMatch(/^ek_gh_[\w-]{43}$/);
  expect(callUrl).toBe(`${PUBLIC_URL}/realtime/calls`);
  expect(session).toMatchObject({ status: 'ACTIVE', connection: 'BROKERED', call: null });
  expect(session.clientSecret.redacted).toBe(`ek_…${clientSecret.value.slice(-4)}`);
  expect(Date.parse(clientSecret.expiresAt) - Date.parse(session.createdAt)).toBe(60_000);
  expect(Date.parse(session.exposedUntil) - Date.parse(clientSecret.expiresAt)).toBe(120_000);
  expect(await dumpOf(database)).not.toContain(clientSecret.value.slice(6));
  expect(gateway.logLines.join('')).not.toContain(clientSecret.value.slice(6));
});

test('a DIRECT session is as before', async () => {
  const { body } = await gateway.ask(CREATE_BROKERED, { input: { externalUserId: 'alice' } });
  const { callUrl, session, clientSecret } = body.data.createRealtimeSession;
  expect(callUrl).toBeNull();
  expect(session).toMatchObject({ connection: 'DIRECT', call: null });
  expect(clientSecret.value).not.toContain('ek_gh_');
});

const LEAK = `ek_${'a1b2c3d4'.repeat(4)}`;
test.each([
  ['a lifetime of an hour', { expiresAfterSeconds: 3600 }, ['expiresAfterSeconds']],
  ['a call of five seconds', { maxCallSeconds: 5 }, ['maxCallSeconds']],
  ['a call of two hours', { maxCallSeconds: 7200 }, ['maxCallSeconds']],
  ['nine idle seconds', { idleSeconds: 9 }, ['idleSeconds']],
  ['a transcription', { type: 'TRANSCRIPTION' }, ['type']],
  ['a longest call, but DIRECT', { connection: 'DIRECT', maxCallSeconds: 60 }, ['maxCallSeconds']],
  ['idle seconds, but DIRECT', { connection: null, idleSeconds: 60 }, ['idleSeconds']],
  [
    'credentials of a tool',
    { tools: [{ mcp: { serverLabel: 'x', serverUrl: 'https://x.test', authorization: 'abc' } }] },
    ['tools', '0', 'mcp', 'authorization'],
  ],
  [
    'headers of a tool',
    {
      tools: [
        { mcp: { serverLabel: 'x', serverUrl: 'https://x.test', headers: [{ name: 'x', value: 'y' }] } },
      ],
    },
    ['tools', '0', 'mcp', 'headers'],
  ],
  ['a credential in the instructions', { instructions: `Use ${LEAK}` }, ['instructions']],
])('%s is refused', async (_, input, path) => {
  const refused = await issueBrokered(gateway, input);
  expect(refused).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path }] });
  expect(JSON.stringify(refused)).not.toContain(LEAK);
});

test('where nobody can open calls, BROKERED is refused with the reasons', async () => {
  expect(await issueBrokered(plain)).toEqual({
    __typename: 'InvalidInputError',
    issues: [
      {
        path: ['connection'],
        message: 'cannot be BROKERED here: the operator has not set GATEHOUSE_PUBLIC_URL',
      },
      { path: ['connection'], message: 'cannot be BROKERED with this provider' },
    ],
  });
});

test('at a sandbox without WebRTC, BROKERED is refused by the name of the package that is missing', () => {
  const input = { externalUserId: 'alice', connection: 'BROKERED' } as const;
  const sandbox = { calls: null, mints: true, isSandbox: true };
  expect([...issuesOfConnection(input, sandbox, PUBLIC_URL)]).toEqual([
    { path: ['connection'], message: expect.stringContaining('werift is not installed') },
  ]);
});

test('where there are no client secrets, DIRECT is refused; and so is what a Live session does not have', async () => {
  const input = { provider: 'openai-live', model: 'gpt-live-1', instructions: 'Be brief.', voice: 'marin' };
  const message = 'must be BROKERED with this provider, which has no client secrets';
  expect(await issueBrokered(plain, { ...input, connection: 'DIRECT' })).toMatchObject({
    issues: [{ path: ['connection'], message }],
  });
  const { issues } = await issueBrokered(plain, { ...input, temperature: 0.7, toolChoice: { mode: 'AUTO' } });
  expect(issues.map(({ path }: { path: string[] }) => path.join('.'))).toEqual([
    ...['toolChoice', 'temperature', 'connection'],
  ]);
});

test('the policy says how long a call may be, and whether a session must be BROKERED', async () => {
  await setPolicy(gateway, { externalUserId: 'paula', maxCallSeconds: 100, brokeredOnly: true });
  expect(await issueBrokered(gateway, { externalUserId: 'paula', maxCallSeconds: 101 })).toMatchObject({
    ...{ __typename: 'PolicyViolationError', rule: 'CALL_LENGTH', allowed: ['100'] },
  });
  expect(await issueBrokered(gateway, { externalUserId: 'paula', connection: 'DIRECT' })).toMatchObject({
    ...{ __typename: 'PolicyViolationError', rule: 'CONNECTION', allowed: ['BROKERED'] },
  });
  // Without a wish, as long as is allowed.
  const { session, clientSecret } = await issueBrokered(gateway, { externalUserId: 'paula' });
  expect(Date.parse(session.exposedUntil) - Date.parse(clientSecret.expiresAt)).toBe(100_000);
  const { body } = await gateway.ask(
    `{ user(externalId: "paula") { policy { maxCallSeconds brokeredOnly } policyOverrides { maxCallSeconds brokeredOnly } }
       gateway { defaultPolicy { maxCallSeconds brokeredOnly } providers { supportsBrokered } } }`,
  );
  expect(body.data).toEqual({
    user: {
      policy: { maxCallSeconds: 100, brokeredOnly: true },
      policyOverrides: { maxCallSeconds: 100, brokeredOnly: true },
    },
    gateway: {
      defaultPolicy: { maxCallSeconds: 3600, brokeredOnly: false },
      providers: [{ supportsBrokered: true }],
    },
  });
});

test('an idempotency key hands a secret out once', async () => {
  const input = { externalUserId: 'ida', idempotencyKey: 'once' };
  const first = await issueBrokered(gateway, input);
  expect(await issueBrokered(gateway, input)).toEqual({
    __typename: 'SecretAlreadyIssuedError',
    session: { id: first.session.id },
  });
  const rows = await database.query(
    `SELECT FROM realtime_session WHERE user_id = (SELECT id FROM end_user WHERE external_id = 'ida')`,
  );
  expect(rows).toHaveLength(1);
});

test('a leaked secret is identified, and sessions are listed by how they connect', async () => {
  const { session, clientSecret } = await issueBrokered(gateway, { externalUserId: 'liam' });
  const { body } = await gateway.ask(
    `query ($filter: RealtimeSessionFilter) { realtimeSessions(filter: $filter) { nodes { id connection } } }`,
    { filter: { externalUserId: 'liam', connections: ['BROKERED'] } },
  );
  expect(body.data.realtimeSessions.nodes).toEqual([{ id: session.id, connection: 'BROKERED' }]);
  const identified = await gateway.ask(
    `mutation ($secret: String!) { identifyClientSecret(input: { secret: $secret }) {
       ... on IdentifyClientSecretSuccess { session { id } } } }`,
    { secret: clientSecret.value },
  );
  expect(identified.body.data.identifyClientSecret.session.id).toBe(session.id);
});
