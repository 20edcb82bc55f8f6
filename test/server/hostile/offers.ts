import { OFFER } from '../../support/calls.ts';
import { ROOT_KEY } from '../../support/gateway.ts';
import { CANARY, type HostileInput, request } from './hostile-input.ts';

const UNKNOWN = `ek_gh_${'a'.repeat(36)}${CANARY}`;

const offer =
  (body: string | Buffer, headers: Readonly<Record<string, string | undefined>> = {}, method = 'POST') =>
  (url: URL) =>
    request(url, {
      ...{ method, target: '/realtime/calls', body },
      headers: { 'content-type': 'application/sdp', authorization: `Bearer ${UNKNOWN}`, ...headers },
    });

/** What somebody may send where browsers send their SDP offers. */
export const offers: readonly HostileInput[] = [
  { name: 'an offer with a secret that is made up', source: 'OWASP', bytes: offer(OFFER), status: [401] },
  {
    name: 'an offer without a secret',
    source: 'OWASP',
    bytes: offer(OFFER, { authorization: undefined }),
    status: [401],
  },
  {
    name: 'an offer with the key of an operator',
    source: 'OWASP',
    bytes: offer(OFFER, { authorization: `Bearer ${ROOT_KEY}` }),
    status: [401],
  },
  {
    name: 'an offer with a secret of 15,000 characters',
    source: 'advisory',
    bytes: offer(OFFER, { authorization: `Bearer ${'x'.repeat(15_000)}` }),
    status: [401],
  },
  {
    name: 'an offer of a megabyte',
    source: 'OWASP',
    bytes: offer(`${OFFER}${`a=${CANARY}\r\n`.repeat(100_000)}`),
    // It stops reading, and the sender may notice that first.
    status: [413, 0],
  },
  {
    name: 'an offer with a thousand audio lines',
    source: 'advisory',
    bytes: offer(`${OFFER}${`m=audio 9 ${CANARY} 0\r\n`.repeat(1000)}`),
    status: [400],
  },
  {
    name: 'an offer with a NUL',
    source: 'advisory',
    bytes: offer(`${OFFER}a=${CANARY}\0\r\n`),
    status: [400],
  },
  {
    name: 'an offer that ends its part of a multipart body',
    source: 'advisory',
    bytes: offer(
      `v=0\r\n--x\r\nContent-Disposition: form-data; name="session"\r\n\r\n{"model":"${CANARY}"}\r\n--x--\r\n`,
    ),
    status: [400],
  },
  {
    name: 'an offer that is no UTF-8',
    source: 'advisory',
    bytes: offer(Buffer.from([0xff, 0xfe])),
    status: [400],
  },
  { name: 'an offer that is empty', source: 'OWASP', bytes: offer(''), status: [400] },
  {
    name: 'an offer as JSON',
    source: 'OWASP',
    bytes: offer(JSON.stringify({ sdp: CANARY }), { 'content-type': 'application/json' }),
    status: [415],
  },
  {
    name: "an offer as a form's POST",
    source: 'OWASP',
    bytes: offer(OFFER, { 'content-type': 'text/plain' }),
    status: [415],
  },
  {
    name: 'an offer that is compressed',
    source: 'advisory',
    bytes: offer(OFFER, { 'content-encoding': 'gzip' }),
    status: [415],
  },
  { name: 'an offer by GET', source: 'OWASP', bytes: offer('', {}, 'GET'), status: [405] },
  { name: 'an offer by DELETE', source: 'OWASP', bytes: offer('', {}, 'DELETE'), status: [405] },
  {
    name: 'a preflight of an offer from a foreign page',
    source: 'OWASP',
    bytes: offer(
      '',
      { origin: `https://${CANARY}.example`, 'access-control-request-method': 'POST' },
      'OPTIONS',
    ),
    status: [403],
    absent: /access-control-allow/i,
  },
  {
    name: 'a secret for offers as a credential for GraphQL',
    source: 'OWASP',
    bytes: (url) =>
      request(url, {
        headers: { authorization: `Bearer ${UNKNOWN}` },
        body: '{"query":"{ viewer { name } }"}',
      }),
    status: [401],
  },
];
