import { describe, expect, test } from 'vitest';
import { createClientAddress } from '../../src/server/http/client-address.ts';
import { addressGroup } from '../../src/server/http/ip-address.ts';
import { CREATE } from '../support/documents.ts';
import { useDatabase } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';

/** What a server sees of a request: the other end of its connection, and what it was told. */
const from = (remoteAddress: string | undefined, forwarded?: string) => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

const PROXIES = ['10.0.0.0/8', '192.0.2.7', '::1', 'fd00::/8', '::ffff:198.51.100.1'];

describe('the address of a client', () => {
  test.each<[string, readonly string[], string | undefined, string | undefined, string | null]>([
    ['of a connection', [], '203.0.113.9', undefined, '203.0.113.9'],
    ['of a connection that is gone', [], undefined, undefined, null],
    ['IPv4 inside IPv6', [], '::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['with a zone', [], 'fe80::1%eth0', undefined, 'fe80::1'],
    ['IPv4 inside IPv6, in hex', [], '::ffff:cb00:7109', undefined, '203.0.113.9'],
    ['IPv4 inside IPv6, in full', [], '0:0:0:0:0:FFFF:203.0.113.9', undefined, '203.0.113.9'],
    ['IPv4 inside IPv6, with a zone', [], '::FFFF:203.0.113.9%eth0', undefined, '203.0.113.9'],
    ['IPv4 inside IPv6, as it was before 2006', [], '::203.0.113.9', undefined, '203.0.113.9'],
    ['IPv4 translated to IPv6', [], '::ffff:0:cb00:7109', undefined, '203.0.113.9'],
    ['IPv4 behind NAT64', [], '64:ff9b::203.0.113.9', undefined, '203.0.113.9'],
    ['IPv6 in capitals and in full', [], '2001:0DB8:0:0:0:0:0:0009', undefined, '2001:db8::9'],
    ['the loopback address', [], '::1', undefined, '::1'],
    ['no address', [], '::', undefined, '::'],
    ['no proxy is trusted', [], '10.0.0.1', '203.0.113.9', '10.0.0.1'],
    ['a client claims to be forwarded', PROXIES, '203.0.113.9', '198.51.100.7', '203.0.113.9'],
    ['behind a proxy', PROXIES, '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['behind a proxy that says nothing', PROXIES, '10.0.0.1', undefined, '10.0.0.1'],
    ['behind a proxy that says nothing at length', PROXIES, '10.0.0.1', '', '10.0.0.1'],
    ['behind two', PROXIES, '192.0.2.7', '203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['behind a proxy inside IPv6', PROXIES, '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['behind a proxy inside IPv6, in hex', PROXIES, '::ffff:a00:1', '203.0.113.9', '203.0.113.9'],
    ['forwarded inside IPv6, in hex', PROXIES, '10.0.0.1', '::ffff:cb00:7109', '203.0.113.9'],
    ['behind two, one in hex', PROXIES, '10.0.0.1', '203.0.113.9, ::ffff:a01:203', '203.0.113.9'],
    ['behind a network that was written so', ['::ffff:a00:0/104'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['behind a proxy that was written so', PROXIES, '198.51.100.1', '203.0.113.9', '203.0.113.9'],
    ['behind a proxy over IPv6', PROXIES, '::1', '2001:db8::9', '2001:db8::9'],
    ['the client wrote something before', PROXIES, '10.0.0.1', '8.8.8.8, 203.0.113.9', '203.0.113.9'],
    [
      'the client claims to be a proxy',
      PROXIES,
      '10.0.0.1',
      '10.9.9.9, 203.0.113.9, 10.2.2.2',
      '203.0.113.9',
    ],
    ['only proxies', PROXIES, '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['garbage', PROXIES, '10.0.0.1', 'unknown', '10.0.0.1'],
    ['garbage before', PROXIES, '10.0.0.1', "'; DROP TABLE x, 203.0.113.9", '203.0.113.9'],
    ['garbage between', PROXIES, '10.0.0.1', '203.0.113.9, <script>, 10.0.0.2', '10.0.0.2'],
    ['with a port', PROXIES, '10.0.0.1', '203.0.113.9:5678', '203.0.113.9'],
    ['IPv6 with a port', PROXIES, '10.0.0.1', '[2001:db8::9]:5678', '2001:db8::9'],
    ['a very long header', PROXIES, '10.0.0.1', `${'1.1.1.1,'.repeat(1500)}10.0.0.2`, '1.1.1.1'],
  ])('%s', (_what, proxies, remoteAddress, forwarded, expected) => {
    expect(createClientAddress(proxies)(Object(from(remoteAddress, forwarded)))).toBe(expected);
  });
});

describe('whom a limit counts as one', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['2001:db8:1:2::ffff', '2001:db8:1:2'],
    ['2001:DB8:0001:0002:aaaa::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['64:ff9b::203.0.113.9', '203.0.113.9'],
    ['64:ff9b:1::203.0.113.9', '64:ff9b:1:0'],
    ['1:2:3:4:5:6:203.0.113.9', '1:2:3:4'],
    [null, 'unknown'],
  ])('%s is of %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});

describe('in the audit trail', () => {
  const database = useDatabase();

  test.each([
    ['127.0.0.0/8', '203.0.113.9'],
    ['10.0.0.0/8', '127.0.0.1'],
  ])('when %s is trusted, it is %s that asked', async (proxies, expected) => {
    const gateway = await startGateway(database, { GATEHOUSE_TRUSTED_PROXIES: proxies });
    try {
      const headers = { 'x-forwarded-for': '8.8.8.8, 203.0.113.9' };
      const { body } = await gateway.ask(CREATE, { input: { externalUserId: `behind ${proxies}` } }, headers);
      const { id } = body.data.createRealtimeSession.session;
      const trail = 'query ($id: ID!) { realtimeSession(id: $id) { auditEvents { nodes { ipAddress } } } }';
      const answer = await gateway.ask(trail, { id });
      const addresses = answer.body.data.realtimeSession.auditEvents.nodes;
      expect(addresses.length).toBeGreaterThan(0);
      for (const { ipAddress } of addresses) expect(ipAddress).toBe(expected);
    } finally {
      await gateway.close();
    }
  });
});
