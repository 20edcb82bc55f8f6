import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import type { MintRequest } from '../../src/providers/provider.ts';
import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';
import { registry } from '../../src/providers/registry.ts';
import { loadConfig } from '../support/config-problems.ts';
import { use, useUpstream } from '../support/fixture.ts';
import { PROXY_PASSWORD, PROXY_USER, startHttpProxy } from '../support/http-proxy.ts';

// Mints to http:// base URLs, which a proxy passes on, and what keeps a request from a proxy. What is sent to https:// is in
// front-door/outgoing.test.ts.

const request: MintRequest = {
  session: { type: 'REALTIME', model: 'gpt-realtime-2.1', instructions: 'x', extra: {} },
  expiresAfterSeconds: 60,
  safetyIdentifier: 'user-hash',
};
const nothing = {
  upstreamStatus: null,
  upstreamCode: null,
  upstreamRequestId: null,
  upstreamParam: null,
  retryAfterMs: null,
};
const refused = { kind: 'failed', code: 'upstream_proxy_refused', retryable: true, ...nothing };
const basic = `Basic ${Buffer.from(`${PROXY_USER}:${PROXY_PASSWORD}`).toString('base64')}`;
const HOST = 'api.upstream.test:8080';

const upstream = useUpstream();
const proxy = use(
  () => startHttpProxy({ [HOST]: Number(new URL(upstream.baseUrl).port) }),
  (started) => started.close(),
);
const opened: ClosableProvider[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((provider) => provider.close()));
  upstream.reset();
  proxy.reset();
});

function through(
  proxies: { http?: string; https?: string; except?: string },
  options = {},
): ClosableProvider {
  const { http, https, except = '' } = proxies;
  const provider = createOpenAi({
    name: 'openai',
    baseUrl: `http://${HOST}/v1`,
    apiKey: new Secret('sk-test'),
    timeoutMs: 10_000,
    proxies: {
      http: http === undefined ? undefined : new Secret(http),
      https: https === undefined ? undefined : new Secret(https),
      except,
    },
    ...options,
  });
  opened.push(provider);
  return provider;
}

describe('a proxy for http', () => {
  test('passes a mint on, with its credentials for itself alone', async () => {
    expect(await through({ http: proxy.url }).mint(request)).toMatchObject({ kind: 'issued' });
    expect(proxy.asked).toEqual([`POST http://${HOST}/v1/realtime/client_secrets`]);
    expect(proxy.credentials).toEqual([basic]);
    expect(upstream.calls[0]?.headers).toMatchObject({ authorization: 'Bearer sk-test' });
    expect(JSON.stringify(upstream.calls)).not.toContain('proxy');
  });

  test('that answers 100 Continue first costs no secret', async () => {
    upstream.next({ kind: 'echo', interim: true });
    expect(await through({ http: proxy.url }).mint(request)).toMatchObject({ kind: 'issued' });
  });

  test('that wants other credentials: nothing was sent', async () => {
    proxy.be(407);
    expect(await through({ http: proxy.url }).mint(request)).toStrictEqual(refused);
    expect(upstream.calls).toHaveLength(0);
  });

  test.each([
    [502, { kind: 'unconfirmed', code: 'upstream_error', upstreamStatus: 502 }],
    ['cut' as const, { kind: 'unconfirmed', code: 'upstream_connection_lost' }],
  ])('that ends with %s is as an upstream that does', async (mood, outcome) => {
    proxy.be(mood);
    expect(await through({ http: proxy.url }).mint(request)).toMatchObject(outcome);
    expect(proxy.asked).toHaveLength(1);
  });
});

describe('a proxy for https', () => {
  const secure = { baseUrl: 'https://api.upstream.test/v1', timeoutMs: 400 };

  test('that does not answer: nothing was sent', async () => {
    proxy.be('hanging');
    const outcome = await through({ https: proxy.url }, secure).mint(request);
    expect(outcome).toMatchObject({ kind: 'failed', retryable: true });
    expect(proxy.asked).toEqual(['CONNECT api.upstream.test:443']);
  });

  test('is the one of http when there is no other', async () => {
    proxy.be(403);
    expect(await through({ http: proxy.url }, { ...secure, timeoutMs: 10_000 }).mint(request)).toStrictEqual(
      refused,
    );
    expect(proxy.credentials).toEqual([basic]);
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['127.0.0.1', true],
    ['example.test, 127.0.0.1', true],
    ['*', true],
    ['127.0.0.1:PORT', true],
    ['127.0.0.1:1', false],
    ['127.0.0', false],
    ['', false],
  ])('%j: direct is %j', async (except, isDirect) => {
    const { host, port } = new URL(upstream.baseUrl);
    const provider = through(
      { http: proxy.url, except: except.replace('PORT', port) },
      { baseUrl: upstream.baseUrl },
    );
    await provider.mint(request);
    expect(proxy.asked).toEqual(isDirect ? [] : [`POST http://${host}/v1/realtime/client_secrets`]);
    expect(upstream.calls).toHaveLength(isDirect ? 1 : 0);
  });
});

test('no proxy is asked that only the environment of this process names', async () => {
  const before = process.env;
  process.env = { ...before, HTTP_PROXY: proxy.url, http_proxy: proxy.url, HTTPS_PROXY: proxy.url };
  try {
    const provider = through({}, { baseUrl: upstream.baseUrl });
    expect(await provider.mint(request)).toMatchObject({ kind: 'issued' });
    const only = through({ https: proxy.url }, { baseUrl: upstream.baseUrl });
    expect(await only.mint(request)).toMatchObject({ kind: 'issued' });
  } finally {
    process.env = before;
  }
  expect(proxy.asked).toEqual([]);
});

const openCall = (provider: ClosableProvider) =>
  provider.calls?.openCall({
    ...{ sdp: 'v=0', config: { type: 'REALTIME', model: 'gpt-live-1', extra: {} }, safetyIdentifier: 'x' },
    signal: AbortSignal.timeout(10_000),
  });

describe('every provider that sends requests', () => {
  const senders = registry.providers.filter(({ name }) => name !== 'sandbox');

  test.each(senders.map(({ name }) => [name]))('%s goes through the proxy', async (name) => {
    proxy.be(407);
    const at = `http://${HOST}`;
    const config = loadConfig({
      http_proxy: proxy.url,
      GATEHOUSE_PROVIDER: name,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${at}/v1`,
      AZURE_OPENAI_ENDPOINT: at,
      AZURE_OPENAI_API_KEY: 'azure-test',
      XAI_API_KEY: 'xai-test',
      XAI_BASE_URL: `${at}/v1`,
    });
    const provider = await registry.providers.find((entry) => entry.name === name)?.create(config);
    if (provider === undefined) throw new Error('There is no such provider');
    opened.push(provider);
    if (provider.mints)
      expect(await provider.mint(request)).toMatchObject({ code: 'upstream_proxy_refused' });
    else expect(await openCall(provider)).toMatchObject({ code: 'upstream_unreachable' });
    expect(proxy.credentials).toEqual([basic]);
  });
});
