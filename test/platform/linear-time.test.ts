import { expect, test } from 'vitest';
import { fastest, worstTexts } from '../support/worst-texts.ts';

const LENGTH = 65_536;
// On an idle machine each takes less than 20 ms. In quadratic time it would be more than a second.
const LIMIT_MS = 150;
// What takes no longer at a quarter of the length stays below the limit at all of it, even if it were quadratic.
const QUARTER_MS = LIMIT_MS / 16;

test('64 KB of the worst input take no function that a caller’s text goes through longer than their length warrants', () => {
  const slow = worstTexts.flatMap(({ name, prepare }) => {
    if (fastest(prepare(LENGTH / 4), 1) < QUARTER_MS) return [];
    const best = fastest(prepare(LENGTH), 5);
    return best < LIMIT_MS ? [] : [`${name}: ${best.toFixed(0)} ms`];
  });
  expect(slow).toEqual([]);
});
