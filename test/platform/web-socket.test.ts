import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { buildConnector } from 'undici';
import { expect, test } from 'vitest';
import { createFrameReader } from '../../src/platform/http-client/frame-reader.ts';
import { skippingInterimAnswers } from '../../src/platform/http-client/skip-interim-answers.ts';
import { listen } from '../support/listen.ts';
import { frameOf } from '../support/web-socket-server.ts';

// Messages of every length at which a header has another form, in pieces, with pings in between, cut anywhere.

const size = fc.oneof(
  fc.integer({ min: 0, max: 700 }),
  fc.constantFrom(125, 126, 255, 256, 257, 65_535, 65_536),
);
const message = fc.record({
  bytes: size,
  wanted: fc.boolean(),
  pieces: fc.integer({ min: 1, max: 4 }),
  pinged: fc.boolean(),
});
const cuts = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });

test('what is wanted is read whole, and all else is told apart, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), cuts, (messages, lengths) => {
      const sent = messages.map(({ bytes, wanted }, index) =>
        Buffer.from(`${wanted ? 'w' : 'd'}${index}`.padEnd(bytes, 'x').slice(0, bytes)),
      );
      const stream = Buffer.concat([
        ...messages.flatMap(({ pieces, pinged }, index) => [
          ...framesOf(sent[index] ?? Buffer.alloc(0), pieces, pinged),
        ]),
        frameOf(0x8, Buffer.from([0x03, 0xe9])),
        Buffer.from('nothing is read behind it'),
      ]);
      const read: Buffer[] = [];
      let pings = 0;
      const ends: number[] = [];
      const feed = createFrameReader(
        {
          isWanted: (head) => head[0] === 0x77,
          message: (whole) => read.push(whole),
          ping: () => {
            pings += 1;
          },
          closed: (code) => ends.push(code),
          failed: (code) => ends.push(-code),
        },
        { maxMessageBytes: 70_000 },
      );
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const length = lengths[turn % lengths.length] ?? 1;
        feed(stream.subarray(at, at + length));
        at += length;
      }
      expect(read.map(String)).toEqual(sent.filter((whole) => whole[0] === 0x77).map(String));
      expect(pings).toBe(messages.filter(({ pinged }) => pinged).length);
      expect(ends).toEqual([1001]);
    }),
    { numRuns: 200 },
  );
});

test('once a connection is a WebSocket’s, what comes is not held back as the beginning of an answer', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      // Fewer bytes than a status line has.
      socket.once('data', () => socket.write(frameOf(0xa, Buffer.from('!'))));
    });
  });
  const port = await listen(server);
  const target = { hostname: '127.0.0.1', port: String(port), protocol: 'http:' };
  const socket = await new Promise<Socket>((resolve, reject) => {
    skippingInterimAnswers(buildConnector({}))(target, (error, connected) =>
      error === null ? resolve(connected) : reject(error),
    );
  });
  const next = async (): Promise<Buffer> => {
    for (;;) {
      const chunk: Buffer | null = socket.read();
      if (chunk !== null) return chunk;
      await once(socket, 'readable');
    }
  };
  socket.write('GET / HTTP/1.1\r\n\r\n');
  expect(String(await next())).toContain('101');
  socket.write('ping');
  expect(await next()).toEqual(frameOf(0xa, Buffer.from('!')));
  socket.destroy();
  server.close();
});

function* framesOf(whole: Buffer, pieces: number, pinged: boolean): Generator<Buffer> {
  const length = Math.ceil(whole.length / pieces);
  for (let index = 0; index < pieces; index += 1) {
    const isLast = index === pieces - 1;
    const piece = whole.subarray(index * length, isLast ? undefined : (index + 1) * length);
    yield frameOf(index === 0 ? 0x1 : 0x0, piece, isLast);
    if (index === 0 && pinged) yield frameOf(0x9, Buffer.from('?'));
  }
}
