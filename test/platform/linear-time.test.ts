import { expect, test } from 'vitest';
import { fastest, worstTexts } from '../support/worst-texts.ts';

const LENGTH = 65_536;
// On an idle machine each takes less than 20 ms. In quadratic time it would be more than a second.
const LIMIT_MS = 150;

test('64 KB of the worst input take no function that a caller’s text goes through longer than their length warrants', () => {
  const slow = worstTexts.flatMap(({ name, prepare }) => {
    const work = prepare(LENGTH);
    if (fastest(work, 1) < LIMIT_MS) return [];
    const best = fastest(work, 5);
    return best < LIMIT_MS ? [] : [`${name}: ${best.toFixed(0)} ms`];
  });
  expect(slow).toEqual([]);
});
