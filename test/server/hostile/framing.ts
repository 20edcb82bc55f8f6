import { ROOT_KEY } from '../../support/gateway.ts';
import { CANARY, type HostileInput, post, postBody, request } from './hostile-input.ts';

const VIEWER = JSON.stringify({ query: '{ viewer { name } }' });
const asViewer = (body: string) => body.includes('"viewer"');
/** A request with these lines after those that every good one has: more of its head, an empty line, its body. */
const withLines =
  (...lines: string[]) =>
  ({ host }: URL): string =>
    [
      'POST /graphql HTTP/1.1',
      `host: ${host}`,
      `authorization: Bearer ${ROOT_KEY}`,
      'content-type: application/json',
      ...lines,
    ].join('\r\n');
const chunked = (body: string) =>
  postBody(body, { 'content-length': undefined, 'transfer-encoding': 'chunked' });

/** Bytes that are not the message that they claim to be: versions, lengths, chunks. */
export const framing: readonly HostileInput[] = [
  {
    name: 'HTTP/1.0',
    source: 'advisory',
    bytes: (url) => request(url, { version: '1.0', body: VIEWER }),
    status: [200],
    harmless: asViewer,
  },
  { name: 'HTTP/0.9', source: 'advisory', bytes: () => 'GET /graphql\r\n\r\n', status: [0, 400, 401] },
  {
    name: 'HTTP/9.9',
    source: 'advisory',
    bytes: (url) => request(url, { version: '9.9', body: VIEWER }),
    status: [0, 400, 505],
  },
  {
    name: 'HTTP/2 in the clear',
    source: 'advisory',
    bytes: () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    status: [0, 400, 404, 405],
  },
  {
    name: 'TLS',
    source: 'advisory',
    bytes: () => Buffer.from('16030100c8010000c40303', 'hex'),
    status: [0, 400],
  },
  {
    name: 'a length that is no number',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'content-length': CANARY }),
    status: [400],
  },
  {
    name: 'a negative length',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'content-length': '-1' }),
    status: [400],
  },
  {
    name: 'two lengths',
    source: 'advisory',
    bytes: withLines(`content-length: ${VIEWER.length}`, 'content-length: 0', '', VIEWER),
    status: [400],
  },
  {
    name: 'a length and chunks',
    source: 'advisory',
    bytes: withLines(`content-length: ${VIEWER.length}`, 'transfer-encoding: chunked', '', '0', '', VIEWER),
    status: [400],
  },
  {
    name: 'chunks under another name',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'content-length': undefined, 'transfer-encoding': `chunked, ${CANARY}` }),
    status: [400],
  },
  {
    name: 'a chunk whose size is no number',
    source: 'advisory',
    bytes: chunked(`${CANARY}\r\n`),
    status: [400],
  },
  {
    name: 'a chunk with an endless extension',
    source: 'advisory',
    bytes: chunked(`1;${CANARY.repeat(5000)}\r\n`),
    status: [413],
  },
  {
    name: 'a length that is shorter than the body',
    source: 'advisory',
    bytes: postBody(`${VIEWER}${CANARY}`, { 'content-length': String(VIEWER.length) }),
    status: [200, 400],
    harmless: asViewer,
  },
  {
    name: '18 MB of #',
    source: 'advisory',
    bytes: postBody(JSON.stringify({ query: `{ viewer { name } }${'#'.repeat(18_000_000)}` })),
    status: [0, 413],
  },
  {
    name: '18 MB announced and never sent',
    source: 'advisory',
    bytes: postBody('{', { 'content-length': '18000000' }),
    status: [413],
  },
  {
    name: '18 MB in chunks',
    source: 'advisory',
    bytes: chunked('10000\r\n'.concat('#'.repeat(65_536), '\r\n').repeat(275)),
    status: [0, 413],
  },
  {
    name: 'a body as large as it may be',
    source: 'OWASP',
    bytes: post(`{ viewer { name } }${'#'.repeat(262_000)}`),
    status: [200],
    harmless: asViewer,
  },
];
