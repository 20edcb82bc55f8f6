import { afterEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/fixture.ts';
import { ROOT_KEY, startGateway, type TestGateway } from '../support/gateway.ts';
import { metric } from '../support/metric.ts';

const database = useDatabase();
const gateways: TestGateway[] = [];

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});

async function start(env: Record<string, string>): Promise<TestGateway> {
  const gateway = await startGateway(database, { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1', ...env });
  gateways.push(gateway);
  return gateway;
}

const ask = (gateway: TestGateway, authorization: string, address = '203.0.113.9') =>
  gateway.ask('{ viewer { name } }', {}, { authorization, 'x-forwarded-for': address });
const asRoot = (gateway: TestGateway, address?: string) => ask(gateway, `Bearer ${ROOT_KEY}`, address);

describe('a known caller', () => {
  test('is refused beyond its requests per minute, whatever its address', async () => {
    const gateway = await start({ GATEHOUSE_REQUESTS_PER_MINUTE: '3' });
    for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.3'])
      expect((await asRoot(gateway, address)).status).toBe(200);
    const { status, headers, body } = await asRoot(gateway, '203.0.113.4');
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(body).toEqual({
      errors: [
        {
          message: 'Too many requests. Try again later.',
          extensions: { code: 'RATE_LIMITED', requestId: headers.get('x-request-id') },
        },
      ],
    });
    expect(await metric(gateway, 'gatehouse_rate_limited_total{kind="caller"}')).toBe(1);
    expect(await metric(gateway, 'gatehouse_rate_limited_total{kind="address"}')).toBeUndefined();
  });

  test('of as many at once, exactly as many as allowed get through', async () => {
    const gateway = await start({ GATEHOUSE_REQUESTS_PER_MINUTE: '10' });
    const answers = await Promise.all(Array.from({ length: 30 }, () => asRoot(gateway)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  test('uses up nothing of its address, and is served when its address is used up', async () => {
    const gateway = await start({ GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '2' });
    for (let count = 0; count < 5; count += 1) expect((await asRoot(gateway)).status).toBe(200);
    for (const status of [401, 401, 429]) expect((await ask(gateway, 'Bearer wrong')).status).toBe(status);
    expect((await asRoot(gateway)).status).toBe(200);
  });
});

describe('an address without a valid credential', () => {
  test.each([
    ['a wrong credential', 'Bearer wrong'],
    ['none', ''],
    ['another scheme', `Basic ${ROOT_KEY}`],
  ])('is refused beyond its requests per minute: %s', async (_what, authorization) => {
    const gateway = await start({ GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '3' });
    for (const expected of [401, 401, 401, 429, 429])
      expect((await ask(gateway, authorization)).status).toBe(expected);
    const { headers, body } = await ask(gateway, authorization);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(body.errors[0].extensions.code).toBe('RATE_LIMITED');
    expect(await metric(gateway, 'gatehouse_unauthenticated_total')).toBe(3);
    expect(await metric(gateway, 'gatehouse_rate_limited_total{kind="address"}')).toBe(3);
  });

  test('each address has its own, an IPv6 network one for all of it', async () => {
    const gateway = await start({ GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '1' });
    const statusFrom = async (address: string) => (await ask(gateway, 'Bearer wrong', address)).status;
    expect(await statusFrom('203.0.113.1')).toBe(401);
    expect(await statusFrom('203.0.113.1')).toBe(429);
    expect(await statusFrom('203.0.113.2')).toBe(401);
    expect(await statusFrom('2001:db8:1:2::1')).toBe(401);
    expect(await statusFrom('2001:db8:1:2:ffff::2')).toBe(429);
    expect(await statusFrom('2001:db8:1:3::1')).toBe(401);
    for (const form of [
      '::ffff:203.0.113.1',
      '::ffff:cb00:7101',
      '0:0:0:0:0:ffff:cb00:7101',
      '64:ff9b::cb00:7101',
    ])
      expect(await statusFrom(form)).toBe(429);
  });

  test('what is not asked of GraphQL is not counted', async () => {
    const gateway = await start({ GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '1', GATEHOUSE_GRAPHIQL: 'true' });
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    for (let count = 0; count < 3; count += 1) {
      expect((await fetch(`${gateway.url}/elsewhere`, { headers })).status).toBe(404);
      expect((await fetch(gateway.url, { method: 'DELETE', headers })).status).toBe(405);
      expect((await fetch(gateway.url, { method: 'OPTIONS', headers })).status).toBe(403);
    }
    const page = await fetch(gateway.url, { headers: { ...headers, accept: 'text/html' } });
    expect(page.status).toBe(200);
    await page.body?.cancel();
    expect((await ask(gateway, 'Bearer wrong')).status).toBe(401);
  });
});
