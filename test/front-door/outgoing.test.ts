import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { issue, readSession } from '../support/ask.ts';
import { askAs } from '../support/callers.ts';
import { createAuthority } from '../support/certificates.ts';
import { use, useDatabase, useGatewayProcess, useIdentityProvider, useUpstream } from '../support/fixture.ts';
import { askAt, type TestGateway, upstreamEnv } from '../support/gateway.ts';
import {
  PROXY_PASSWORD,
  PROXY_USER,
  type ProxyMood,
  startHttpProxy,
  startTlsTerminator,
} from '../support/http-proxy.ts';

// A gateway in a company's network: whatever it sends goes through a proxy with a password, to hosts whose certificates an
// authority of the company's own has issued. Node reads that authority's file when it starts, so this is a process.

const API = 'api.upstream.test';
const IDENTITY = 'id.upstream.test';
const BASIC = `Basic ${Buffer.from(`${PROXY_USER}:${PROXY_PASSWORD}`).toString('base64')}`;
const TUNNEL = `CONNECT ${API}:443`;

const database = useDatabase();
const upstream = useUpstream();
const identity = useIdentityProvider();
const company = use(
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-outgoing-'));
    const authority = await createAuthority();
    const file = join(folder, 'authority.pem');
    await writeFile(file, authority.cert);
    const hosts = { [API]: upstream.baseUrl, [IDENTITY]: identity.url };
    const servers = await Promise.all(
      Object.entries(hosts).map(async ([name, url]) => {
        const certificate = await authority.issue([name]);
        return { name, server: await startTlsTerminator(Number(new URL(url).port), certificate) };
      }),
    );
    const ports = Object.fromEntries(servers.map(({ name, server }) => [`${name}:443`, server.port]));
    const proxy = await startHttpProxy(ports);
    return { folder, file, proxy, servers };
  },
  async ({ folder, proxy, servers }) => {
    await proxy.close();
    for (const { server } of servers) await server.close();
    await rm(folder, { recursive: true });
  },
);
const gateway = useGatewayProcess(database, () => {
  const { pathname, search } = new URL(identity.url);
  return {
    ...upstreamEnv(`https://${API}/v1`),
    ...identity.env,
    GATEHOUSE_JWKS_URL: `https://${IDENTITY}${pathname}${search}`,
    HTTPS_PROXY: company.proxy.url,
    NODE_EXTRA_CA_CERTS: company.file,
  };
});

beforeEach(() => {
  company.proxy.reset();
  upstream.reset();
  // So that each mint asks for a tunnel of its own.
  upstream.always({ kind: 'echo', headers: { connection: 'close' } });
});

const asks: Pick<TestGateway, 'ask'> = { ask: (...request) => askAt(gateway.url, ...request) };

describe('through the proxy, to a host whose certificate the company issued', () => {
  test('a session is minted, and the proxy has its credentials for itself', async () => {
    const minted = await issue(asks, { externalUserId: 'alice' });
    expect(minted).toMatchObject({
      __typename: 'CreateRealtimeSessionSuccess',
      clientSecret: { value: upstream.minted[0]?.value },
    });
    // The key set is fetched at the start, perhaps just now.
    expect(company.proxy.asked.filter((asked) => !asked.includes(IDENTITY))).toEqual([TUNNEL]);
    for (const credentials of company.proxy.credentials) expect(credentials).toBe(BASIC);
    expect(JSON.stringify(upstream.calls)).not.toMatch(/proxy/i);
  });

  test('a token is checked with the key set, whose host only the proxy can find', async () => {
    const { body } = await askAs(asks, await identity.sign({ sub: 'bob' }), '{ viewer { kind name } }');
    expect(body).toEqual({ data: { viewer: { kind: 'USER', name: 'bob' } } });
    expect(identity.requests()).toBeGreaterThan(0);
  });
});

describe('a proxy that does not open a tunnel', () => {
  test.each<[ProxyMood, string]>([
    [407, 'bob'],
    [403, 'carol'],
    [502, 'dave'],
    ['cut', 'erin'],
  ])('%s: nothing was sent, and it may be tried again', async (mood, externalUserId) => {
    company.proxy.be(mood);
    const input = { externalUserId, idempotencyKey: `proxy-says-${mood}-0123456789` };
    const failed = {
      __typename: 'UpstreamError',
      message: 'A proxy did not let the request through. Nothing was sent to the provider.',
      retryable: true,
      possiblyIssued: false,
      upstreamStatus: null,
      session: { status: 'FAILED', failure: { code: 'upstream_proxy_refused' } },
    };
    const answered = await issue(asks, input);
    expect(answered).toMatchObject(failed);
    expect(upstream.calls).toHaveLength(0);
    expect(company.proxy.asked).toEqual([TUNNEL]);
    company.proxy.be('up');
    expect(await issue(asks, input)).toMatchObject(failed);
    expect(await readSession(asks, answered.session.id)).toMatchObject({ status: 'FAILED' });
    // The circuit stays closed.
    expect(await issue(asks, { externalUserId })).toMatchObject({
      __typename: 'CreateRealtimeSessionSuccess',
    });
  });
});

test('a proxy that breaks when the request went through is as an upstream that does', async () => {
  company.proxy.be('cut_later');
  const minted = await issue(asks, { externalUserId: 'frank', instructions: 'x'.repeat(20_000) });
  expect(minted).toMatchObject({
    __typename: 'UpstreamError',
    retryable: true,
    possiblyIssued: true,
    session: { status: 'UNCONFIRMED', failure: { code: 'upstream_connection_lost' } },
  });
  expect(company.proxy.asked).toEqual([TUNNEL]);
});

test('nothing of the proxy is in what the gateway wrote', async () => {
  gateway.child.kill('SIGTERM');
  const { code, stderr } = await gateway.ended;
  expect([code, stderr]).toEqual([0, '']);
  const written = gateway.lines.join('\n');
  expect(written).toContain('a proxy does not let requests through');
  for (const secret of [PROXY_USER, PROXY_PASSWORD, encodeURIComponent(PROXY_PASSWORD), BASIC.slice(6)])
    expect(written).not.toContain(secret);
});
