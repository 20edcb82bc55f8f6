import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { rawRequest } from '../support/pipelined.ts';
import { openSocket, readAnswer, sendRaw } from '../support/raw-http.ts';

const VIEWER = '{"query":"{ viewer { name } }"}';

const database = useDatabase();
const gateway = useGateway(database, {
  GATEHOUSE_HEADERS_TIMEOUT_MS: '300',
  GATEHOUSE_REQUEST_TIMEOUT_MS: '600',
  GATEHOUSE_MAX_CONNECTIONS: '8',
  GATEHOUSE_MAX_BODY_BYTES: '262144',
});
const opened: { destroy(): void }[] = [];

afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
});

function open() {
  const socket = openSocket(gateway.url);
  opened.push(socket);
  return socket;
}

const expectServed = async () => {
  const { status } = await sendRaw(gateway.url, rawRequest(gateway.url, VIEWER));
  expect(status).toBe(200);
};

const head = (...lines: string[]) =>
  [
    'POST /graphql HTTP/1.1',
    'host: x',
    `authorization: Bearer ${ROOT_KEY}`,
    'content-type: application/json',
    ...lines,
    '',
    '',
  ].join('\r\n');

describe('a client that takes its time is answered 408 and cut', () => {
  test.each([
    ['in its headers', 'POST /graphql HTTP/1.1\r\nhost: x\r\nx-a: ', 'y'],
    ['in its body', head('content-length: 100'), ' '],
    ['in its chunks', head('transfer-encoding: chunked'), '1\r\n \r\n'],
  ])('%s, a byte at a time', async (_where, start, more) => {
    const socket = open();
    const answered = readAnswer(socket);
    socket.write(start);
    const dripping = setInterval(() => socket.write(more), 30);
    const { status, body } = await answered;
    clearInterval(dripping);
    expect(status).toBe(408);
    expect(JSON.parse(body).errors[0].extensions.code).toBe('BAD_USER_INPUT');
    if (!socket.closed) await once(socket, 'close');
  });

  test.each(['application/json', 'application/graphql-response+json'])(
    'in the media type that it accepts, once its headers have arrived: %s',
    async (accept) => {
      const socket = open();
      const answered = readAnswer(socket);
      socket.write(head(`accept: ${accept}`, 'content-length: 100'));
      const { status, head: answer, body } = await answered;
      expect(status).toBe(408);
      expect(answer).toContain(`content-type: ${accept}; charset=utf-8`);
      const [, requestId] = /^x-request-id: (.*)$/m.exec(answer) ?? [];
      expect(JSON.parse(body).errors[0].extensions.requestId).toBe(requestId);
      // It is the one that the log has.
      await expect.poll(() => gateway.logLines.join()).toContain(requestId);
    },
  );

  test('a connection that says nothing at all is cut', async () => {
    const socket = open();
    const startedAt = performance.now();
    socket.resume();
    await once(socket, 'close');
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test('and none of them was an error of ours', () => {
    expect(gateway.logLines.filter((line) => line.includes('request failed'))).toEqual([]);
  });
});

test('a client that does not read its answer is cut', async () => {
  const instructions = 'x'.repeat(60_000);
  const create =
    'mutation ($i: CreateRealtimeSessionInput!) { createRealtimeSession(input: $i) { __typename } }';
  await gateway.ask(create, { i: { externalUserId: 'u', instructions } });
  const socket = open();
  socket.pause();
  // 20 MB of answers: more than the kernel keeps for a client.
  const fields = Array.from({ length: 30 }, (_, n) => `a${n}: realtimeSessions { nodes { instructions } }`);
  const body = JSON.stringify({ query: `{ ${fields.join(' ')} }` });
  socket.write(rawRequest(gateway.url, body).repeat(12));
  const closed = once(socket, 'close');
  await expect.poll(() => closedByGateway(), { timeout: 5000 }).toBe(true);
  socket.resume();
  socket.once('error', () => {});
  await closed;
  await expectServed();
});

/** The log says of an answer that could not be delivered that its client was gone. */
function closedByGateway(): boolean {
  return gateway.logLines.some((line) => line.includes('CLIENT_GONE') && line.includes('"operation":"query'));
}

test('more connections than allowed are closed at once; when one ends there is room again', async () => {
  const held = Array.from({ length: 8 }, () => open());
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  const refused = open();
  refused.resume();
  refused.once('error', () => {});
  const startedAt = performance.now();
  await once(refused, 'close');
  expect(performance.now() - startedAt).toBeLessThan(200);
  for (const socket of held) socket.destroy();
  await expect
    .poll(async () => (await sendRaw(gateway.url, rawRequest(gateway.url, VIEWER))).status)
    .toBe(200);
});

describe('a body', () => {
  test('in chunks beyond the limit: 413, and the connection ends', async () => {
    const socket = open();
    const answered = readAnswer(socket);
    socket.write(head('transfer-encoding: chunked'));
    for (let sent = 0; sent < 5; sent += 1) socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
    const { status, head: answer } = await answered;
    expect(status).toBe(413);
    expect(answer).toContain('connection: close');
    if (!socket.closed) await once(socket, 'close');
  });

  test('longer than its length says: what is beyond is no part of it', async () => {
    const hidden = '{"query":"mutation { createRealtimeSession(input: {}) { __typename } }"}';
    const bytes = `${head(`content-length: ${VIEWER.length}`)}${VIEWER}${hidden}`;
    const { body } = await sendRaw(gateway.url, bytes);
    expect(body).not.toContain('createRealtimeSession');
    await expectServed();
  });

  test('shorter than its length says, from a client that goes: no error of ours', async () => {
    const socket = open();
    const before = gateway.logLines.length;
    socket.end(`${head('content-length: 500')}${VIEWER}`);
    await expect.poll(() => gateway.logLines.length).toBeGreaterThan(before);
    expect(gateway.logLines.slice(before).join()).not.toContain('request failed');
  });

  test('announced and refused without a credential: the connection ends, nobody reads it', async () => {
    const bytes = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999\r\n\r\n';
    const { status, head: answer } = await sendRaw(gateway.url, bytes);
    expect(status).toBe(401);
    expect(answer).toContain('connection: close');
  });
});
