import { ROOT_KEY } from '../../support/gateway.ts';
import { CANARY, get, type HostileInput, post, postBody, request } from './hostile-input.ts';

const VIEWER = JSON.stringify({ query: '{ viewer { name } }' });
const MINT = 'mutation { createRealtimeSession(input: { externalUserId: "u" }) { __typename } }';
const asViewer = (body: string) => body.includes('"viewer"');

const at =
  (target: string, method = 'POST') =>
  (url: URL) =>
    request(url, { method, target, body: VIEWER });

/** Requests that say in their heads what they should not. */
export const transport: readonly HostileInput[] = [
  ...[
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/graphql',
    'application/graphql+json',
  ].map(
    (type): HostileInput => ({
      name: `a form's POST: ${type}`,
      source: 'graphql-cop',
      bytes: postBody(`query=${encodeURIComponent(MINT)}`, { 'content-type': type }),
      status: [415],
    }),
  ),
  {
    name: 'JSON as text/plain',
    source: 'OWASP',
    bytes: postBody(VIEWER, { 'content-type': 'text/plain;application/json' }),
    status: [415],
  },
  {
    name: 'no content type',
    source: 'OWASP',
    bytes: postBody(VIEWER, { 'content-type': undefined }),
    status: [415],
  },
  {
    name: 'two content types',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'content-type': 'application/json, text/plain' }),
    status: [415],
  },
  {
    name: 'UTF-7',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'content-type': `application/json; charset=${CANARY}` }),
    status: [415],
  },
  {
    name: 'a compressed body',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'content-encoding': 'gzip' }),
    status: [415],
  },
  {
    name: 'an answer in another charset',
    source: 'advisory',
    bytes: post(MINT, { headers: { accept: 'application/json; charset=utf-16' } }),
    status: [406],
  },
  {
    name: 'an answer as an image',
    source: 'advisory',
    bytes: post(MINT, { headers: { accept: `image/${CANARY}` } }),
    status: [406],
  },
  {
    name: 'an event stream, or JSON',
    source: 'advisory',
    bytes: post('{ viewer { name } }', { headers: { accept: 'text/event-stream, application/json' } }),
    status: [200],
    harmless: asViewer,
    absent: /event-stream/,
  },
  {
    name: 'a content type in another spelling',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'content-type': 'Application/JSON ; charset=UTF-8' }),
    status: [200],
    harmless: asViewer,
  },
  {
    name: 'a mint in the query string of a POST',
    source: 'graphql-cop',
    bytes: (url) => request(url, { target: `/graphql?query=${encodeURIComponent(MINT)}`, body: VIEWER }),
    status: [200],
    harmless: (body) => asViewer(body) && !body.includes('createRealtimeSession'),
  },
  {
    name: 'a POST with nothing but a query string',
    source: 'graphql-cop',
    bytes: (url) => request(url, { target: `/graphql?query=${encodeURIComponent(MINT)}` }),
    status: [400],
  },
  {
    name: 'a mint in the body of a GET',
    source: 'OWASP',
    bytes: (url) => request(url, { method: 'GET', body: JSON.stringify({ query: MINT }) }),
    status: [400],
  },
  {
    name: 'a mint in the body of a GET that asks something else',
    source: 'OWASP',
    bytes: (url) =>
      request(url, {
        method: 'GET',
        target: `/graphql?query=${encodeURIComponent('{ viewer { name } }')}`,
        body: JSON.stringify({ query: MINT }),
      }),
    status: [200],
    harmless: asViewer,
  },
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map(
    (name): HostileInput => ({
      name: `${name}: POST`,
      source: 'OWASP',
      bytes: get({ query: MINT, _method: 'POST' }, { [name]: 'POST' }),
      status: [405],
    }),
  ),
  ...['PUT', 'PATCH', 'DELETE', 'HEAD', 'TRACE', 'PROPFIND', 'QUERY'].map(
    (method): HostileInput => ({
      name: `the method ${method}`,
      source: 'OWASP',
      bytes: at('/graphql', method),
      status: [405],
    }),
  ),
  {
    name: 'the method CONNECT',
    source: 'OWASP',
    bytes: (url) => request(url, { method: 'CONNECT', target: '127.0.0.1:1' }),
    status: [0, 400, 404, 405],
  },
  { name: 'a method of its own', source: 'OWASP', bytes: at('/graphql', CANARY), status: [400] },
  ...[
    `/${CANARY}`,
    '//graphql',
    '/graphql/',
    '/graphql%2f',
    '/graphql;x=1',
    '/GraphQL',
    '/./graphql',
    '/graphql/../graphql',
    '/%67raphql',
    '/graphql%00',
    '/graphiql',
    '/playground',
    '/console',
    '/metrics',
    '/health/ready',
    '/.env',
    '/.git/config',
    '/../../etc/passwd',
  ].map(
    (target): HostileInput => ({
      name: `the path ${target}`,
      source: 'graphql-cop',
      bytes: at(target),
      status: [404],
    }),
  ),
  {
    name: 'an absolute target of another host',
    source: 'advisory',
    bytes: at(`http://${CANARY}.example/graphql`),
    status: [404],
  },
  { name: 'the target *', source: 'advisory', bytes: at('*', 'OPTIONS'), status: [404] },
  { name: 'an empty query parameter', source: 'OWASP', bytes: get({ query: '' }), status: [400] },
  {
    name: '1,000 query parameters',
    source: 'OWASP',
    bytes: (url) =>
      request(url, {
        method: 'GET',
        target: `/graphql?query=%7Bviewer%7Bname%7D%7D${`&a=${CANARY}`.repeat(1000)}`,
      }),
    status: [200],
    harmless: asViewer,
  },
  {
    name: 'a query twice in a query string',
    source: 'OWASP',
    bytes: (url) =>
      request(url, {
        method: 'GET',
        target: `/graphql?query=%7Bviewer%7Bname%7D%7D&query=${encodeURIComponent(MINT)}`,
      }),
    status: [200, 405],
    harmless: asViewer,
  },
  {
    name: 'a target of 100,000',
    source: 'OWASP',
    bytes: at(`/graphql?${CANARY.repeat(15_000)}`),
    status: [431],
  },
  {
    name: 'a header of 100,000',
    source: 'OWASP',
    bytes: postBody(VIEWER, { 'x-a': CANARY.repeat(15_000) }),
    status: [431],
  },
  {
    name: '3,000 headers',
    source: 'OWASP',
    bytes: postBody(VIEWER, Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`x${n}`, '1']))),
    status: [431],
  },
  {
    name: 'a line break in a header',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'x-a': `b\rset-cookie: ${CANARY}` }),
    status: [400],
  },
  {
    name: 'NUL in a header',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'x-a': `b\0${CANARY}` }),
    status: [400],
  },
  {
    name: 'a folded header',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'x-a': `b\r\n ${CANARY}` }),
    status: [200, 400],
    harmless: asViewer,
  },
  {
    name: 'a request id of its own',
    source: 'OWASP',
    bytes: postBody(VIEWER, { 'x-request-id': CANARY }),
    status: [200],
    harmless: asViewer,
  },
  {
    name: 'a forwarded address of its own',
    source: 'OWASP',
    bytes: postBody(VIEWER, { 'x-forwarded-for': CANARY, forwarded: `for=${CANARY}` }),
    status: [200],
    harmless: asViewer,
  },
  {
    name: 'a forwarded target',
    source: 'advisory',
    bytes: postBody(VIEWER, { 'x-original-url': `/${CANARY}`, 'x-rewrite-url': `/${CANARY}` }),
    status: [200],
    harmless: asViewer,
  },
  {
    name: 'a host that is none',
    source: 'advisory',
    bytes: postBody(VIEWER, { host: `a b/${CANARY}?[` }),
    status: [200, 400],
    harmless: asViewer,
  },
  {
    name: 'a host with a path',
    source: 'advisory',
    bytes: postBody(VIEWER, { host: `x/${CANARY}?` }),
    status: [200],
    harmless: asViewer,
  },
  { name: 'no host', source: 'advisory', bytes: postBody(VIEWER, { host: undefined }), status: [400] },
  {
    name: 'an origin that is not listed',
    source: 'OWASP',
    bytes: postBody(VIEWER, { origin: `https://${CANARY}.example` }),
    status: [200],
    harmless: asViewer,
    absent: /access-control/,
  },
  {
    name: 'a preflight of an origin that is not listed',
    source: 'OWASP',
    bytes: (url) =>
      request(url, {
        method: 'OPTIONS',
        headers: { origin: `https://${CANARY}.example`, 'access-control-request-method': 'POST' },
      }),
    status: [403],
    absent: /access-control/,
  },
  {
    name: 'a protocol to change to',
    source: 'advisory',
    bytes: postBody(VIEWER, { connection: 'upgrade', upgrade: 'websocket' }),
    status: [200, 400],
    harmless: asViewer,
  },
  {
    name: 'a credential of 8,000',
    source: 'OWASP',
    bytes: postBody(VIEWER, { authorization: `Bearer ${CANARY.repeat(1100)}` }),
    status: [401],
  },
  {
    name: 'a credential in the query string',
    source: 'OWASP',
    bytes: (url) =>
      request(url, {
        method: 'GET',
        target: `/graphql?query=%7Bviewer%7Bname%7D%7D&access_token=${ROOT_KEY}`,
        headers: { authorization: undefined },
      }),
    status: [401],
  },
  {
    name: 'a credential in a cookie',
    source: 'OWASP',
    bytes: postBody(VIEWER, { authorization: undefined, cookie: `authorization=Bearer ${ROOT_KEY}` }),
    status: [401],
  },
  {
    name: 'two credentials',
    source: 'advisory',
    bytes: postBody(VIEWER, { authorization: `Bearer ${CANARY}, Bearer ${ROOT_KEY}` }),
    status: [401],
  },
];
