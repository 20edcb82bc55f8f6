import { connect } from 'node:net';
import pg from 'pg';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { issue } from '../support/ask.ts';
import { createApplication, createKey } from '../support/callers.ts';
import {
  askForStream,
  type EventStream,
  errorsOfStream,
  openStream,
  type StreamRequest,
} from '../support/event-stream.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY, startGateway } from '../support/gateway.ts';
import { metric } from '../support/metric.ts';

const MAX_STREAMS = 3;
const MINT = 'createRealtimeSession(input: { externalUserId: "x" }) { __typename }';
const CREATE = /* GraphQL */ `
  mutation Create($input: CreateRealtimeSessionInput!) {
    createRealtimeSession(input: $input) {
      ... on CreateRealtimeSessionSuccess { clientSecret { value } session { id } }
    }
  }
`;

const database = useDatabase();
const gateway = useGateway(database, {
  GATEHOUSE_HEARTBEAT_MS: '200',
  GATEHOUSE_MAX_STREAMS: String(MAX_STREAMS),
});
const open: EventStream[] = [];

afterEach(async () => {
  for (const stream of open.splice(0)) stream.close();
  await allStreamsClosed();
});

async function watch(request?: StreamRequest): Promise<EventStream> {
  const stream = await openStream(gateway.url, request);
  open.push(stream);
  return stream;
}

function post({ body = '{"query":"{ viewer { name } }"}', ...headers }: Record<string, string>) {
  return fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ROOT_KEY}`, ...headers },
    body,
  });
}

const allStreamsClosed = () => expect.poll(() => metric(gateway, 'gatehouse_streams')).toBe(0);

function requestLines() {
  return gateway.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
}

describe('a stream', () => {
  test('has the headers of an event stream', async () => {
    const { headers } = await watch();
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('content-length');
  });

  test('is kept alive by comments, which are not events', async () => {
    const stream = await watch();
    await stream.comment();
    await stream.comment(1000);
    await stream.comment(1000);
    expect(stream.arrived).toEqual([]);
  });

  test('is logged without naming a person, and is measured as a stream, not as a request', async () => {
    const countedRequests = () => metric(gateway, 'gatehouse_request_seconds_count{outcome="OK"}');
    const stream = await openStream(gateway.url, {
      variables: { filter: { externalUserId: 'mallory-the-person' } },
    });
    expect(await metric(gateway, 'gatehouse_streams')).toBe(1);
    const { session } = await issue(gateway, { externalUserId: 'mallory-the-person' });
    await stream.next();
    const before = await countedRequests();
    stream.close();
    await allStreamsClosed();
    const line = requestLines().findLast(({ operation }) => operation === 'subscription sessionEvents');
    expect(line).toMatchObject({
      requestId: stream.headers['x-request-id'],
      outcome: 'CLIENT_GONE',
      status: 200,
      actor: 'operator:root',
    });
    expect(JSON.stringify(gateway.logLines)).not.toMatch(/mallory/);
    expect(JSON.stringify(line)).not.toContain(session.id);
    expect(await countedRequests()).toBe(before);
  });
});

describe('for a client that accepts only an event stream', () => {
  test('a query is answered with one event and complete', async () => {
    const stream = await watch({ query: '{ viewer { name } }', variables: {} });
    expect(await stream.next()).toEqual({ data: { viewer: { name: 'root' } } });
    expect(await stream.ended()).toBe('complete');
    expect(requestLines().at(-1)).toMatchObject({ operation: 'query viewer', outcome: 'OK', status: 200 });
  });

  test('a mutation returns the secret once', async () => {
    const stream = await watch({ query: CREATE, variables: { input: { externalUserId: 'alice' } } });
    const { clientSecret } = (await stream.next()).data.createRealtimeSession;
    expect(clientSecret.value).toMatch(/^ek_/);
    expect(await stream.ended()).toBe('complete');
    expect(stream.arrived.map(({ kind }) => kind)).toEqual(['next', 'complete']);
    expect(gateway.logLines.join('')).not.toContain(clientSecret.value);
  });

  test.each([
    ['does not parse', 'subscription {'],
    ['selects a field that does not exist', 'subscription { sessionEvents { secret } }'],
    [
      'subscribes to more than one field',
      'subscription { sessionEvents { id } other: sessionEvents { id } }',
    ],
  ])('a document that %s is refused with one event and complete', async (_, query) => {
    for (const method of ['GET', 'POST'] as const) {
      const errors = await errorsOfStream(gateway.url, { query, method });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(requestLines().at(-1)).toMatchObject({ outcome: 'BAD_USER_INPUT', status: 200 });
    }
  });

  test.each([
    ['a query that the caller may not ask', '{ auditEvents { nodes { id } } }', 'FORBIDDEN'],
    ['a query without its variable', 'query ($id: ID!) { node(id: $id) { id } }', 'BAD_USER_INPUT'],
    ['a mutation that the caller may not ask for', `mutation { ${MINT} }`, 'FORBIDDEN'],
  ])('%s is refused with one event and complete', async (_, query, code) => {
    const { application } = await createApplication(gateway, `of ${query}`);
    const { value } = await createKey(gateway, application.id, { scopes: ['SESSIONS_READ'] });
    const errors = await errorsOfStream(gateway.url, { query, credential: value });
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });

  test.each([
    ['no JSON', '{"query":'],
    ['a list', '[]'],
  ])('so is a body that is %s', async (_, body) => {
    const response = await post({ accept: 'text/event-stream', body });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await response.text()).toMatch(
      /^event: next\ndata: \{"errors":\[\{"message":.*"code":"BAD_USER_INPUT".*\}\]\}\n\nevent: complete\ndata:\n\n$/,
    );
  });

  test.each([
    [401, 'UNAUTHENTICATED', { authorization: 'Bearer nobody' }],
    [413, 'BAD_USER_INPUT', { body: `{"query":"{ viewer { name } }${' '.repeat(300_000)}"}` }],
    [415, 'BAD_USER_INPUT', { 'content-type': 'text/plain' }],
  ])('what is not about the operation stays a status, with JSON: %d', async (status, code, request) => {
    const response = await post({ accept: 'text/event-stream', ...request });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  });
});

test.each(['application/json', 'application/graphql-response+json', 'image/png'])(
  'a subscription of a client that accepts %s is refused with 406, and occupies no stream',
  async (accept) => {
    const { status, text } = await askForStream(gateway.url, { accept });
    expect(status).toBe(406);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    await allStreamsClosed();
  },
);

describe('the limit of open streams', () => {
  test('is as configured, and a client that goes makes room for another', async () => {
    const streams = [await watch(), await watch(), await watch()];
    for (const method of ['GET', 'POST'] as const) {
      const refused = await askForStream(gateway.url, { method });
      expect(refused).toMatchObject({
        status: 429,
        headers: { 'retry-after': '5', 'content-type': 'application/graphql-response+json; charset=utf-8' },
      });
      expect(JSON.parse(refused.text)).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    }
    streams[1]?.close();
    await expect.poll(() => metric(gateway, 'gatehouse_streams')).toBe(2);
    const another = await watch();
    await issue(gateway, { externalUserId: 'bob' });
    await Promise.all([streams[0]?.next(), streams[2]?.next(), another.next()]);
    expect((await askForStream(gateway.url)).status).toBe(429);
  });

  test('does not count a client that goes before its stream is open', async () => {
    const { application } = await createApplication(gateway, 'hasty');
    const { value } = await createKey(gateway, application.id, { scopes: ['SESSIONS_READ'] });
    const holding = new pg.Client({ connectionString: database.superuserUrl });
    await holding.connect();
    onTestFinished(() => holding.end());
    // The gateway looks up a key that it has not seen, and that waits for this lock.
    await holding.query('BEGIN; LOCK TABLE api_key');
    const gone = () => requestLines().filter(({ outcome }) => outcome === 'CLIENT_GONE').length;
    const before = gone();
    await sendAndDisconnect(value);
    await expect.poll(gone).toBe(before + 1);
    await holding.query('COMMIT');
    // Later requests with it wait for the same look-up.
    await gateway.ask('{ viewer { name } }', {}, { authorization: `Bearer ${value}` });
    await allStreamsClosed();
  });

  test('is apart from the limit of requests, where a stream counts once, however much it delivers', async () => {
    const limited = await startGateway(database, {
      GATEHOUSE_REQUESTS_PER_MINUTE: '60',
      GATEHOUSE_HEARTBEAT_MS: '100',
    });
    onTestFinished(() => limited.close());
    const { application } = await createApplication(gateway, 'frugal');
    const { value: credential } = await createKey(gateway, application.id, {
      scopes: ['SESSIONS_READ'],
      reach: 'EVERYTHING',
    });
    const stream = await openStream(limited.url, { credential });
    const mints = Array.from({ length: 100 }, (_, n) => issue(gateway, { externalUserId: `frugal-${n}` }));
    await Promise.all(mints);
    await stream.take(100);
    const answer = await limited.ask('{ viewer { name } }', {}, { authorization: `Bearer ${credential}` });
    expect(answer.status).toBe(200);
    stream.close();
  });
});

/** Asks for a stream, and breaks the connection as soon as the request is sent. */
function sendAndDisconnect(credential: string): Promise<void> {
  const { hostname, port } = new URL(gateway.url);
  const head = [
    'GET /graphql?query=subscription%7BsessionEvents%7Bid%7D%7D HTTP/1.1',
    'host: gateway',
    'accept: text/event-stream',
    `authorization: Bearer ${credential}`,
  ];
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n`, () => socket.end());
    });
    socket.once('close', () => resolve());
    // At once: the gateway reads the request, and then the end of the connection.
    socket.once('finish', () => setImmediate(() => socket.destroy()));
  });
}
