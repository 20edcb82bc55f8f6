import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { issue } from '../support/ask.ts';
import { useDatabase, useReplicas, useUpstream } from '../support/fixture.ts';
import { startGateway, upstreamEnv } from '../support/gateway.ts';
import type { Replicas } from '../support/replicas.ts';

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

describe('the same input', () => {
  const mcp = {
    serverLabel: 'crm',
    serverUrl: 'https://crm.example/mcp',
    authorization: 'token-of-alice-0001',
  };
  const parameters = { type: 'object', properties: { city: { type: 'string' }, day: {} } };
  const input = {
    externalUserId: 'carol',
    instructions: 'Be brief.',
    labels: [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ],
    tools: [{ mcp }, { function: { name: 'f', parameters } }],
    extra: { prompt: { id: 'pmpt_1', version: '2' } },
  };
  const tools = (server: object, schema: object = parameters) => [
    { mcp: { ...mcp, ...server } },
    { function: { name: 'f', parameters: schema } },
  ];

  test.each<[string, object]>([
    ['its fields in another order', Object.fromEntries(Object.entries(input).reverse())],
    [
      'nested fields in another order',
      {
        ...input,
        tools: [
          { mcp: Object.fromEntries(Object.entries(mcp).reverse()) },
          {
            function: {
              parameters: { properties: { day: {}, city: { type: 'string' } }, type: 'object' },
              name: 'f',
            },
          },
        ],
        extra: { prompt: { version: '2', id: 'pmpt_1' } },
      },
    ],
    ['null for what is not given', { ...input, voice: null, temperature: null, extra: input.extra }],
    [
      'null deep down for what is not given',
      { ...input, tools: tools({ headers: null, requireApproval: null }) },
    ],
  ])('is the same with %s', async (name, same) => {
    const first = await issue(gateway, { ...input, idempotencyKey: name.replaceAll(' ', '-') });
    expect(first.__typename).toBe(SUCCESS);
    const repeated = await issue(gateway, { ...same, idempotencyKey: name.replaceAll(' ', '-') });
    expect(repeated).toMatchObject({ __typename: ALREADY, session: { id: first.session.id } });
  });

  test.each<[string, object]>([
    ['another lifetime', { ...input, expiresAfterSeconds: 60 }],
    ['the default written out', { ...input, expiresAfterSeconds: 600 }],
    ['other instructions', { ...input, instructions: 'Be brief!' }],
    ['instructions left out', { ...input, instructions: null }],
    ['null where it switches off', { ...input, turnDetection: null }],
    ['labels in another order', { ...input, labels: input.labels.toReversed() }],
    ['only another MCP authorization', { ...input, tools: tools({ authorization: 'token-of-alice-0002' }) }],
    ['one header more', { ...input, tools: tools({ headers: [{ name: 'X-A', value: 'b' }] }) }],
    [
      'a list where an object was, in JSON',
      { ...input, tools: tools({}, { ...parameters, properties: { city: { type: 'string' }, day: [] } }) },
    ],
    [
      'null where nothing was, in JSON',
      {
        ...input,
        tools: tools({}, { ...parameters, properties: { city: { type: 'string' }, day: { default: null } } }),
      },
    ],
    ['a null in extra, which switches off', { ...input, extra: { ...input.extra, tracing: null } }],
  ])('is another with %s', async (name, other) => {
    const idempotencyKey = name.replaceAll(' ', '-');
    expect(await issue(gateway, { ...input, idempotencyKey })).toMatchObject({ __typename: SUCCESS });
    const refused = await issue(gateway, { ...other, idempotencyKey });
    expect(refused).toEqual(DIFFERENT);
    // And the first input is still known.
    expect(await issue(gateway, { ...input, idempotencyKey })).toMatchObject({ __typename: ALREADY });
    expect(upstream.calls).toHaveLength(1);
  });
});

test("keys are each user's own", async () => {
  const idempotencyKey = 'shared';
  const one = await issue(gateway, { externalUserId: 'dan', idempotencyKey });
  const two = await issue(gateway, { externalUserId: 'dave', idempotencyKey });
  expect([one.__typename, two.__typename]).toEqual([SUCCESS, SUCCESS]);
  expect(one.session.id).not.toBe(two.session.id);
  const other = await issue(gateway, { externalUserId: 'dave', idempotencyKey: 'another' });
  expect(other.__typename).toBe(SUCCESS);
});

test('an input is still known after the fingerprint key was rotated, as long as the old one is kept', async () => {
  const [older, newer] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const input = { externalUserId: 'hans', idempotencyKey: 'before' };
  const under = async <T>(keys: string, work: (gateway: Pick<Replicas, 'ask'>) => Promise<T>): Promise<T> => {
    const env = { ...upstreamEnv(upstream.baseUrl), GATEHOUSE_FINGERPRINT_KEY: keys };
    const rotated = await startGateway(database, env);
    try {
      return await work(rotated);
    } finally {
      await rotated.close();
    }
  };
  const { session } = await under(older, (gateway) => issue(gateway, input));
  await under(`${newer},${older}`, async (gateway) => {
    expect(await issue(gateway, input)).toMatchObject({
      __typename: ALREADY,
      session: { id: session.id },
    });
    expect(await issue(gateway, { ...input, voice: 'marin' })).toEqual(DIFFERENT);
    expect(await issue(gateway, { ...input, idempotencyKey: 'after' })).toMatchObject({
      __typename: SUCCESS,
    });
  });
  await under(newer, async (gateway) => {
    // What was remembered under the new key is known by it alone; what cannot be compared is not taken for the same.
    expect(await issue(gateway, { ...input, idempotencyKey: 'after' })).toMatchObject({
      __typename: ALREADY,
    });
    expect(await issue(gateway, input)).toEqual(DIFFERENT);
  });
  expect(upstream.calls).toHaveLength(2);
});

test.each([
  ['empty', ''],
  ['256 characters', 'k'.repeat(256)],
  ['a space', 'a key'],
  ['not ASCII', 'schlüssel'],
  ['a control character', 'key\n'],
])('a key must be 1 to 255 visible ASCII characters: %s', async (_, idempotencyKey) => {
  expect(await issue(gateway, { externalUserId: 'jan', idempotencyKey })).toEqual({
    __typename: 'InvalidInputError',
    message: expect.any(String),
    issues: [{ path: ['idempotencyKey'], message: 'must be 1 to 255 visible ASCII characters' }],
  });
  expect(upstream.calls).toEqual([]);
});

test.each([
  ['one character', '!'],
  ['255 of all kinds', Array.from({ length: 255 }, (_, n) => String.fromCharCode(0x21 + (n % 94))).join('')],
])('a key may be %s', async (_, idempotencyKey) => {
  const input = { externalUserId: 'jan', idempotencyKey };
  expect(await issue(gateway, input)).toMatchObject({ __typename: SUCCESS });
  expect(await issue(gateway, input)).toMatchObject({ __typename: ALREADY });
});

test('what is kept of the input is a keyed hash', async () => {
  const authorization = 'canary-of-the-mcp-server-0123456789';
  await issue(gateway, {
    externalUserId: 'kim',
    idempotencyKey: 'k',
    tools: [{ mcp: { serverLabel: 'crm', serverUrl: 'https://crm.example/mcp', authorization } }],
  });
  const rows = await database.query<Record<string, string>>(
    `SELECT k.* FROM idempotency_key AS k JOIN end_user AS u ON u.id = k.user_id WHERE u.external_id = 'kim'`,
  );
  expect(rows).toEqual([
    {
      user_id: expect.any(String),
      caller: 'operator:root',
      key: 'k',
      input_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      input_hash_key_id: expect.stringMatching(/^[0-9a-f]{8}$/),
      session_id: expect.any(String),
      created_at: expect.any(Date),
    },
  ]);
  expect(JSON.stringify(rows)).not.toContain('canary');

  // Keyed: the same input of the same user under another key is not recognisable.
  const other = await startGateway(database, upstreamEnv(upstream.baseUrl));
  await issue(other, { externalUserId: 'lea', idempotencyKey: 'k' });
  await other.close();
  await issue(gateway, { externalUserId: 'lea', idempotencyKey: 'l' });
  const [one, two] = await database.query<{ input_hash: string }>(
    `SELECT input_hash FROM idempotency_key AS k JOIN end_user AS u ON u.id = k.user_id WHERE u.external_id = 'lea'`,
  );
  expect(one?.input_hash).not.toBe(two?.input_hash);
});
