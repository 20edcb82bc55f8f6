import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { createCors } from '../../src/server/http/cors.ts';
import { CREATE } from '../support/documents.ts';
import { useDatabase } from '../support/fixture.ts';
import { ROOT_KEY, startGateway, type TestGateway } from '../support/gateway.ts';

// Where a gateway listens, and the address that it prints for it.

const LOOPBACK = { 4: '127.0.0.1', 6: '[::1]' } as const;
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

const database = useDatabase();

async function withGateway(
  env: Record<string, string>,
  work: (gateway: TestGateway) => Promise<void>,
): Promise<void> {
  const gateway = await startGateway(database, env);
  try {
    await work(gateway);
  } finally {
    await gateway.close();
  }
}

const isReady = async (managementUrl: string) => (await fetch(`${managementUrl}/health/ready`)).ok;
const isRefused = (url: string) =>
  fetch(url).then(
    () => false,
    (error: unknown) => error instanceof TypeError,
  );
const at = (url: string, host: string) => {
  const { protocol, port, pathname } = new URL(url);
  return `${protocol}//${host}:${port}${pathname.replace(/\/$/, '')}`;
};

const hosts: [host: string, printed: string, families: readonly (4 | 6)[]][] = [
  ['127.0.0.1', '127.0.0.1', [4]],
  ['0.0.0.0', '127.0.0.1', [4]],
  // As the system reads an address with fewer parts.
  ['0', '127.0.0.1', [4]],
  ['localhost', 'localhost', []],
  ['::', '127.0.0.1', [4, 6]],
  ['[::]', '127.0.0.1', [4, 6]],
  ['::1', '[::1]', [6]],
  ['[::1]', '[::1]', [6]],
];
const rows = hosts.filter(([, , families]) => hasIpv6 || !families.includes(6));

describe('HOST', () => {
  test.each(rows)('%s is printed as %s, and works', async (host, printed, families) => {
    await withGateway({ HOST: host }, async ({ url, managementUrl, ask }) => {
      expect(url).toMatch(/^http:\/\/[^/]+:\d+\/graphql$/);
      for (const each of [url, managementUrl]) expect(new URL(each).hostname).toBe(printed);
      expect((await ask('{ viewer { name } }')).status).toBe(200);
      expect(await isReady(managementUrl)).toBe(true);
      for (const family of families) {
        expect(await isReady(at(managementUrl, LOOPBACK[family]))).toBe(true);
        expect(await isRefused(at(url, LOOPBACK[family]))).toBe(false);
      }
      if (families.length !== 1) return;
      expect(await isRefused(at(url, LOOPBACK[families[0] === 4 ? 6 : 4]))).toBe(true);
    });
  });

  test.each([
    [
      '2001:db8::7',
      'Cannot listen on [2001:db8::7]:0 (EADDRNOTAVAIL). HOST must be an address of this machine.',
    ],
    ['192.0.2.7', 'Cannot listen on 192.0.2.7:0 (EADDRNOTAVAIL). HOST must be an address of this machine.'],
    [
      'no-such-host.invalid',
      /^Cannot listen on no-such-host\.invalid:0 \(.*\)\. HOST must be an address of this machine\.$/,
    ],
  ])('%s, which is not of this machine, stops the start', async (host, message) => {
    await expect(startGateway(database, { HOST: host })).rejects.toThrow(message);
  });
});

describe.skipIf(!hasIpv6)('a gateway on both families', () => {
  test.each([
    ['10.0.0.0/8', LOOPBACK[4], '127.0.0.1'],
    ['127.0.0.0/8', LOOPBACK[4], '203.0.113.9'],
    ['::1', LOOPBACK[6], '203.0.113.9'],
  ])('that trusts %s sees a client at %s as %s', async (trusted, host, expected) => {
    await withGateway({ HOST: '::', GATEHOUSE_TRUSTED_PROXIES: trusted }, async ({ url }) => {
      const externalUserId = `${trusted} ${host}`;
      const response = await fetch(at(url, host), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${ROOT_KEY}`,
          // As a proxy writes it that listens on both families, too.
          'x-forwarded-for': '8.8.8.8, ::ffff:203.0.113.9',
        },
        body: JSON.stringify({ query: CREATE, variables: { input: { externalUserId } } }),
      });
      expect(response.status).toBe(200);
      const rows = await database.query(
        `SELECT DISTINCT ip_address FROM audit_event AS e JOIN end_user AS u ON u.id = e.user_id
         WHERE u.external_id = $1`,
        [externalUserId],
      );
      expect(rows).toEqual([{ ip_address: expected }]);
    });
  });
});

test('an origin with an IPv6 address is listed as browsers send it', () => {
  const cors = createCors(['http://[::1]:3000']);
  const from = (origin: string) => cors.headersFor(Object({ headers: { origin } }));
  expect(from('http://[::1]:3000')).toMatchObject({ 'access-control-allow-origin': 'http://[::1]:3000' });
  expect(from('http://[::1]:3001')).toEqual({ vary: 'origin' });
});
