import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { use, useUpstream } from '../support/fixture.ts';
import { connectTo, request } from './connect-openai.ts';

// How an answer can be wrapped. Whatever the wrapping, a secret that can be read with certainty is not lost, and what
// cannot be read may have been minted.

const SECRET = 'ek_0123456789abcdef';
const JSON_TEXT = JSON.stringify({ value: SECRET, session: { id: 'sess_1', instructions: 'grüße 語' } });
const BODY = Buffer.from(JSON_TEXT);

const fake = useUpstream();
const openai = use(
  async () => connectTo(fake.baseUrl),
  ({ close }) => close(),
);
afterEach(() => fake.reset());

type Head = Readonly<Record<string, string>>;

function answerOf(body: Buffer, head: Head = {}, status = '200 OK'): Buffer {
  const lines = Object.entries({ connection: 'close', 'content-length': String(body.length), ...head });
  const fields = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${fields}\r\n`), body]);
}

async function mintFrom(...pieces: (string | Buffer)[]) {
  fake.next({ kind: 'raw', pieces });
  const outcome = await openai.mint(request);
  return outcome.kind === 'issued' ? outcome.secret.forUpstream() : `${outcome.kind} ${outcome.code}`;
}

const INVALID = 'unconfirmed upstream_answer_invalid';
const TOO_LARGE = 'unconfirmed upstream_answer_too_large';

test('no encoding is asked for', async () => {
  await openai.mint(request);
  expect(fake.calls[0]?.headers['accept-encoding']).toBe('identity');
});

describe('a body that is encoded all the same is decoded', () => {
  test.each<[encoding: string, Buffer]>([
    ['gzip', gzipSync(BODY)],
    ['x-gzip', gzipSync(BODY)],
    ['GZIP', gzipSync(BODY)],
    ['gzip', Buffer.concat([gzipSync(BODY.subarray(0, 20)), gzipSync(BODY.subarray(20))])],
    ['deflate', deflateSync(BODY)],
    ['deflate', deflateRawSync(BODY)],
    ['br', brotliCompressSync(BODY)],
    ['zstd', zstdCompressSync(BODY)],
    ['gzip, br', brotliCompressSync(gzipSync(BODY))],
    ['deflate,identity , gzip', gzipSync(deflateSync(BODY))],
    ['identity', BODY],
    ['', BODY],
    ['utf-8', BODY],
  ])('%s', async (encoding, body) => {
    expect(await mintFrom(answerOf(body, { 'content-encoding': encoding }))).toBe(SECRET);
  });

  test('in two header lines', async () => {
    const head = { 'content-encoding': 'gzip\r\ncontent-encoding: br' };
    expect(await mintFrom(answerOf(brotliCompressSync(gzipSync(BODY)), head))).toBe(SECRET);
  });

  test('the code of a refusal too', async () => {
    const body = gzipSync(JSON.stringify({ error: { code: 'model_not_found' } }));
    fake.next({ kind: 'raw', pieces: [answerOf(body, { 'content-encoding': 'gzip' }, '404 Not Found')] });
    expect(await openai.mint(request)).toMatchObject({ kind: 'failed', upstreamCode: 'model_not_found' });
  });
});

describe('a body that cannot be decoded may have brought a secret', () => {
  const gzip = gzipSync(BODY);
  test.each<[what: string, encoding: string, Buffer, outcome: string]>([
    ['cut off', 'gzip', gzip.subarray(0, -9), INVALID],
    ['a wrong checksum', 'gzip', Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8)]), INVALID],
    ['bytes after it', 'gzip', Buffer.concat([gzip, Buffer.from('more')]), INVALID],
    ['bytes after it', 'br', Buffer.concat([brotliCompressSync(BODY), Buffer.from('more')]), INVALID],
    ['bytes after it', 'deflate', Buffer.concat([deflateSync(BODY), Buffer.from('more')]), INVALID],
    ['another encoding', 'gzip', brotliCompressSync(BODY), INVALID],
    ['another encoding', 'br', gzip, INVALID],
    ['no encoding', 'gzip', BODY, INVALID],
    ['nothing', 'gzip', Buffer.alloc(0), INVALID],
    ['an encoding that nobody knows', 'rot13', gzip, INVALID],
    ['more encodings than anybody uses', 'gzip,gzip,gzip,gzip', layers(4), INVALID],
  ])('%s: %s', async (_, encoding, body, outcome) => {
    expect(await mintFrom(answerOf(body, { 'content-encoding': encoding }))).toBe(outcome);
  });

  const padded = Buffer.from(JSON.stringify({ value: SECRET, padding: 'x'.repeat(1024 * 1024) }));
  test.each<[encoding: string, Buffer]>([
    ['gzip', gzipSync(padded)],
    ['deflate', deflateSync(padded)],
    ['br', brotliCompressSync(padded)],
    ['zstd', zstdCompressSync(padded)],
    ['gzip, gzip', gzipSync(gzipSync(padded))],
    ['gzip, gzip', gzipSync(Buffer.concat([gzipSync(BODY), Buffer.alloc(2 * 1024 * 1024)]))],
  ])('the bound is on what comes out of it: %s', async (encoding, body) => {
    expect(body.length).toBeLessThan(10_000);
    expect(await mintFrom(answerOf(body, { 'content-encoding': encoding }))).toBe(TOO_LARGE);
  });

  test('a refusal stays one', async () => {
    const head = { 'content-encoding': 'gzip' };
    expect(await mintFrom(answerOf(BODY, head, '401 Unauthorized'))).toBe('failed upstream_authentication');
  });
});

function layers(count: number): Buffer {
  return count === 0 ? BODY : gzipSync(layers(count - 1));
}

describe('answers in between come before the answer', () => {
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
  const HINTS = 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n';
  const final = answerOf(BODY);

  test.each<[what: string, (string | Buffer)[]]>([
    ['100 Continue', [CONTINUE, final]],
    ['100 Continue in one piece with it', [Buffer.concat([Buffer.from(CONTINUE), final])]],
    ['100 Continue twice', [CONTINUE + CONTINUE, final]],
    ['100 Continue with fields', ['HTTP/1.1 100 Continue\r\nx-a: 1\r\nx-b: 2\r\n\r\n', final]],
    ['100 without a reason', ['HTTP/1.1 100\r\n\r\n', final]],
    ['100 after 103', [HINTS, CONTINUE, final]],
    ['103 after 100', [CONTINUE, HINTS, final]],
    ['102', ['HTTP/1.1 102 Processing\r\n\r\n', final]],
    [
      '100 in pieces',
      ['HTT', 'P/1.1 100 Con', 'tinue\r\n', '\r', '\n', final.subarray(0, 5), final.subarray(5)],
    ],
  ])('%s', async (_, pieces) => {
    expect(await mintFrom(...pieces)).toBe(SECRET);
  });

  test('a body that looks like one is left as it is', async () => {
    const session = { instructions: `${CONTINUE}${CONTINUE}`, id: 'sess_1' };
    // The second piece begins with it.
    const bytes = answerOf(Buffer.from(JSON.stringify({ value: SECRET, session })));
    const at = bytes.indexOf('HTTP/1.1 100');
    fake.next({ kind: 'raw', pieces: [bytes.subarray(0, at), bytes.subarray(at)] });
    expect(await openai.mint(request)).toMatchObject({ kind: 'issued', rawSession: session });
  });

  test.each<[what: string, string]>([
    ['nothing after it', CONTINUE],
    ['half of a head', 'HTTP/1.1 100 Con'],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    ],
  ])('%s: nobody knows', async (_, piece) => {
    expect(await mintFrom(piece)).toBe('unconfirmed upstream_connection_lost');
  });

  test('one without end is not waited for', async () => {
    expect(await mintFrom(`HTTP/1.1 100 Continue\r\nx: ${'x'.repeat(100_000)}`)).toMatch(/^unconfirmed /);
  });

  test('on a connection that is used again', async () => {
    for (let round = 0; round < 3; round += 1) {
      fake.next({ kind: 'echo', interim: true });
      expect(await openai.mint(request)).toMatchObject({ kind: 'issued' });
    }
  });
});

describe('texts', () => {
  test.each<[what: string, Buffer, Head]>([
    ['with a BOM', Buffer.from(`\ufeff${JSON_TEXT}`), {}],
    ['UTF-8 by name', BODY, { 'content-type': 'application/json; charset="UTF-8"' }],
    ['UTF-16 with a BOM', Buffer.from(`\ufeff${JSON_TEXT}`, 'utf16le'), {}],
    ['UTF-16, big-endian, with a BOM', Buffer.from(`\ufeff${JSON_TEXT}`, 'utf16le').swap16(), {}],
    [
      'UTF-16 by name',
      Buffer.from(JSON_TEXT, 'utf16le'),
      { 'content-type': 'application/json; charset=utf-16' },
    ],
    ['UTF-8 by a wrong name', BODY, { 'content-type': 'application/json; charset=utf-16' }],
    ['UTF-8 by a name that nobody knows', BODY, { 'content-type': 'application/json; charset=klingon' }],
    ['of another type', BODY, { 'content-type': 'text/plain' }],
  ])('%s', async (_, body, head) => {
    fake.next({ kind: 'raw', pieces: [answerOf(body, head)] });
    expect(await openai.mint(request)).toMatchObject({
      kind: 'issued',
      rawSession: { instructions: 'grüße 語' },
    });
  });

  test('Latin-1 by name', async () => {
    const body = Buffer.from(JSON.stringify({ value: SECRET, session: { instructions: 'grüße' } }), 'latin1');
    const head = { 'content-type': 'application/json; charset=ISO-8859-1' };
    fake.next({ kind: 'raw', pieces: [answerOf(body, head)] });
    expect(await openai.mint(request)).toMatchObject({ rawSession: { instructions: 'grüße' } });
  });
});

describe('framing', () => {
  const chunked = `${BODY.length.toString(16)}\r\n${BODY.toString('latin1')}\r\n0\r\n`;
  test.each<[what: string, Buffer, outcome: string]>([
    ['HTTP/1.0, until the end', Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), BODY]), SECRET],
    [
      'HTTP/1.0, cut off',
      Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), BODY.subarray(0, 50)]),
      INVALID,
    ],
    [
      'chunks with trailers',
      Buffer.from(
        `HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunked}x-sum: 1\r\n\r\n`,
        'latin1',
      ),
      SECRET,
    ],
    ['201', answerOf(BODY, {}, '201 Created'), SECRET],
    ['204 with a body', answerOf(BODY, {}, '204 No Content'), 'unconfirmed upstream_error'],
    ['two request ids', answerOf(BODY, { 'x-request-id': 'req_1\r\nx-request-id: req_2' }), SECRET],
    ['two lengths', answerOf(BODY, { 'Content-Length': '3' }), 'unconfirmed upstream_connection_lost'],
    ['a second answer behind it', Buffer.concat([answerOf(BODY), answerOf(BODY)]), SECRET],
  ])('%s', async (_, bytes, outcome) => {
    expect(await mintFrom(bytes)).toBe(outcome);
  });
});

describe('a secret is handed out only if it can be identified later', () => {
  test.each<[what: string, string]>([
    ['a line break', 'ek_0123456789\nabcdef'],
    ['a line break at its end', `${SECRET}\n`],
    ['a carriage return', 'ek_0123456789\rabcdef'],
    ['a line separator', 'ek_0123456789\u2028abcdef'],
    ['a next line', 'ek_0123456789\u0085abcdef'],
    ['a tab', 'ek_0123456789\tabcdef'],
    ['a NUL', 'ek_0123456789\0abcdef'],
    ['an escape', 'ek_0123456789\u001b[31m'],
    ['half a character', 'ek_0123456789\ud800'],
    ['what stands for a character that could not be read', 'ek_0123456789\ufffd'],
    ['4,097 characters', 'e'.repeat(4097)],
    ['so few characters that its copies cannot be removed', 'ek_1234'],
  ])('not with %s', async (_, value) => {
    expect(await mintFrom(answerOf(Buffer.from(JSON.stringify({ value }))))).toBe(INVALID);
  });

  test.each([8, 4096])('with %i characters', async (length) => {
    const value = 'e'.repeat(length);
    expect(await mintFrom(answerOf(Buffer.from(JSON.stringify({ value }))))).toBe(value);
  });
});

test('a request id that repeats the secret is not recorded', async () => {
  const body = Buffer.from(JSON.stringify({ value: 'plainsecret0123' }));
  fake.next({ kind: 'raw', pieces: [answerOf(body, { 'x-request-id': 'req-plainsecret0123' })] });
  expect(await openai.mint(request)).toMatchObject({ kind: 'issued', upstreamRequestId: null });
});
