import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createJsonBytes, type WriteBytes, writeNumber, writeText } from '../../src/graphql/json-bytes.ts';

/** What is written of a text that stands between others. */
function written(write: WriteBytes, text: string): string {
  const [before, own] = [Buffer.from('{"é\\'), Buffer.from(text)];
  const json = createJsonBytes(1);
  write(json, Buffer.concat([before, own, before]), before.length, before.length + own.length);
  return json.bytes.toString('utf8', 0, json.length);
}

test('every character is written as JSON.stringify writes it', () => {
  for (let code = 0; code < 0x3000; code += 1) {
    const character = String.fromCharCode(code);
    expect(written(writeText, character)).toBe(JSON.stringify(character));
  }
});

test('texts and numbers are written as JSON.stringify writes them', () => {
  const texts = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
  fc.assert(fc.property(texts, (text) => written(writeText, text) === JSON.stringify(text)));
  const numbers = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(numbers, (number) => written(writeNumber, String(number)) === JSON.stringify(number)),
  );
  // As PostgreSQL has them, and as it never has them.
  const odd = ['1e-07', '-0', '007', '0'].map((text) => written(writeNumber, text));
  expect(odd).toEqual(['1e-7', '0', '7', '0']);
  for (const text of ['Infinity', 'NaN', '1 2'])
    expect(() => written(writeNumber, text)).toThrow('unexpected form');
});
