import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdtemp, open as openFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/redaction/secret.ts';
import type { JsonObject } from '../../src/platform/validation/json.ts';
import { azure, createAzure } from '../../src/providers/azure.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import { createOpenAiBeta } from '../../src/providers/openai-beta.ts';
import type { MintRequest, Provider } from '../../src/providers/provider.ts';
import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';
import { createXai } from '../../src/providers/xai.ts';
import { useUpstream } from '../support/fixture.ts';
import type { UpstreamKind } from '../support/upstream-kinds.ts';

const request: MintRequest = {
  session: { type: 'REALTIME', model: 'a-model', extra: {} },
  expiresAfterSeconds: 60,
  safetyIdentifier: 'user-hash',
};
const TOKEN = `eyJ${'a1'.repeat(20)}`;

type Row = {
  readonly name: string;
  readonly kind: UpstreamKind;
  readonly open: (baseUrl: string, credential?: string) => ClosableProvider;
  readonly is: Pick<Provider, 'name' | 'dialect' | 'ttlSeconds' | 'longestSessionSeconds'>;
  /** Behind what the base URL has. */
  readonly path: string;
  /** Beside those that every request has. */
  readonly headers: JsonObject;
  readonly body: JsonObject;
  readonly session: JsonObject | null;
};

const expires_after = { anchor: 'created_at', seconds: 60 };
const openaiLimits = { ttlSeconds: { min: 10, max: 7200, default: 600 }, longestSessionSeconds: 3600 };
const timeoutMs = 5000;

const ROWS: readonly Row[] = [
  {
    name: 'openai',
    kind: 'ga',
    open: (baseUrl, key = 'sk-test') =>
      createOpenAi({
        name: 'openai',
        baseUrl,
        apiKey: new Secret(key),
        organization: 'org-1',
        project: 'proj_1',
        timeoutMs,
        proxies: undefined,
      }),
    is: { name: 'openai', dialect: 'ga', ...openaiLimits },
    path: '/realtime/client_secrets',
    headers: {
      authorization: 'Bearer sk-test',
      'openai-safety-identifier': 'user-hash',
      'openai-organization': 'org-1',
      'openai-project': 'proj_1',
    },
    body: { expires_after, session: { type: 'realtime', model: 'a-model' } },
    session: { type: 'realtime', model: 'a-model', object: 'realtime.session', expires_at: 0 },
  },
  {
    name: 'openai-beta, without organization and project',
    kind: 'flat',
    open: (baseUrl, key = 'sk-test') =>
      createOpenAiBeta({
        name: 'openai-beta',
        baseUrl,
        apiKey: new Secret(key),
        timeoutMs,
        proxies: undefined,
      }),
    is: { name: 'openai-beta', dialect: 'flat', ...openaiLimits },
    path: '/realtime/sessions',
    headers: { authorization: 'Bearer sk-test', 'openai-safety-identifier': 'user-hash' },
    body: { client_secret: { expires_after }, model: 'a-model' },
    session: null,
  },
  {
    name: 'azure with a key',
    kind: 'azure',
    open: (endpoint, key = 'a1b2c3d4') =>
      createAzure({ name: 'azure', endpoint, credential: new Secret(key), timeoutMs, proxies: undefined }),
    is: { name: 'azure', dialect: 'ga', ...openaiLimits },
    path: '/openai/v1/realtime/client_secrets',
    headers: { 'api-key': 'a1b2c3d4' },
    body: { expires_after, session: { type: 'realtime', model: 'a-model' } },
    session: { type: 'realtime', model: 'a-model', object: 'realtime.session', expires_at: 0 },
  },
  {
    name: 'azure with a token of Entra',
    kind: 'azure',
    open: (endpoint, token = TOKEN) =>
      createAzure({
        name: 'azure',
        endpoint,
        credential: async () => new Secret(token),
        timeoutMs,
        proxies: undefined,
      }),
    is: { name: 'azure', dialect: 'ga', ...openaiLimits },
    path: '/openai/v1/realtime/client_secrets',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: { expires_after, session: { type: 'realtime', model: 'a-model' } },
    session: { type: 'realtime', model: 'a-model', object: 'realtime.session', expires_at: 0 },
  },
  {
    name: 'xai, which answers no session',
    kind: 'xai',
    open: (baseUrl, key = 'xai-test') =>
      createXai({ name: 'xai', baseUrl, apiKey: new Secret(key), timeoutMs, proxies: undefined }),
    is: {
      name: 'xai',
      dialect: 'xai',
      ttlSeconds: { min: 10, max: 3600, default: 600 },
      longestSessionSeconds: 7200,
    },
    path: '/realtime/client_secrets',
    headers: { authorization: 'Bearer xai-test' },
    body: { expires_after: { seconds: 60 }, session: { model: 'a-model' } },
    session: null,
  },
];

describe.each(ROWS)('$name', ({ kind, open, is, path, headers, body, session }) => {
  const upstream = useUpstream(kind);
  afterEach(() => upstream.reset());

  async function mintAt(baseUrl: string, overrides: Partial<MintRequest> = {}, credential?: string) {
    const provider = open(baseUrl, credential);
    const outcome = await provider.mint({ ...request, ...overrides });
    await provider.close();
    return outcome;
  }

  test('one POST, with what it needs and nothing else', async () => {
    expect(open(upstream.baseUrl)).toMatchObject(is);
    const outcome = await mintAt(upstream.baseUrl);
    const [minted] = upstream.minted;
    expect(outcome).toMatchObject({
      kind: 'issued',
      upstreamStatus: 200,
      upstreamCode: null,
      upstreamRequestId: expect.stringMatching(/^req_/),
      expiresAt: minted?.expiresAt,
      upstreamSessionId: kind === 'xai' ? null : minted?.sessionId,
    });
    if (outcome.kind !== 'issued') throw new Error('Not issued');
    expect(outcome.secret.forUpstream()).toBe(minted?.value);
    if (session !== null) expect(outcome.rawSession).toEqual({ ...session, id: minted?.sessionId });
    if (kind === 'xai') expect(outcome).toMatchObject({ answered: {}, rawSession: null });

    const [call] = upstream.calls;
    expect(upstream.calls).toHaveLength(1);
    expect(call).toMatchObject({ method: 'POST', path: new URL(upstream.baseUrl + path).pathname, body });
    const { host: _, connection: __, ...sent } = call?.headers ?? {};
    expect(sent).toStrictEqual({
      ...headers,
      'content-type': 'application/json',
      'content-length': String(call?.text.length),
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'gatehouse',
    });
  });

  test.each([
    ['a slash at its end', '/', ''],
    ['two slashes at its end', '//', ''],
    ['a path', '/proxy/openai', '/proxy/openai'],
    ['a path with a slash at its end', '/proxy/openai/', '/proxy/openai'],
    ['an escaped path', '/a%2Fb%20c', '/a%2Fb%20c'],
  ])('a base URL with %s', async (_, behind, expected) => {
    const { origin, pathname } = new URL(upstream.baseUrl);
    const base = pathname.replace(/\/$/, '');
    for (const query of ['', '?api-version=2025-04-01&x=a%2Fb/']) {
      await mintAt(`${origin}${base}${behind}${query}`);
      expect(upstream.calls.at(-1)?.path).toBe(`${base}${expected}${path}${query}`);
    }
    // The last one had a query, and a secret was minted all the same where the path was right.
    expect(upstream.minted).toHaveLength(expected === '' ? 2 : 0);
  });

  test('the limits are those of the real one', async () => {
    const { min, max } = is.ttlSeconds;
    for (const expiresAfterSeconds of [min, max])
      expect(await mintAt(upstream.baseUrl, { expiresAfterSeconds })).toMatchObject({ kind: 'issued' });
  });

  test('what the real one refuses is a failure with its evidence', async () => {
    upstream.always({
      kind: 'answer',
      status: 400,
      body: { error: { message: 'No.', type: 'invalid_request_error', param: null, code: 'invalid_value' } },
    });
    expect(await mintAt(upstream.baseUrl)).toEqual({
      kind: 'failed',
      code: 'upstream_rejected',
      retryable: false,
      upstreamStatus: 400,
      upstreamCode: 'invalid_value',
      upstreamParam: null,
      upstreamRequestId: expect.stringMatching(/^req_/),
      retryAfterMs: null,
    });
  });

  test('an answer in the older form, or without its expiry, has a secret too', async () => {
    const value = 'ek_0123456789abcdef';
    upstream.next({
      kind: 'answer',
      status: 200,
      body: { client_secret: { value, expires_at: 1_900_000_000 } },
    });
    expect(await mintAt(upstream.baseUrl)).toMatchObject({
      kind: 'issued',
      secret: new Secret(value),
      expiresAt: new Date(1_900_000_000_000),
      upstreamSessionId: null,
      answered: {},
    });
    upstream.next({ kind: 'answer', status: 201, body: { client_secret: { value } } });
    expect(await mintAt(upstream.baseUrl)).toMatchObject({ kind: 'issued', expiresAt: null });
  });
});

describe('the fakes refuse what the real ones refuse', () => {
  const fakes = { azure: useUpstream('azure'), xai: useUpstream('xai') };

  async function answerTo(kind: 'azure' | 'xai', headers: Record<string, string>, body: object) {
    const path = kind === 'azure' ? '/openai/v1/realtime/client_secrets' : '/realtime/client_secrets';
    const response = await fetch(fakes[kind].baseUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const { error } = await response.json();
    return [response.status, error?.param ?? error?.code];
  }

  const azureKey = { 'api-key': 'a1b2c3d4' };
  const xaiKey = { authorization: 'Bearer xai-test' };
  const session = { type: 'realtime', model: 'm' };
  test.each([
    ['azure', 'no credential', {}, { expires_after, session }, [401, '401']],
    [
      'azure',
      'a key as a bearer',
      { authorization: 'Bearer a1b2' },
      { expires_after, session },
      [401, '401'],
    ],
    ['azure', 'no lifetime', azureKey, { session }, [400, 'expires_after.anchor']],
    [
      'azure',
      'too long a lifetime',
      azureKey,
      { expires_after: { ...expires_after, seconds: 7201 }, session },
      [400, 'expires_after.seconds'],
    ],
    ['xai', 'a key as a header', { 'api-key': 'xai-test' }, {}, [401, 'invalid_api_key']],
    ['xai', 'an anchor', xaiKey, { expires_after }, [400, 'expires_after.anchor']],
    [
      'xai',
      'too long a lifetime',
      xaiKey,
      { expires_after: { seconds: 3601 } },
      [400, 'expires_after.seconds'],
    ],
    [
      'xai',
      'a voice',
      xaiKey,
      { expires_after: { seconds: 60 }, session: { voice: 'ara' } },
      [400, 'session.voice'],
    ],
  ] as const)('%s: %s', async (kind, _, headers, body, expected) => {
    expect(await answerTo(kind, headers, body)).toEqual(expected);
  });
});

test('xai refuses a transcription session by itself', async () => {
  const xai = createXai({
    name: 'xai',
    baseUrl: 'http://127.0.0.1:1',
    apiKey: new Secret('x'),
    timeoutMs,
    proxies: undefined,
  });
  const session = { type: 'TRANSCRIPTION' as const, model: 'm', extra: {} };
  expect(await xai.mint({ ...request, session })).toMatchObject({
    kind: 'failed',
    code: 'upstream_rejected',
    upstreamStatus: null,
  });
  await xai.close();
});

describe('azure', () => {
  const upstream = useUpstream('azure');
  afterEach(() => upstream.reset());

  const authorizations = () => upstream.calls.map(({ headers }) => headers.authorization);

  test.each(['/openai/v1', '/openai/v1/', '/proxy/openai/v1?x=1'])(
    'an endpoint that ends with %s has the path already',
    async (behind) => {
      const endpoint = upstream.baseUrl + behind;
      const provider = createAzure({
        name: 'azure',
        endpoint,
        credential: new Secret('a1b2'),
        timeoutMs,
        proxies: undefined,
      });
      await provider.mint(request);
      await provider.close();
      const prefix = behind.startsWith('/proxy') ? '/proxy' : '';
      const query = behind.includes('?') ? '?x=1' : '';
      expect(upstream.calls.map(({ path }) => path)).toEqual([
        `${prefix}/openai/v1/realtime/client_secrets${query}`,
      ]);
    },
  );

  test('the token file is read again for each mint, and its last token used while it has none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-token-'));
    const bearerTokenFile = join(folder, 'token');
    const account = { endpoint: upstream.baseUrl, apiKey: new Secret('unused'), bearerTokenFile };
    const open = () =>
      azure.create({ azure: account, upstreamTimeoutMs: timeoutMs, proxies: { except: '' } });
    const withoutToken = 'The file of AZURE_OPENAI_BEARER_TOKEN_FILE cannot be read, or holds no token.';

    await expect(open()).rejects.toThrow(withoutToken);
    await writeFile(bearerTokenFile, '\n');
    await expect(open()).rejects.toThrow(withoutToken);

    await writeFile(bearerTokenFile, `${TOKEN}1\n`);
    const provider = await open();
    await provider.mint(request);
    await writeFile(bearerTokenFile, `${TOKEN}2`);
    await provider.mint(request);
    await writeFile(bearerTokenFile, '');
    await provider.mint(request);
    await rm(bearerTokenFile);
    await provider.mint(request);
    // Reading from this one hangs, as it does from a file system that is away.
    execFileSync('mkfifo', [bearerTokenFile]);
    await provider.mint(request);
    await provider.mint(request);
    const used = ['1', '2', '2', '2', '2', '2'];
    expect(authorizations()).toEqual(used.map((last) => `Bearer ${TOKEN}${last}`));
    expect(upstream.minted).toHaveLength(used.length);

    const writer = await openFile(bearerTokenFile, constants.O_RDWR | constants.O_NONBLOCK);
    await writer.close();
    await rm(bearerTokenFile);
    await writeFile(bearerTokenFile, `${TOKEN}3`);
    const nextToken = async () => {
      await provider.mint(request);
      return authorizations().at(-1);
    };
    await expect.poll(nextToken).toBe(`Bearer ${TOKEN}3`);
    await provider.close();
    await rm(folder, { recursive: true });
  });
});
