import { expect, test } from 'vitest';
import { mergePrices } from '../../src/usage/prices.ts';
import { createFindUnpriced } from '../../src/usage/unpriced-models.ts';

test('a model has no price until the day of its price, and has one from then on', () => {
  let now = new Date('2026-01-31T23:59:59.999Z');
  const prices = mergePrices([{ models: ['m'], from: '2026-02-01', minute: '1' }]);
  const findUnpriced = createFindUnpriced(prices, 'refuse', () => now);
  for (const _ of Array(2)) expect(findUnpriced('openai', { model: 'm' })).toEqual(['m']);
  now = new Date('2026-02-01T00:00:00.000Z');
  for (const _ of Array(2)) expect(findUnpriced('openai', { model: 'm' })).toEqual([]);
});

test('a price that says nothing of what goes in, or of what comes out, is none', () => {
  const priced = (kinds: object) =>
    createFindUnpriced(mergePrices([{ models: ['m'], from: '2026-01-01', ...kinds }]), 'refuse')('openai', {
      model: 'm',
    });
  for (const kinds of [
    {},
    { textInput: '1' },
    { audioOutput: '1' },
    { cachedTextInput: '1', textOutput: '1' },
  ])
    expect(priced(kinds)).toEqual(['m']);
  for (const kinds of [{ minute: '0.05' }, { audioInput: '0', textOutput: '0' }])
    expect(priced(kinds)).toEqual([]);
  expect(priced({ minute: '0.05', from: '2999-01-01' })).toEqual(['m']);
});
