import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { interceptRows } from '../../../src/platform/database/intercept-rows.ts';
import {
  createPositions,
  locateTexts,
  NO_END,
  type TextRow,
  textsOf,
  toTextRow,
} from '../../../src/platform/database/text-row.ts';

const texts = fc.array(
  fc.option(fc.string({ unit: 'binary', maxLength: 300 }).filter((text) => text.isWellFormed())),
  {
    maxLength: 4,
  },
);
const other = fc.record({
  type: fc.constantFrom('2', 'C', 'N', 'Z'),
  body: fc.uint8Array({ maxLength: 40 }),
});

function message(type: string, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(5 + body.length, type);
  bytes.writeUInt32BE(4 + body.length, 1);
  bytes.set(body, 5);
  return bytes;
}

/** A stream whose messages node-postgres would read, and what it reads of them. */
function connection() {
  const stream = new PassThrough();
  const read: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => read.push(chunk));
  return { stream, read, receiver: interceptRows(stream) };
}

/** Sends bytes in pieces of these sizes, and the rest in one. */
function send(stream: PassThrough, bytes: Buffer, sizes: readonly number[]): void {
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    if (at < bytes.length) stream.write(bytes.subarray(at, at + size));
    at += size;
  }
}

test('rows are taken out, and all other messages passed on in their order, however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(texts, other), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }),
      (messages, sizes) => {
        const { stream, read, receiver } = connection();
        const rows: { texts: (string | null)[]; after: number }[] = [];
        const count = () => read.reduce((sum, { length }) => sum + length, 0);
        receiver.onRow = (row) => rows.push({ texts: textsOf(row), after: count() });
        const sent = messages.map((one) =>
          'type' in one ? message(one.type, one.body) : message('D', toTextRow(one).bytes),
        );
        send(stream, Buffer.concat(sent), sizes);
        let passed = Buffer.alloc(0);
        const expected: typeof rows = [];
        for (const [index, one] of messages.entries()) {
          if ('type' in one) passed = Buffer.concat([passed, sent[index] ?? Buffer.alloc(0)]);
          else expected.push({ texts: one, after: passed.length });
        }
        expect(rows).toEqual(expected);
        expect(Buffer.concat(read)).toEqual(passed);
      },
    ),
  );
});

test('rows that nobody wants are passed on', () => {
  const { stream, read, receiver } = connection();
  const rows = [1, 2, 3].map((n) => message('D', toTextRow([String(n), null]).bytes));
  const taken: TextRow[] = [];
  for (const [index, row] of rows.entries()) {
    receiver.onRow = index === 1 ? (one) => taken.push(one) : null;
    stream.write(row);
  }
  expect(taken.map(textsOf)).toEqual([['2', null]]);
  expect(Buffer.concat(read)).toEqual(Buffer.concat(rows.filter((_row, index) => index !== 1)));
});

test('texts are located in the bytes of their row', () => {
  fc.assert(
    fc.property(texts, (row) => {
      const textRow = toTextRow(row);
      const positions = createPositions(row.length);
      locateTexts(textRow, positions);
      const { starts, ends } = positions;
      const located = row.map((_text, index) => {
        const end = ends[index];
        return end === NO_END ? null : textRow.bytes.toString('utf8', starts[index], end);
      });
      expect(located).toEqual(row);
      expect(() => locateTexts(textRow, createPositions(row.length + 1))).toThrow('too few columns');
    }),
  );
});
