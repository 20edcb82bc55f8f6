import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { SANDBOX_MODELS } from '../../src/providers/sandbox/sandbox-failures.ts';
import { CREATE } from '../support/documents.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { ROOT_KEY, upstreamEnv } from '../support/gateway.ts';
import { INVALID, MALFORMED, MALFORMED_LITERALS, NOT_IN_THE_FLAT_DIALECT } from './bad-inputs.ts';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => upstreamEnv(upstream.baseUrl));
const flat = useGateway(database, () => upstreamEnv(upstream.baseUrl, 'openai-beta'));

afterAll(async () => {
  // Whatever was sent here: nothing was minted for it, and nothing reserved.
  expect(upstream.calls).toEqual([]);
  expect(await database.query('SELECT id FROM realtime_session')).toEqual([]);
});

test.each(INVALID)('%s: InvalidInputError', async (_what, input, path) => {
  const { status, body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice', ...input } });
  expect(status).toBe(200);
  const result = body.data.createRealtimeSession;
  expect(result.__typename).toBe('InvalidInputError');
  expect(result.issues.map((issue: { path: string[] }) => issue.path.join('.'))).toContain(path);
});

test.each(SANDBOX_MODELS)('%s, which only the sandbox has: InvalidInputError', async (model) => {
  for (const asking of [gateway, flat]) {
    const { body } = await asking.ask(CREATE, { input: { externalUserId: 'alice', model } });
    expect(body.data.createRealtimeSession).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: ['model'], message: 'is not known to this provider' }],
    });
  }
});

test('reports everything that is wrong at once', async () => {
  const { body } = await gateway.ask(CREATE, {
    input: { voice: '', expiresAfterSeconds: 1, labels: [{ key: '', value: 'x' }] },
  });
  const paths = body.data.createRealtimeSession.issues.map((issue: { path: string[] }) =>
    issue.path.join('.'),
  );
  expect(paths.sort()).toEqual(['expiresAfterSeconds', 'labels.0.key', 'voice']);
});

test.each(NOT_IN_THE_FLAT_DIALECT)('the flat dialect refuses %s', async (_what, input, path) => {
  const { body } = await flat.ask(CREATE, { input: { externalUserId: 'alice', ...input } });
  expect(body.data.createRealtimeSession).toMatchObject({
    __typename: 'InvalidInputError',
    issues: [{ path: path.split('.') }],
  });
});

test.each(MALFORMED)('%s: BAD_USER_INPUT, without repeating it', async (_what, input, path) => {
  const { status, body } = await gateway.ask(CREATE, { input: { externalUserId: 'alice', ...input } });
  expect(status).toBe(400);
  expect(body.data).toBeUndefined();
  expect(body.errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT', requestId: expect.any(String) });
  expect(body.errors[0].message).toContain(path);
  expect(JSON.stringify(body)).not.toContain('canary');
});

test.each(MALFORMED_LITERALS)(
  'as a literal, %s: BAD_USER_INPUT, without repeating it',
  async (_what, input, path) => {
    const { status, body } = await gateway.ask(
      `mutation { createRealtimeSession(input: ${input}) { __typename } }`,
    );
    expect(status).toBe(400);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(body.errors[0].message).toContain(path);
    expect(JSON.stringify(body)).not.toMatch(/canary|4711/);
  },
);

describe('over HTTP', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${ROOT_KEY}`,
        ...headers,
      },
      body,
    });

  test('2 MB of body: 413', async () => {
    const response = await post(JSON.stringify({ query: `{ viewer { name } } #${'x'.repeat(2_000_000)}` }));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('2 MB of body without a length: 413', async () => {
    const sending = request(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ROOT_KEY}` },
    });
    const answered = once(sending, 'response');
    for (let sent = 0; sent < 2_000_000; sent += 100_000) sending.write('x'.repeat(100_000));
    const [response] = await answered;
    sending.destroy();
    expect(response.statusCode).toBe(413);
  });

  test('a variable nested 10,000 deep: 400, naming it', async () => {
    const extra = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const query =
      'mutation ($input: CreateRealtimeSessionInput!) { createRealtimeSession(input: $input) { __typename } }';
    const response = await post(
      `{"query":${JSON.stringify(query)},"variables":{"input":{"externalUserId":"a","extra":${extra}}}}`,
    );
    expect(response.status).toBe(400);
    expect((await response.json()).errors[0]).toMatchObject({
      message: expect.stringContaining('input.extra'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test('a query nested 10,000 deep: 400', async () => {
    const { status, body } = await gateway.ask(`${'{ node'.repeat(10_000)}${'}'.repeat(10_000)}`);
    expect(status).toBe(400);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  test.each([
    ['broken JSON', '{"query":"canary'],
    ['no query', '{"variables":{}}'],
    ['an array', '[{"query":"{ viewer { name } }"}]'],
    ['a number', '7'],
    ['a broken document', JSON.stringify({ query: '{ viewer { canary' })],
    ['variables that are a list', JSON.stringify({ query: '{ viewer { name } }', variables: ['canary'] })],
    ['an unknown parameter', JSON.stringify({ query: '{ viewer { name } }', 'sk-canary-1': 1 })],
  ])('%s: 400', async (_what, body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(JSON.parse(text).errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(text).not.toContain('canary');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
  ])('a body of %s: 415', async (contentType) => {
    const response = await post('{"query":"{ viewer { name } }"}', { 'content-type': contentType });
    expect(response.status).toBe(415);
  });

  test('without a credential, or with a wrong one: 401, the same body each', async () => {
    const bodies = await Promise.all(
      ['', 'Bearer', 'Bearer wrong', `Basic ${ROOT_KEY}`, `Bearer ${ROOT_KEY}x`].map(
        async (authorization) => {
          const response = await post('{"query":"{ viewer { name } }"}', { authorization });
          expect(response.status).toBe(401);
          const body = await response.json();
          return JSON.stringify({ ...body.errors[0], extensions: { code: body.errors[0].extensions.code } });
        },
      ),
    );
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).toContain('UNAUTHENTICATED');
  });

  test('a mutation by GET: refused', async () => {
    const url = new URL(gateway.url);
    url.searchParams.set(
      'query',
      'mutation { createRealtimeSession(input: { externalUserId: "a" }) { __typename } }',
    );
    const response = await fetch(url, { headers: { authorization: `Bearer ${ROOT_KEY}` } });
    expect(response.status).toBe(405);
  });
});
